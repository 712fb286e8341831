// SPDX-License-Identifier: Apache-2.0
// ByteBlock: some bytes of a text looked at together, where most texts are so short that a search
// by the library costs more than what it finds. Pure, any thread.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace tailrace {

#ifdef __SSE2__
class ByteBlock {
 public:
  static constexpr std::size_t kSize = 16;
  using Marks = std::uint32_t;  // A bit for each byte.
  explicit ByteBlock(const char* at)
      : bytes_(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at))) {}
  Marks equal(char wanted) const { return bits(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8(wanted))); }
  Marks below(char bound) const {  // At least 1.
    const __m128i most = _mm_set1_epi8(static_cast<char>(bound - 1));
    return bits(_mm_cmpeq_epi8(_mm_min_epu8(bytes_, most), bytes_));
  }
  Marks neither_letter_nor_dash() const {
    const __m128i lower = _mm_or_si128(bytes_, _mm_set1_epi8(0x20));
    const __m128i place = _mm_sub_epi8(lower, _mm_set1_epi8('a'));
    const __m128i letter = _mm_cmpeq_epi8(_mm_min_epu8(place, _mm_set1_epi8(25)), place);
    const __m128i dash = _mm_cmpeq_epi8(bytes_, _mm_set1_epi8('-'));
    return bits(_mm_or_si128(letter, dash)) ^ 0xffff;
  }
  // The place of the first mark; kSize where there is none.
  static std::size_t first_of(Marks marks) {
    return static_cast<std::size_t>(std::countr_zero(marks | 1U << kSize));
  }

 private:
  static Marks bits(__m128i bytes) { return static_cast<Marks>(_mm_movemask_epi8(bytes)); }
  __m128i bytes_;
};
#else
class ByteBlock {
 public:
  static constexpr std::size_t kSize = 8;
  // The highest bit of each byte, right up to the first mark; what is marked above it may be wrong.
  using Marks = std::uint64_t;
  explicit ByteBlock(const char* at) {
    std::memcpy(&word_, at, kSize);
    if constexpr (std::endian::native == std::endian::big) word_ = std::byteswap(word_);
  }
  Marks equal(char wanted) const {
    const std::uint64_t zero = word_ ^ kEach * static_cast<unsigned char>(wanted);
    return (zero - kEach) & ~zero & kMarks;
  }
  Marks below(char bound) const {  // 1 to 127.
    return (word_ - kEach * static_cast<unsigned char>(bound)) & ~word_ & kMarks;
  }
  Marks neither_letter_nor_dash() const {
    const std::uint64_t lower = (word_ | kEach * 0x20) & ~kMarks;
    const std::uint64_t letter = (lower + kEach * (0x80 - 'a')) & ~(lower + kEach * (0x7f - 'z'));
    const std::uint64_t other = (word_ & ~kMarks) ^ kEach * '-';
    const std::uint64_t dash = ~(other + kEach * 0x7f);
    return (~(letter | dash) | word_) & kMarks;
  }
  static std::size_t first_of(Marks marks) {
    return static_cast<std::size_t>(std::countr_zero(marks)) / 8;
  }

 private:
  static constexpr std::uint64_t kEach = 0x0101010101010101, kMarks = 0x8080808080808080;
  std::uint64_t word_ = 0;
};
#endif

// The first byte of [at, end) that `marks_of` a block marks; `end` where it marks none.
template <class MarksOf>
const char* first_marked(const char* at, const char* end, MarksOf&& marks_of) {
  constexpr auto kSize = ByteBlock::kSize;
  for (; static_cast<std::size_t>(end - at) >= kSize; at += kSize) {
    const std::size_t first = ByteBlock::first_of(marks_of(ByteBlock(at)));
    if (first < kSize) return at + first;
  }
  if (at == end) return end;
  char rest[kSize] = {};
  const auto left = static_cast<std::size_t>(end - at);
  std::memcpy(rest, at, left);
  const std::size_t first = ByteBlock::first_of(marks_of(ByteBlock(rest)));
  return first < left ? at + first : end;
}

// The same as ==, without a call of the library: the size is known here.
template <std::size_t N>
bool is_text(std::string_view text, const char (&wanted)[N]) {
  return text.size() == N - 1 && std::memcmp(text.data(), wanted, N - 1) == 0;
}

}  // namespace tailrace
