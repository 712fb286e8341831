// SPDX-License-Identifier: Apache-2.0
// LineReader: collects lines that may be cut anywhere, with a bound on their length.
// Give each to one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tailrace {

class LineReader {
 public:
  enum class Outcome : std::uint8_t { kMore, kLine, kTooLong };

  // Takes bytes off the front of `rest` up to an LF; `limit` bounds the line with its LF, in bytes.
  // After kTooLong the reader must not be used again.
  Outcome take(std::string_view& rest, std::size_t limit);

  // After kLine: the line without LF, valid until the next take() or until the bytes fed go away.
  std::string_view line() const { return line_; }
  // After kMore: what there is of the line.
  std::string_view partial() const { return partial_; }

 private:
  std::string partial_;
  std::string_view line_;
  bool line_is_held_ = false;  // line_ looks into partial_.
};

// Takes a CR off the end of a line; false where there is none (a bare LF).
bool strip_cr(std::string_view& line);

}  // namespace tailrace
