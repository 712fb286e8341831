// SPDX-License-Identifier: Apache-2.0
#include "reports/markup.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/wire/escape.h"
#include "harness/wire/utf8.h"

namespace tailrace {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kZeroWidthSpace = "&#8203;";    // Parts a sign from its word.
constexpr std::string_view kBefore = "\\`*_{}[]!|~";       // A backslash takes their meaning.
constexpr std::size_t kShortestFence = 3;

bool is_noncharacter(std::string_view character) {
  return character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF";  // U+FFFE, U+FFFF
}

std::string xml_character(std::string_view character, bool valid) {
  if (!valid || is_noncharacter(character)) return std::string(kReplacement);
  if (character.size() > 1) return std::string(character);
  const char c = character.front();
  switch (c) {
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '&':
      return "&amp;";
    case '"':
      return "&quot;";
    case '\'':
      return "&apos;";
    case '\t':
    case '\n':
    case '\r':
      return fmt::format("&#{};", static_cast<int>(c));
    default:
      return static_cast<unsigned char>(c) < ' ' ? std::string(kReplacement) : std::string(1, c);
  }
}

}  // namespace

std::string xml_text(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Step step = utf8_step(text, at);
    out += xml_character(text.substr(at, step.length), step.valid);
    at += step.length;
  }
  return out;
}

std::string xml_lines(std::string_view text) {
  std::string out;
  for (;;) {
    const auto end = text.find('\n');
    out += xml_text(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    out += '\n';
    text.remove_prefix(end + 1);
  }
}

std::string markdown_text(std::string_view text, std::size_t limit) {
  const std::string line = excerpt(text, limit);
  std::string out;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    const std::string_view rest = std::string_view(line).substr(at);
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '@' || c == '#') {
      out += c;
      out += kZeroWidthSpace;
    } else if (rest.starts_with("://")) {
      out += "&#58;";
    } else if (c == '.' && at >= 3 && line.compare(at - 3, 3, "www") == 0) {
      out += "&#46;";
    } else {
      if (kBefore.find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

std::string markdown_html(std::string_view text, std::size_t limit) {
  std::string out;
  for (const char c : excerpt(text, limit)) {
    if (c == '@' || c == '#') {
      out += c;
      out += kZeroWidthSpace;
    } else {
      // Valid UTF-8 by now, so a byte of a longer sequence is taken as it is.
      out +=
          static_cast<unsigned char>(c) < 0x80 ? xml_character({&c, 1}, true) : std::string(1, c);
    }
  }
  return out;
}

std::string markdown_block(std::string_view lines) {
  std::size_t longest = kShortestFence - 1, run = 0;
  for (const char c : lines) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  return fmt::format("{}text\n{}{}\n", fence, lines, fence);
}

}  // namespace tailrace
