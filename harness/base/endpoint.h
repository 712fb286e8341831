// SPDX-License-Identifier: Apache-2.0
// Endpoint: an IP address and a port, IPv4 kept as IPv4-mapped IPv6 (RFC 4291, 2.5.5.2), so that
// one type keys every connection. Values only, any thread.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>

#include "harness/base/result.h"

namespace tailrace {

struct Endpoint {
  std::array<std::uint8_t, 16> address{};
  std::uint16_t port = 0;
  auto operator<=>(const Endpoint&) const = default;

  bool is_v4() const;
  bool is_loopback() const;
  std::string text() const;  // "127.0.0.1:80", "[::1]:80"
};

Endpoint v4_endpoint(std::array<std::uint8_t, 4> address, std::uint16_t port);
// Reads what text() writes. Error: names the text.
Result<Endpoint> parse_endpoint(const std::string& text);

}  // namespace tailrace
