// SPDX-License-Identifier: Apache-2.0
#include "harness/capture/pcapng_file.h"

#include <algorithm>

#include "harness/capture/link_type.h"

namespace tailrace {
namespace {

// Block types of draft-ietf-opsawg-pcapng.
constexpr std::uint32_t kSection = 0x0a0d0d0a, kInterface = 1, kOldPacket = 2, kSimplePacket = 3,
                        kStatistics = 5, kPacket = 6;
constexpr std::uint32_t kByteOrder = 0x1a2b3c4d;
constexpr std::uint32_t kLargestBlock = 32 << 20;  // Above it a length is no length.
constexpr std::size_t kMostInterfaces = 65536;
constexpr std::uint16_t kComment = 1, kResolution = 9, kTimeOffset = 14, kInterfaceDrops = 5,
                        kSystemDrops = 7;

std::uint32_t swapped(std::uint32_t value) {
  return value >> 24 | (value >> 8 & 0xff00) | (value << 8 & 0xff0000) | value << 24;
}

std::uint64_t ticks_of(std::uint8_t resolution) {
  const unsigned exponent = resolution & 0x7fU;
  if ((resolution & 0x80U) != 0) return exponent < 63 ? 1ULL << exponent : 1'000'000;
  std::uint64_t ticks = 1;
  for (unsigned i = 0; i < exponent && exponent <= 18; ++i) ticks *= 10;
  return exponent <= 18 ? ticks : 1'000'000;
}

Nanos nanos_of(std::uint64_t ticks, std::uint64_t ticks_a_second) {
  constexpr std::uint64_t kNanos = 1'000'000'000;
  const std::uint64_t seconds = ticks / ticks_a_second, rest = ticks % ticks_a_second;
  __extension__ using Wide = unsigned __int128;
  const auto part = static_cast<std::uint64_t>(Wide{rest} * kNanos / ticks_a_second);
  // What no clock has told is cut, not overflown: to all that a classic file can say. An offset of
  // 32 bits may come on top, and the difference to what has a negative one must fit.
  const std::uint64_t sane = std::min<std::uint64_t>(seconds, 0xffffffff);
  return std::chrono::seconds(sane) + Nanos(part);
}

}  // namespace

std::uint16_t PcapngFile::u16(std::size_t at) const {
  if (at + 2 > body_.size()) return 0;
  const auto a = std::to_integer<unsigned>(body_[at]);
  const auto b = std::to_integer<unsigned>(body_[at + 1]);
  return static_cast<std::uint16_t>(big_endian_ ? a << 8 | b : b << 8 | a);
}

std::uint32_t PcapngFile::u32(std::size_t at) const {
  const std::uint32_t first = u16(at), second = u16(at + 2);
  return big_endian_ ? first << 16 | second : second << 16 | first;
}

bool PcapngFile::read_body(std::size_t length) {
  body_.resize(length);
  return fill(bytes_, body_) == length;
}

// Fills body_. False: the end, with truncated_ where it comes too soon.
bool PcapngFile::read_block(std::uint32_t& type) {
  body_.resize(8);
  const std::size_t got = fill(bytes_, body_);
  truncated_ = got != 0 && got != body_.size();
  if (got != body_.size()) return false;
  type = u32(0);
  std::uint32_t length = u32(4);
  truncated_ = true;  // Until the block is whole.
  if (type == kSection) {
    // Its byte order stands behind its length.
    if (!read_body(4)) return false;
    const std::uint32_t order = u32(0);
    if (order != kByteOrder) {
      if (swapped(order) != kByteOrder) return false;
      big_endian_ = !big_endian_;
      length = swapped(length);
    }
    interfaces_.clear();
    if (length < 28 || length > kLargestBlock || !read_body(length - 12)) return false;
  } else if (length < 12 || length % 4 != 0 || length > kLargestBlock || !read_body(length - 8)) {
    return false;
  }
  body_.resize(body_.size() - 4);  // The length once more.
  truncated_ = false;
  return true;
}

template <class Option>
void PcapngFile::for_options(std::size_t at, Option&& option) const {
  while (at + 4 <= body_.size()) {
    const std::uint16_t code = u16(at), length = u16(at + 2);
    if (code == 0 || at + 4 + length > body_.size()) return;
    option(code, at + 4, length);
    at += 4 + (std::size_t{length} + 3) / 4 * 4;
  }
}

void PcapngFile::add_interface() {
  if (interfaces_.size() >= kMostInterfaces) return;
  Interface interface;
  interface.link = link_type_of(u16(0));
  interface.link_number = u16(0);
  interface.snap_length = u32(4);
  for_options(8, [&](std::uint16_t code, std::size_t at, std::uint16_t length) {
    if (code == kResolution && length == 1) {
      interface.ticks_a_second = ticks_of(std::to_integer<std::uint8_t>(body_[at]));
    } else if (code == kTimeOffset && length == 8) {
      // 64 bits; those that matter are the lower ones.
      interface.offset_s = static_cast<std::int32_t>(u32(big_endian_ ? at + 4 : at));
    }
  });
  interfaces_.push_back(interface);
}

void PcapngFile::add_statistics() {
  for_options(12, [&](std::uint16_t code, std::size_t at, std::uint16_t length) {
    if ((code == kInterfaceDrops || code == kSystemDrops) && length == 8) {
      dropped_ += u32(big_endian_ ? at + 4 : at);
    }
  });
}

std::optional<Packet> PcapngFile::packet(std::size_t interface, std::optional<std::uint64_t> ticks,
                                         std::size_t data_at, std::uint32_t captured,
                                         std::uint32_t original) {
  if (interface >= interfaces_.size() || data_at + captured > body_.size()) {
    truncated_ = true;
    return std::nullopt;
  }
  const Interface& from = interfaces_[interface];
  Packet packet;
  packet.frame = {++frames_};
  packet.link = from.link;
  packet.link_number = from.link_number;
  packet.original_length = original;
  packet.bytes = std::span(body_).subspan(data_at, captured);
  if (ticks) {
    packet.time = {std::chrono::seconds(from.offset_s) + nanos_of(*ticks, from.ticks_a_second)};
  }
  return packet;
}

std::optional<Packet> PcapngFile::take_packet(std::uint32_t type) {
  options_at_ = body_.size();
  if (type == kSimplePacket) {
    const std::uint32_t original = u32(0);
    const std::uint32_t snap = interfaces_.empty() ? 0 : interfaces_[0].snap_length;
    const std::uint32_t captured = snap == 0 ? original : std::min(snap, original);
    return packet(0, std::nullopt, 4, captured, original);
  }
  const std::size_t interface = type == kPacket ? u32(0) : u16(0);
  const std::uint64_t ticks = std::uint64_t{u32(4)} << 32 | u32(8);
  options_at_ = 20 + (std::size_t{u32(12)} + 3) / 4 * 4;
  return packet(interface, ticks, 20, u32(12), u32(16));
}

std::vector<std::string> PcapngFile::comments() const {
  std::vector<std::string> comments;
  for_options(options_at_, [&](std::uint16_t code, std::size_t at, std::uint16_t length) {
    if (code != kComment) return;
    comments.emplace_back(reinterpret_cast<const char*>(body_.data()) + at, length);
  });
  return comments;
}

std::optional<Packet> PcapngFile::next() {
  std::uint32_t type = 0;
  while (!truncated_ && read_block(type)) {
    if (type == kInterface) add_interface();
    if (type == kStatistics) add_statistics();
    if (type == kPacket || type == kSimplePacket || type == kOldPacket) return take_packet(type);
  }
  return std::nullopt;
}

}  // namespace tailrace
