// SPDX-License-Identifier: Apache-2.0
// HttpHead: the start line and headers of an HTTP/1.x message (RFC 9112), and how its body is
// framed. Values only, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tailrace {

enum class HttpRole : std::uint8_t { kRequest, kResponse };

// How the end of a body is found (RFC 9112, 6.3). kNone: there can be no body.
enum class HttpFraming : std::uint8_t { kNone, kContentLength, kChunked, kUntilClose };
const char* name_of(HttpFraming framing);

struct HttpHeader {
  std::string name;   // As sent.
  std::string value;  // Without the white space around it.
  bool operator==(const HttpHeader&) const = default;
};

struct HttpHead {
  int minor_version = 1;  // 0 or 1 in practice; 0 to 9.
  std::string method;     // Requests only.
  std::string target;     // Requests only, as sent.
  int status = 0;         // Responses only, 100 to 999.
  std::string reason;     // Responses only.
  std::vector<HttpHeader> headers;
  HttpFraming framing = HttpFraming::kNone;
  std::uint64_t content_length = 0;   // As declared, also where the framing is not by length.
  std::vector<std::string> oddities;  // Suspicious, yet with one clear meaning; each once.

  // Names are compared without regard to case (RFC 9110, 5.1). First header of the name, or null.
  const std::string* find(std::string_view name) const;
  // All values of the name taken as one comma-separated list, empty elements left out.
  std::vector<std::string_view> list(std::string_view name) const;
  bool has_token(std::string_view name, std::string_view token) const;  // Case does not matter.
  bool is_interim() const { return status / 100 == 1; }
  // What this side says of the connection (RFC 9112, 9.3); nothing on how the body ends.
  bool keeps_alive() const;

  void add_oddity(std::string_view oddity);
};

bool same_name(std::string_view a, std::string_view b);  // ASCII, without regard to case.
std::string lower_case(std::string_view text);           // ASCII.
std::string_view trimmed(std::string_view text);         // Without SP and HTAB around it.

}  // namespace tailrace
