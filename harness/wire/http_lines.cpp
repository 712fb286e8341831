// SPDX-License-Identifier: Apache-2.0
#include "harness/wire/http_lines.h"

#include <algorithm>
#include <utility>

namespace tailrace {

LineReader::Outcome LineReader::take(std::string_view& rest, std::size_t limit) {
  if (std::exchange(line_is_held_, false)) partial_.clear();
  const auto lf = rest.find('\n');
  const std::size_t size = lf == rest.npos ? rest.size() : lf + 1;
  if (partial_.size() + size > limit) return Outcome::kTooLong;
  const std::string_view piece = rest.substr(0, std::min(lf, rest.size()));
  rest.remove_prefix(size);
  if (lf == rest.npos) {
    partial_ += piece;
    return Outcome::kMore;
  }
  line_ = piece;
  if (!partial_.empty()) {
    partial_ += piece;
    line_ = partial_;
    line_is_held_ = true;
  }
  return Outcome::kLine;
}

bool strip_cr(std::string_view& line) {
  if (!line.ends_with('\r')) return false;
  line.remove_suffix(1);
  return true;
}

}  // namespace tailrace
