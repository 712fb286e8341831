// SPDX-License-Identifier: Apache-2.0
#include "harness/wire/plain_head.h"

#include "harness/wire/byte_block.h"
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

// Takes a line and its CRLF off the front of [at, end). False where it ends in another way, or
// holds another control character.
bool take_line(const char*& at, const char* end, std::string_view& line) {
  const char* stop = first_marked(at, end, [](const ByteBlock& block) { return block.below(' '); });
  if (end - stop < 2 || stop[0] != '\r' || stop[1] != '\n') return false;
  line = {at, static_cast<std::size_t>(stop - at)};
  at = stop + 2;
  return true;
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

// Of the token at the front: nearly always letters and dashes. `end` is that of all bytes.
std::size_t end_of_name(std::string_view line, const char* end) {
  const char* stop = first_marked(line.data(), end, [](const ByteBlock& block) {
    return block.neither_letter_nor_dash();
  });
  if (stop != end && *stop == ':') return static_cast<std::size_t>(stop - line.data());
  return token_at_front(line);
}

// `name` is as long.
template <std::size_t N>
bool is_name(std::string_view name, const char (&wanted)[N]) {
  if ((name.front() | 0x20) != (wanted[0] | 0x20)) return false;
  return is_text(name, wanted) || same_name(name, wanted);
}

bool read_header(std::string_view line, const char* end, PlainHead& head) {
  const std::size_t colon = end_of_name(line, end);
  if (colon == 0 || colon >= line.size() || line[colon] != ':') return false;
  const std::string_view name = line.substr(0, colon);
  const auto value = [&] { return trimmed(line.substr(colon + 1)); };
  switch (name.size()) {
    case 6:
      return !is_name(name, "Expect");
    case 12:
      if (head.content_type.data() == nullptr && is_name(name, "Content-Type")) {
        head.content_type = value();
      }
      return true;
    case 14:
      return !is_name(name, "Content-Length") || take_length(value(), head);
    case 16:
      return !is_name(name, "Content-Encoding");
    case 17:
      if (!is_name(name, "Transfer-Encoding")) return true;
      if (head.is_chunked || !same_name(value(), "chunked")) return false;
      head.is_chunked = true;
      return true;
    default:
      return true;
  }
}

}  // namespace

std::optional<PlainHead> read_plain_head(HttpRole role, std::string_view bytes,
                                         std::size_t limit) {
  std::optional<PlainHead> read(std::in_place);
  PlainHead& head = *read;
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  std::string_view line;
  if (!take_line(at, end, line)) return std::nullopt;
  const bool starts = role == HttpRole::kRequest ? read_request_line(line, head)
                                                 : read_status_line(line, head);
  if (!starts) return std::nullopt;
  for (;;) {
    if (!take_line(at, end, line)) return std::nullopt;
    if (line.empty()) break;
    if (!read_header(line, end, head)) return std::nullopt;
  }
  head.size = static_cast<std::size_t>(at - bytes.data());
  if (head.size > limit) return std::nullopt;
  if (head.is_chunked && head.content_length) return std::nullopt;
  return read;
}

HttpFraming framing_of(const PlainHead& head, HttpRole role, bool answers_head) {
  const bool is_response = role == HttpRole::kResponse;
  if (is_response && (answers_head || never_has_a_body(head.status))) return HttpFraming::kNone;
  if (head.is_chunked) return HttpFraming::kChunked;
  if (head.content_length) return HttpFraming::kContentLength;
  return is_response ? HttpFraming::kUntilClose : HttpFraming::kNone;
}

}  // namespace tailrace
