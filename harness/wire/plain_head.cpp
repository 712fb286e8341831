// SPDX-License-Identifier: Apache-2.0
#include "harness/wire/plain_head.h"

#include "harness/wire/eight_bytes.h"
#include "harness/wire/http_head_reader.h"

namespace tailrace {
namespace {

constexpr std::string_view kVersion = "HTTP/1.";
constexpr std::size_t kVersionSize = kVersion.size() + 1;
constexpr std::size_t kStatusSize = kVersionSize + 4;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_version(std::string_view text) {
  return text.size() == kVersionSize && text.starts_with(kVersion) && is_digit(text.back());
}

// Without its CRLF; none where it ends in another way, or holds another control character.
std::optional<std::string_view> next_line(std::string_view bytes, std::size_t at) {
  std::size_t end = at;
  while (bytes.size() - end >= EightBytes::kSize) {
    const std::size_t plain = first_of(EightBytes(bytes.data() + end).below(' '));
    end += plain;
    if (plain < EightBytes::kSize) break;
  }
  while (end < bytes.size() && static_cast<unsigned char>(bytes[end]) >= ' ') ++end;
  if (bytes.size() - end < 2 || bytes[end] != '\r' || bytes[end + 1] != '\n') return std::nullopt;
  return bytes.substr(at, end - at);
}

bool read_request_line(std::string_view line, PlainHead& head) {
  const auto space = line.find(' ');
  if (space == line.npos || space == 0 || line.size() < space + 3 + kVersionSize) return false;
  head.method = line.substr(0, space);
  for (const char c : head.method) {
    if (c < 'A' || c > 'Z') return false;
  }
  const std::size_t target = line.size() - kVersionSize - 1;
  for (const char c : line.substr(space + 1, target - space - 1)) {
    if (c <= ' ' || c == 0x7f) return false;
  }
  return line[target] == ' ' && is_version(line.substr(target + 1));
}

bool read_status_line(std::string_view line, PlainHead& head) {
  if (line.size() < kStatusSize || !is_version(line.substr(0, kVersionSize))) return false;
  if (line.size() > kStatusSize && line[kStatusSize] != ' ') return false;
  if (line[kVersionSize] != ' ' || line[kVersionSize + 1] == '0') return false;
  for (const char c : line.substr(kVersionSize + 1, 3)) {
    if (!is_digit(c)) return false;
    head.status = head.status * 10 + (c - '0');
  }
  return true;
}

bool take_length(std::string_view text, PlainHead& head) {
  if (head.content_length) return false;
  head.content_length = content_length_of(text);
  return head.content_length.has_value();
}

bool read_header(std::string_view line, PlainHead& head) {
  const std::size_t colon = token_at_front(line);
  if (colon == 0 || colon == line.size() || line[colon] != ':') return false;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  switch (name.size()) {
    case 6:
      return !same_name(name, "Expect");
    case 12:
      if (head.content_type.data() == nullptr && same_name(name, "Content-Type")) {
        head.content_type = value;
      }
      return true;
    case 14:
      return !same_name(name, "Content-Length") || take_length(value, head);
    case 17:
      if (!same_name(name, "Transfer-Encoding")) return true;
      if (head.is_chunked || !same_name(value, "chunked")) return false;
      head.is_chunked = true;
      return true;
    default:
      return true;
  }
}

}  // namespace

std::optional<PlainHead> read_plain_head(HttpRole role, std::string_view bytes,
                                         std::size_t limit) {
  PlainHead head;
  const auto start = next_line(bytes, 0);
  if (!start) return std::nullopt;
  const bool starts = role == HttpRole::kRequest ? read_request_line(*start, head)
                                                 : read_status_line(*start, head);
  if (!starts) return std::nullopt;
  for (std::size_t at = start->size() + 2;;) {
    const auto line = next_line(bytes, at);
    if (!line) return std::nullopt;
    at += line->size() + 2;
    if (line->empty()) {
      head.size = at;
      break;
    }
    if (!read_header(*line, head)) return std::nullopt;
  }
  if (head.size > limit) return std::nullopt;
  if (head.is_chunked && head.content_length) return std::nullopt;
  return head;
}

HttpFraming framing_of(const PlainHead& head, HttpRole role, bool answers_head) {
  const bool is_response = role == HttpRole::kResponse;
  if (is_response && (answers_head || never_has_a_body(head.status))) return HttpFraming::kNone;
  if (head.is_chunked) return HttpFraming::kChunked;
  if (head.content_length) return HttpFraming::kContentLength;
  return is_response ? HttpFraming::kUntilClose : HttpFraming::kNone;
}

}  // namespace tailrace
