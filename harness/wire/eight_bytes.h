// SPDX-License-Identifier: Apache-2.0
// EightBytes: eight bytes of a text looked at together, where most texts are so short that a search
// by the library costs more than what it finds. Pure, any thread.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tailrace {

class EightBytes {
 public:
  static constexpr std::size_t kSize = 8;
  explicit EightBytes(const char* at) {
    std::memcpy(&word_, at, kSize);
    if constexpr (std::endian::native == std::endian::big) word_ = std::byteswap(word_);
  }
  // A mark in each byte that is so, up to the first one; what is marked above it may be wrong.
  std::uint64_t equal(char wanted) const {
    const std::uint64_t zero = word_ ^ kEach * static_cast<unsigned char>(wanted);
    return (zero - kEach) & ~zero & kMarks;
  }
  std::uint64_t below(unsigned char bound) const {  // At most 128.
    return (word_ - kEach * bound) & ~word_ & kMarks;
  }

 private:
  static constexpr std::uint64_t kEach = 0x0101010101010101, kMarks = 0x8080808080808080;
  std::uint64_t word_ = 0;
};

// The place of the first mark; kSize where there is none.
inline std::size_t first_of(std::uint64_t marks) {
  return static_cast<std::size_t>(std::countr_zero(marks)) / 8;
}

}  // namespace tailrace
