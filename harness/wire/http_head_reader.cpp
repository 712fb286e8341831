// SPDX-License-Identifier: Apache-2.0
#include "harness/wire/http_head_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include "harness/wire/http_lines.h"

namespace tailrace {
namespace {

constexpr std::string_view kVersionPrefix = "HTTP/1.";
constexpr std::size_t kPlausibleBytes = 24;  // Longer than any registered method.
constexpr std::size_t kUsualHeaders = 8;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr std::array<bool, 256> token_chars() {
  std::array<bool, 256> is_one{};
  for (const std::string_view some : {"abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                                      "0123456789", "!#$%&'*+-.^_`|~"}) {
    for (const char c : some) is_one[static_cast<unsigned char>(c)] = true;
  }
  return is_one;
}

bool is_token_char(char c) {
  static constexpr std::array<bool, 256> kIsOne = token_chars();
  return kIsOne[static_cast<unsigned char>(c)];
}

constexpr std::array<bool, 256> controls() {
  std::array<bool, 256> is_one{};
  for (std::size_t c = 0; c < 0x20; ++c) is_one[c] = c != '\t';
  is_one[0x7F] = true;
  return is_one;
}

bool is_control(char c) {
  static constexpr std::array<bool, 256> kIsOne = controls();
  return kIsOne[static_cast<unsigned char>(c)];
}

bool read_version(std::string_view text, int& minor) {
  if (!text.starts_with(kVersionPrefix) || text.size() != kVersionPrefix.size() + 1) return false;
  if (!is_digit(text.back())) return false;
  minor = text.back() - '0';
  return true;
}

Complaint forbidden_character(std::string_view line) {  // RFC 9110, 5.5; RFC 9112, 2.2.
  if (line.find('\0') != line.npos) return "a NUL byte in the head";
  if (line.find('\r') != line.npos) return "a CR inside a line of the head";
  return std::nullopt;
}

}  // namespace

std::size_t token_at_front(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && is_token_char(text[size])) ++size;
  return size;
}

bool is_token(std::string_view text) {
  return !text.empty() && token_at_front(text) == text.size();
}

std::optional<std::size_t> HeadReader::implausible_at(std::string_view line) const {
  const std::string_view start = line.substr(0, kPlausibleBytes);
  if (role_ == HttpRole::kRequest && start.starts_with('\r')) {
    return start.size() > 1 ? std::optional(std::size_t{1}) : std::nullopt;
  }
  for (std::size_t i = 0; i < start.size(); ++i) {
    if (role_ == HttpRole::kResponse) {
      if (i == kVersionPrefix.size()) return std::nullopt;
      if (start[i] != kVersionPrefix[i]) return i;
    } else {
      if (start[i] == ' ' && i > 0) return std::nullopt;
      if (!is_token_char(start[i])) return i;
    }
  }
  return std::nullopt;
}

Complaint HeadReader::take_line(std::string_view line) {
  if (!strip_cr(line)) head_.add_oddity("bare LF line end");
  if (Complaint complaint = forbidden_character(line)) return complaint;
  if (!begun_) return take_start_line(line);
  if (line.empty()) {
    complete_ = true;
    return std::nullopt;
  }
  return line.front() == ' ' || line.front() == '\t' ? fold(line) : take_header(line);
}

Complaint HeadReader::take_start_line(std::string_view line) {
  if (role_ == HttpRole::kResponse) return take_status_line(line);
  if (!line.empty()) return take_request_line(line);
  head_.add_oddity("empty line before the request line");
  return std::nullopt;
}

Complaint HeadReader::take_request_line(std::string_view line) {
  if (line == "PRI * HTTP/2.0") return "the connection preface of HTTP/2";
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == line.npos || first == last) return "a request line without three parts";
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (!is_token(method)) return "a method that is no token";
  if (target.empty() || target.find_first_of(" \t") != target.npos) {
    return "white space in the request target";
  }
  if (std::ranges::any_of(target, is_control)) return "a control character in the request target";
  if (!read_version(line.substr(last + 1), head_.minor_version)) {
    return "a request line without HTTP/1.x";
  }
  head_.method = method;
  head_.target = target;
  begun_ = true;
  return std::nullopt;
}

Complaint HeadReader::take_status_line(std::string_view line) {
  constexpr std::size_t kVersionSize = kVersionPrefix.size() + 1;
  constexpr std::size_t kCodeSize = 3;
  if (!read_version(line.substr(0, kVersionSize), head_.minor_version)) {
    return "a status line without HTTP/1.x";
  }
  const std::string_view rest = line.substr(kVersionSize);
  const std::string_view code = rest.substr(std::min(rest.size(), std::size_t{1}), kCodeSize);
  const bool three_digits = code.size() == kCodeSize && std::ranges::all_of(code, is_digit);
  if (!rest.starts_with(' ') || !three_digits || code.front() == '0') {
    return "a status line without a code of three digits";
  }
  const std::string_view tail = rest.substr(1 + kCodeSize);
  if (!tail.empty() && tail.front() != ' ') return "a status code of more than three digits";
  if (tail.empty()) head_.add_oddity("no space after the status code");
  for (const char digit : code) head_.status = head_.status * 10 + (digit - '0');
  if (code.front() > '5') head_.add_oddity("status code above 599");
  head_.reason = tail.empty() ? tail : tail.substr(1);
  begun_ = true;
  return std::nullopt;
}

Complaint HeadReader::take_header(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == line.npos) return "a header without a colon";
  std::string_view name = line.substr(0, colon);
  const std::string_view bare = trimmed(name);
  if (bare.size() != name.size()) {
    // Servers must refuse it, intermediaries strip it from responses (RFC 9112, 5.1).
    if (role_ == HttpRole::kRequest) return "white space between header name and colon";
    head_.add_oddity("white space between header name and colon");
    name = bare;
  }
  if (!is_token(name)) return "a header name that is no token";
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (std::ranges::any_of(value, is_control)) head_.add_oddity("control character in a header");
  if (head_.headers.empty()) head_.headers.reserve(kUsualHeaders);
  head_.headers.push_back({std::string(name), std::string(value)});
  return std::nullopt;
}

Complaint HeadReader::fold(std::string_view line) {
  if (head_.headers.empty()) return "white space before the first header";
  head_.add_oddity("folded header");
  std::string& value = head_.headers.back().value;
  const std::string_view more = trimmed(line);
  if (!value.empty() && !more.empty()) value += ' ';
  value += more;
  return std::nullopt;
}

HttpHead HeadReader::take() {
  begun_ = complete_ = false;
  return std::exchange(head_, HttpHead());
}

}  // namespace tailrace
