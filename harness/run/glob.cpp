// SPDX-License-Identifier: Apache-2.0
#include "harness/run/glob.h"

#include <algorithm>
#include <numeric>

namespace tailrace {
namespace {

// Levenshtein, one row at a time.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row.back();
}

}  // namespace

bool glob_matches(std::string_view glob, std::string_view text) {
  std::size_t g = 0, t = 0, star = std::string_view::npos, after_star = 0;
  while (t < text.size()) {
    if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t]) && glob[g] != '*') {
      ++g;
      ++t;
    } else if (g < glob.size() && glob[g] == '*') {
      star = g++;
      after_star = t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++after_star;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', g) == std::string_view::npos;
}

std::string nearest_word(std::string_view wrong, const std::vector<std::string>& words) {
  std::string nearest;
  std::size_t least = wrong.size() / 2 + 2;  // Farther than that it is another word.
  for (const std::string& word : words) {
    // Someone who knows the second half of an id is near as well.
    const auto dot = word.find('.');
    const std::size_t whole = distance(wrong, word);
    const std::size_t tail =
        dot == std::string::npos ? whole : distance(wrong, std::string_view(word).substr(dot + 1));
    const bool part = !wrong.empty() && word.find(wrong) != std::string::npos;
    const std::size_t here = part ? 0 : std::min(whole, tail);
    if (here < least) {
      least = here;
      nearest = word;
    }
  }
  return nearest;
}

}  // namespace tailrace
