// SPDX-License-Identifier: Apache-2.0
#include "harness/wire/http_head.h"

#include <algorithm>

namespace tailrace {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

const char* name_of(HttpFraming framing) {
  switch (framing) {
    case HttpFraming::kNone:
      return "none";
    case HttpFraming::kContentLength:
      return "content-length";
    case HttpFraming::kChunked:
      return "chunked";
    case HttpFraming::kUntilClose:
      return "until-close";
  }
  return "";
}

bool same_name(std::string_view a, std::string_view b) {
  if (a == b) return true;  // Nearly always, where they are the same.
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

const std::string* HttpHead::find(std::string_view name) const {
  for (const HttpHeader& header : headers) {
    if (same_name(header.name, name)) return &header.value;
  }
  return nullptr;
}

std::vector<std::string_view> HttpHead::list(std::string_view name) const {
  std::vector<std::string_view> elements;
  for (const HttpHeader& header : headers) {
    if (!same_name(header.name, name)) continue;
    for (std::string_view rest = header.value; !rest.empty();) {
      const auto comma = std::min(rest.find(','), rest.size());
      const std::string_view element = trimmed(rest.substr(0, comma));
      if (!element.empty()) elements.push_back(element);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return elements;
}

bool HttpHead::has_token(std::string_view name, std::string_view token) const {
  return std::ranges::any_of(list(name), [&](auto element) { return same_name(element, token); });
}

bool HttpHead::keeps_alive() const {
  if (has_token("Connection", "close")) return false;
  if (minor_version >= 1) return true;
  // The framing of a 1.0 message with a transfer coding cannot be trusted (RFC 9112, 6.1).
  return has_token("Connection", "keep-alive") && !find("Transfer-Encoding");
}

void HttpHead::add_oddity(std::string_view oddity) {
  if (std::ranges::find(oddities, oddity) == oddities.end()) oddities.emplace_back(oddity);
}

}  // namespace tailrace
