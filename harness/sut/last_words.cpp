// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/last_words.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace tailrace {
namespace {

constexpr std::size_t kLookedAt = 64 << 10;  // Bytes: Go prints the stacks of all goroutines.
constexpr std::size_t kLinesShown = 3;       // The message may follow, as Rust's does.
constexpr std::array<std::string_view, 8> kOfFailure = {
    "error", "exception", "panic", "fatal", "abort", "assert", "terminate called", "killed"};

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

// Not of a stack below one, whose lines are indented and may hold any name.
bool speaks_of_failure(std::string_view line) {
  if (line.front() == ' ' || line.front() == '\t') return false;
  const auto same = [](unsigned char a, unsigned char b) { return std::tolower(a) == b; };
  return std::ranges::any_of(kOfFailure, [&](std::string_view word) {
    return std::search(line.begin(), line.end(), word.begin(), word.end(), same) != line.end();
  });
}

}  // namespace

std::string last_words(std::string_view output) {
  output.remove_prefix(output.size() - std::min(output.size(), kLookedAt));
  const auto lines = lines_of(output);
  std::size_t first = lines.size();
  while (first > 0 && !speaks_of_failure(lines[first - 1])) --first;
  first = first > 0 ? first - 1 : lines.size() - std::min(lines.size(), kLinesShown);
  std::string words;
  for (std::size_t i = first; i < std::min(first + kLinesShown, lines.size()); ++i) {
    if (!words.empty()) words += " | ";
    words += lines[i];
  }
  return words.substr(0, kLastWordsShown);
}

}  // namespace tailrace
