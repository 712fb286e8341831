// SPDX-License-Identifier: Apache-2.0
#include "harness/wire/base_url.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "harness/base/endpoint.h"
#include "harness/wire/escape.h"
#include "harness/wire/http_head.h"

namespace tailrace {
namespace {

constexpr std::string_view kMark = "://";
constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;
constexpr std::size_t kShown = 200;  // Bytes of a bad URL that an error repeats at most.

std::unexpected<Error> bad_url(std::string_view text, std::string_view why) {
  return trouble(fmt::format("'{}' is no URL to connect to: {}", excerpt(text, kShown), why));
}

bool is_host_char(char c) {  // RFC 3986, 3.2.2: reg-name without escapes and sub-delims.
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

bool is_target_char(char c) {
  constexpr std::string_view kNever = "\"<>\\^`{|}";
  return c > ' ' && c < 0x7F && kNever.find(c) == kNever.npos;
}

bool is_ipv6(std::string_view address) {
  return parse_endpoint(fmt::format("[{}]:1", address)).has_value();
}

// Splits off the host; "" where it is one.
std::string_view take_host(std::string_view& authority, Url& url) {
  if (!authority.starts_with('[')) {
    const std::string_view host = authority.substr(0, authority.find(':'));
    authority.remove_prefix(host.size());
    if (host.empty()) return "it has no host";
    if (!std::ranges::all_of(host, is_host_char)) return "its host has a character not allowed";
    url.host = lower_case(host);
    return {};
  }
  const auto close = authority.find(']');
  if (close == authority.npos) return "its IPv6 address has no closing bracket";
  const std::string_view address = authority.substr(1, close - 1);
  authority.remove_prefix(close + 1);
  if (!is_ipv6(address)) return "what stands in brackets is no IPv6 address";
  url.host = lower_case(address);
  return {};
}

// What is left of the authority after the host: nothing, or ':' and a port that may be empty.
std::string_view take_port(std::string_view rest, Url& url) {
  if (rest.empty() || rest == ":") return {};
  if (rest.front() != ':') return "something stands between host and port";
  const char* end = rest.data() + rest.size();
  const auto [stop, error] = std::from_chars(rest.data() + 1, end, url.port);
  const bool good = error == std::errc() && stop == end && url.port != 0;
  return good ? "" : "its port is no number from 1 to 65535";
}

}  // namespace

std::string Url::authority() const {
  std::string text = host.find(':') == host.npos ? host : "[" + host + "]";
  if (port != (https ? kHttpsPort : kHttpPort)) text += fmt::format(":{}", port);
  return text;
}

std::string Url::text() const {
  return fmt::format("{}://{}{}", https ? "https" : "http", authority(), target);
}

Result<Url> parse_url(std::string_view text) {
  const auto mark = text.find(kMark);
  const std::string_view rest = mark == text.npos ? "" : text.substr(mark + kMark.size());
  std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const std::string_view target = rest.substr(authority.size());
  // Before any error that repeats the text; of a text that is no URL, anything may be the secret.
  if ((mark == text.npos ? text : authority).contains('@')) {
    return trouble("the URL holds a user name or password: pass it as a header instead");
  }
  const std::string scheme = lower_case(text.substr(0, mark));
  const std::string_view shown = text.substr(0, text.size() - target.size());
  if (mark == text.npos || (scheme != "http" && scheme != "https")) {
    return bad_url(shown, "it begins with neither http:// nor https://");
  }
  Url url;
  url.https = scheme == "https";
  url.port = url.https ? kHttpsPort : kHttpPort;
  if (const auto why = take_host(authority, url); !why.empty()) return bad_url(shown, why);
  if (const auto why = take_port(authority, url); !why.empty()) return bad_url(shown, why);
  if (target.contains('#')) return bad_url(shown, "it has a fragment, which is never sent");
  if (!std::ranges::all_of(target, is_target_char)) {
    return bad_url(shown, "its path or query has a character that needs an escape (%20)");
  }
  url.target = target.starts_with('/') ? target : fmt::format("/{}", target);
  return url;
}

}  // namespace tailrace
