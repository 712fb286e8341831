// SPDX-License-Identifier: Apache-2.0
// Where the IP header of a packet stands, behind its link layer. Private to `flow`; pure,
// bounds-checked.
#pragma once

#include <bit>
#include <cstring>
#include <string_view>

#include "harness/flow/packet.h"

namespace tailrace {

inline constexpr std::uint16_t kTypeIpv4 = 0x0800, kTypeIpv6 = 0x86dd;
inline constexpr std::uint8_t kProtocolTcp = 6;
inline constexpr int kMostExtensions = 8;  // IPv6 headers before TCP; more is no honest packet.
inline constexpr std::size_t kIpv6Header = 40;

// A number in network order.
template <class Number>
Number network_order(const std::byte* at) {
  Number value = 0;
  std::memcpy(&value, at, sizeof value);
  return std::endian::native == std::endian::little ? std::byteswap(value) : value;
}

// A view that never reads past its end: what is missing reads as zero and makes it short.
class PacketBytes {
 public:
  explicit PacketBytes(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::uint8_t u8(std::size_t at) {
    if (at >= bytes_.size()) {
      short_ = true;
      return 0;
    }
    return std::to_integer<std::uint8_t>(bytes_[at]);
  }
  std::uint16_t u16(std::size_t at) { return number<std::uint16_t>(at); }
  std::uint32_t u32(std::size_t at) { return number<std::uint32_t>(at); }
  // Where so many bytes stand, for who reads several of them; null and short if not all are there.
  const std::byte* at(std::size_t from, std::size_t size) {
    if (from < bytes_.size() && bytes_.size() - from >= size) return bytes_.data() + from;
    short_ = true;
    return nullptr;
  }
  std::size_t size() const { return bytes_.size(); }
  bool is_short() const { return short_; }
  std::string_view text(std::size_t from) const {
    if (from >= bytes_.size()) return {};
    return {reinterpret_cast<const char*>(bytes_.data()) + from, bytes_.size() - from};
  }

 private:
  // In network order. One look at the bounds where all of it is there.
  template <class Number>
  Number number(std::size_t at) {
    if (at < bytes_.size() && bytes_.size() - at >= sizeof(Number)) {
      return network_order<Number>(bytes_.data() + at);
    }
    Number value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i) {
      value = static_cast<Number>(value << 8 | u8(at + i));
    }
    return value;
  }

  std::span<const std::byte> bytes_;
  bool short_ = false;
};

struct NetworkHeader {
  std::size_t at = 0;
  std::uint16_t type = 0;  // kTypeIpv4, kTypeIpv6, or what is none of ours.
};

NetworkHeader find_network_header(PacketBytes& bytes, LinkType link);

// Hop-by-hop options, routing, destination options; the fragment header is asked for apart.
constexpr bool is_extension(std::uint8_t next) {
  return next == 0 || next == 43 || next == 60;  // RFC 8200, section 4.1
}
inline constexpr std::uint8_t kFragmentHeader = 44;

}  // namespace tailrace
