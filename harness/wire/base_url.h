// SPDX-License-Identifier: Apache-2.0
// Url: an http or https URL (RFC 3986; RFC 9110, 4.2) split for connecting and for the request
// line. Values only, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/base/result.h"

namespace tailrace {

struct Url {
  bool https = false;
  std::string host;          // Lower case; an IPv6 address without its brackets.
  std::uint16_t port = 80;   // 1 to 65535; where the text has none, 80 or 443.
  std::string target = "/";  // Path and query, as they go into the request line.
  bool operator==(const Url&) const = default;

  std::string authority() const;  // For Host: no default port, IPv6 in brackets.
  std::string text() const;       // parse_url() of it gives the same Url.
};

// Error: what is missing or not allowed (userinfo, fragment, characters that need an escape). It
// repeats neither userinfo nor path and query, which may hold a secret.
Result<Url> parse_url(std::string_view text);

}  // namespace tailrace
