// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/segment.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "harness/flow/network_header.h"

namespace tailrace {
namespace {

void set_v4_address(const std::byte* address, Endpoint& endpoint) {
  static constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0,    0,
                                                           0, 0, 0, 0, 0xff, 0xff};
  std::memcpy(endpoint.address.data(), kMapped.data(), kMapped.size());
  std::memcpy(endpoint.address.data() + 12, address, 4);
}

// Where TCP begins and how long it is; fills addresses and the id.
struct Transport {
  std::size_t at = 0, length = 0;
};

constexpr std::size_t kIpv4Header = 20, kTcpHeader = 20;  // Without options.

std::optional<Transport> read_ipv4(PacketBytes& bytes, std::size_t at, std::size_t wire_length,
                                   Segment& segment) {
  const std::byte* ip = bytes.at(at, kIpv4Header);
  if (ip == nullptr) return std::nullopt;
  const std::size_t header = std::to_integer<std::size_t>(ip[0]) % 16 * 4;
  std::size_t total = network_order<std::uint16_t>(ip + 2);
  const auto fragment = network_order<std::uint16_t>(ip + 6);
  segment.first_fragment = (fragment & 0x2000) != 0;
  const bool is_tcp = std::to_integer<std::uint8_t>(ip[9]) == kProtocolTcp;
  if (!is_tcp || (fragment & 0x1fff) != 0 || header < kIpv4Header) return std::nullopt;
  // With segmentation offload a packet may say 0: its length is then what the capture saw.
  if (total == 0 && wire_length > at) total = wire_length - at;
  if (total < header) return std::nullopt;
  segment.ip_id = network_order<std::uint16_t>(ip + 4);
  set_v4_address(ip + 12, segment.source);
  set_v4_address(ip + 16, segment.destination);
  return Transport{at + header, total - header};
}

std::optional<Transport> read_ipv6(PacketBytes& bytes, std::size_t at, std::size_t wire_length,
                                   Segment& segment) {
  std::size_t left = bytes.u16(at + 4), here = at + kIpv6Header;
  // Joined by offloading to more than 16 bits can tell.
  if (left == 0 && wire_length > here) left = wire_length - here;
  segment.ip_id = 0;
  segment.first_fragment = false;
  for (std::size_t i = 0; i < 16; ++i) {
    segment.source.address[i] = bytes.u8(at + 8 + i);
    segment.destination.address[i] = bytes.u8(at + 24 + i);
  }
  std::uint8_t next = bytes.u8(at + 6);
  for (int i = 0; i < kMostExtensions && next != kProtocolTcp; ++i) {
    const bool fragment = next == kFragmentHeader;
    if (!fragment && !is_extension(next)) return std::nullopt;
    if (fragment && (bytes.u16(here + 2) & 0xfff8) != 0) return std::nullopt;
    if (fragment) segment.first_fragment = (bytes.u16(here + 2) & 1) != 0;
    const std::size_t size = fragment ? 8 : (std::size_t{bytes.u8(here + 1)} + 1) * 8;
    if (bytes.is_short() || size > left) return std::nullopt;
    next = bytes.u8(here);
    here += size;
    left -= size;
  }
  if (next != kProtocolTcp) return std::nullopt;
  return Transport{here, left};
}

void read_fixed_part(const std::byte* tcp, Segment& segment) {
  segment.source.port = network_order<std::uint16_t>(tcp);
  segment.destination.port = network_order<std::uint16_t>(tcp + 2);
  segment.seq = network_order<std::uint32_t>(tcp + 4);
  segment.ack = network_order<std::uint32_t>(tcp + 8);
  segment.window = network_order<std::uint16_t>(tcp + 14);
  const auto flags = std::to_integer<std::uint8_t>(tcp[13]);
  segment.fin = (flags & 0x01) != 0;
  segment.syn = flags & 0x02;
  segment.rst = flags & 0x04;
  segment.psh = flags & 0x08;
  segment.ack_flag = flags & 0x10;
}

void read_timestamps(const std::byte* value, Segment& segment) {
  segment.ts_value = network_order<std::uint32_t>(value);
  segment.ts_echo = network_order<std::uint32_t>(value + 4);
}

// Up to the last whole one: of half a timestamp the missing bytes would read as zero.
void read_each_option(std::span<const std::byte> left, Segment& segment) {
  while (!left.empty()) {
    const auto kind = std::to_integer<std::uint8_t>(left[0]);
    if (kind == 0) return;
    if (kind == 1) {
      left = left.subspan(1);
      continue;
    }
    const std::size_t size = left.size() < 2 ? 0 : std::to_integer<std::size_t>(left[1]);
    if (size < 2 || size > left.size()) return;
    const std::byte* value = left.data() + 2;
    if (kind == 8 && size == 10) {
      read_timestamps(value, segment);
    } else if (kind == 5 && size >= 10) {
      segment.sack = true;
      segment.sack_begin = network_order<std::uint32_t>(value);
      segment.sack_end = network_order<std::uint32_t>(value + 4);
    } else if (kind == 2 && size == 4) {
      segment.mss = network_order<std::uint16_t>(value);
    } else if (kind == 3 && size == 3) {
      segment.window_scale = std::to_integer<std::uint8_t>(*value);
    }
    left = left.subspan(size);
  }
}

void read_options(std::span<const std::byte> options, Segment& segment) {
  segment.mss = 0;
  segment.window_scale.reset();
  segment.ts_value.reset();
  segment.ts_echo.reset();
  segment.sack = false;
  segment.sack_begin = segment.sack_end = 0;
  // What nearly all segments carry: two of no operation, then timestamps.
  const bool is_usual =
      options.size() == 12 && network_order<std::uint32_t>(options.data()) == 0x0101080a;
  if (is_usual) return read_timestamps(options.data() + 4, segment);
  read_each_option(options, segment);
}

}  // namespace

std::optional<Segment> decode_segment(const Packet& packet) {
  std::optional<Segment> segment(std::in_place);
  if (!decode_segment(packet, *segment)) segment.reset();
  return segment;
}

bool decode_segment(const Packet& packet, Segment& segment) {
  PacketBytes bytes(packet.bytes);
  const NetworkHeader network = find_network_header(bytes, packet.link);
  segment.time = packet.time;
  segment.frame = packet.frame;
  std::optional<Transport> transport;
  if (network.type == kTypeIpv4) {
    transport = read_ipv4(bytes, network.at, packet.original_length, segment);
  } else if (network.type == kTypeIpv6) {
    transport = read_ipv6(bytes, network.at, packet.original_length, segment);
  }
  const std::byte* tcp = transport ? bytes.at(transport->at, kTcpHeader) : nullptr;
  if (tcp == nullptr || bytes.is_short()) return false;
  const std::size_t header = std::to_integer<std::size_t>(tcp[12]) / 16 * 4;
  if (header < kTcpHeader || header > transport->length) return false;
  read_fixed_part(tcp, segment);
  segment.length = static_cast<std::uint32_t>(transport->length - header);
  segment.header_bytes = transport->at + header;
  segment.payload = bytes.text(segment.header_bytes).substr(0, segment.length);
  segment.options_cut = segment.header_bytes > bytes.size();
  segment.header_bytes = std::min(segment.header_bytes, bytes.size());
  const std::size_t options_at = transport->at + kTcpHeader;
  read_options(packet.bytes.subspan(options_at, segment.header_bytes - options_at), segment);
  return true;
}

}  // namespace tailrace
