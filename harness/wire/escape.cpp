// SPDX-License-Identifier: Apache-2.0
#include "harness/wire/escape.h"

#include <fmt/format.h>

#include <iterator>

#include "harness/wire/utf8.h"

namespace tailrace {
namespace {

constexpr unsigned char kFirstBeyondAscii = 0x80;

std::string hex_of(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    fmt::format_to(std::back_inserter(text), "\\x{:02X}", static_cast<unsigned char>(c));
  }
  return text;
}

// Valid characters that would break the line, steer a terminal or turn the order of the text.
bool is_unsafe(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7F;
  if (character.size() == 2) return byte(0) == 0xC2 && byte(1) < 0xA0;  // C1: U+0080 to U+009F.
  if (character.size() != 3 || byte(0) != 0xE2) return false;
  const bool separator_or_turn = byte(1) == 0x80 && byte(2) >= 0xA8 && byte(2) <= 0xAE;
  const bool isolate = byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9;
  return separator_or_turn || isolate;  // U+2028 to U+202E, U+2066 to U+2069.
}

std::string shown(std::string_view character, bool valid) {
  if (character == "\n") return "\\n";
  if (character == "\r") return "\\r";
  if (character == "\t") return "\\t";
  return valid && !is_unsafe(character) ? std::string(character) : hex_of(character);
}

}  // namespace

std::string as_latin1_json_text(std::string_view bytes) {
  std::string text;
  if (is_ascii(bytes)) return text.assign(bytes);
  text.reserve(bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < kFirstBeyondAscii) {
      text += c;
    } else {
      text += static_cast<char>(0xC0 | (byte >> 6));
      text += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return text;
}

Result<std::string> from_latin1(std::string_view utf8) {
  std::string bytes;
  if (is_ascii(utf8)) return bytes.assign(utf8);
  bytes.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    const Utf8Step step = utf8_step(utf8, at);
    if (!step.valid) return trouble(fmt::format("no UTF-8 at byte {}", at));
    const auto lead = static_cast<unsigned char>(utf8[at]);
    if (lead < kFirstBeyondAscii) {
      bytes += utf8[at];
    } else if (lead <= 0xC3) {
      const auto tail = static_cast<unsigned char>(utf8[at + 1]);
      bytes += static_cast<char>(((lead & 0x03) << 6) | (tail & 0x3F));
    } else {
      return trouble(fmt::format("a character above U+00FF at byte {}", at));
    }
    at += step.length;
  }
  return bytes;
}

std::string excerpt(std::string_view bytes, std::size_t limit) {
  std::string line;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const Utf8Step step = utf8_step(bytes, at);
    if (at + step.length > limit) break;
    line += shown(bytes.substr(at, step.length), step.valid);
    at += step.length;
  }
  if (at < bytes.size()) line += fmt::format("… ({} bytes more)", bytes.size() - at);
  return line;
}

std::string in_quotes(std::string_view word) {
  std::string quoted;
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted;
}

std::string in_ansi_quotes(std::string_view word) {
  std::string escaped;
  for (const char c : word) {
    if (c == '\'' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return excerpt(escaped, escaped.size());
}

std::string shell_quoted(std::string_view word) {
  static constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:={}@+%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::string(word);
  }
  const bool is_safe = excerpt(word, word.size()) == word;
  return is_safe ? "'" + in_quotes(word) + "'" : "$'" + in_ansi_quotes(word) + "'";
}

}  // namespace tailrace
