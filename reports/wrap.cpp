// SPDX-License-Identifier: Apache-2.0
#include "reports/wrap.h"

#include <algorithm>

namespace tailrace {
namespace {

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;  // Not within a UTF-8 sequence.
  }));
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  if (width == 0) return std::string(text);
  std::string out;
  std::size_t used = indent;
  while (!text.empty()) {
    const auto space = text.find(' ', 1);
    const std::string_view word = text.substr(0, space);  // With the space before it.
    const std::size_t needs = columns(word);
    if (used + needs > width && used > indent) {
      out += '\n';
      out.append(indent, ' ');
      out += word.front() == ' ' ? word.substr(1) : word;
      used = indent + needs - (word.front() == ' ' ? 1 : 0);
    } else {
      out += word;
      used += needs;
    }
    text.remove_prefix(word.size());
  }
  return out;
}

}  // namespace tailrace
