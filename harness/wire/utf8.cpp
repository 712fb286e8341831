// SPDX-License-Identifier: Apache-2.0
#include "harness/wire/utf8.h"

#include <cstdint>
#include <cstring>

namespace tailrace {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// What a lead byte asks for: how many bytes follow, and the range of the first of them, which is
// what rules out overlong forms, surrogates and code points above U+10FFFF.
struct Lead {
  std::size_t following = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
};

bool read_lead(unsigned char byte, Lead& lead) {
  if (byte < 0x80) {
    lead = {0};
  } else if (byte >= 0xC2 && byte <= 0xDF) {
    lead = {1};
  } else if (byte >= 0xE0 && byte <= 0xEF) {
    lead = {2};
    if (byte == 0xE0) lead.low = 0xA0;
    if (byte == 0xED) lead.high = 0x9F;
  } else if (byte >= 0xF0 && byte <= 0xF4) {
    lead = {3};
    if (byte == 0xF0) lead.low = 0x90;
    if (byte == 0xF4) lead.high = 0x8F;
  } else {
    return false;
  }
  return true;
}

}  // namespace

Utf8Step utf8_step(std::string_view bytes, std::size_t at) {
  Lead lead;
  if (!read_lead(static_cast<unsigned char>(bytes[at]), lead)) return {false, 1};
  for (std::size_t i = 1; i <= lead.following; ++i) {
    if (at + i >= bytes.size()) return {false, i};
    const auto byte = static_cast<unsigned char>(bytes[at + i]);
    if (byte < lead.low || byte > lead.high) return {false, i};
    lead.low = 0x80;
    lead.high = 0xBF;
  }
  return {true, lead.following + 1};
}

bool is_ascii(std::string_view bytes) {
  std::uint64_t all = 0;
  std::size_t at = 0;
  for (std::uint64_t word = 0; bytes.size() - at >= sizeof word; at += sizeof word) {
    std::memcpy(&word, bytes.data() + at, sizeof word);
    all |= word;
  }
  for (; at < bytes.size(); ++at) all |= static_cast<unsigned char>(bytes[at]);
  return (all & 0x8080808080808080U) == 0;
}

bool is_valid_utf8(std::string_view bytes) {
  if (is_ascii(bytes)) return true;
  for (std::size_t at = 0; at < bytes.size();) {
    const Utf8Step step = utf8_step(bytes, at);
    if (!step.valid) return false;
    at += step.length;
  }
  return true;
}

std::string repaired_utf8(std::string_view bytes) {
  std::string repaired;
  repaired.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const Utf8Step step = utf8_step(bytes, at);
    repaired += step.valid ? bytes.substr(at, step.length) : kReplacement;
    at += step.length;
  }
  return repaired;
}

}  // namespace tailrace
