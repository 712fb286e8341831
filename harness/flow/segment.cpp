// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/segment.h"

#include <algorithm>
#include <array>

#include "harness/flow/network_header.h"

namespace tailrace {
namespace {

// Where TCP begins and how long it is; fills addresses and the id.
struct Transport {
  std::size_t at = 0, length = 0;
};

std::optional<Transport> read_ipv4(PacketBytes& bytes, std::size_t at, std::size_t wire_length,
                                   Segment& segment) {
  const std::size_t header = std::size_t{bytes.u8(at)} % 16 * 4;
  std::size_t total = bytes.u16(at + 2);
  const std::uint16_t fragment = bytes.u16(at + 6) & 0x1fff;
  segment.first_fragment = (bytes.u16(at + 6) & 0x2000) != 0;
  if (bytes.u8(at + 9) != kProtocolTcp || fragment != 0 || header < 20) return std::nullopt;
  // With segmentation offload a packet may say 0: its length is then what the capture saw.
  if (total == 0 && wire_length > at) total = wire_length - at;
  if (total < header) return std::nullopt;
  segment.ip_id = bytes.u16(at + 4);
  std::array<std::uint8_t, 4> source{}, destination{};
  for (std::size_t i = 0; i < 4; ++i) {
    source[i] = bytes.u8(at + 12 + i);
    destination[i] = bytes.u8(at + 16 + i);
  }
  segment.source = v4_endpoint(source, 0);
  segment.destination = v4_endpoint(destination, 0);
  return Transport{at + header, total - header};
}

std::optional<Transport> read_ipv6(PacketBytes& bytes, std::size_t at, Segment& segment) {
  std::size_t left = bytes.u16(at + 4), here = at + kIpv6Header;
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

// Up to the last whole one: of half a timestamp the missing bytes would read as zero.
void read_options(PacketBytes& bytes, std::size_t at, std::size_t end, Segment& segment) {
  while (at < end && !bytes.is_short()) {
    const std::uint8_t kind = bytes.u8(at);
    if (kind == 0) return;
    if (kind == 1) {
      ++at;
      continue;
    }
    const std::uint8_t size = bytes.u8(at + 1);
    if (size < 2 || at + size > end) return;
    if (kind == 2 && size == 4) segment.mss = bytes.u16(at + 2);
    if (kind == 3 && size == 3) segment.window_scale = bytes.u8(at + 2);
    if (kind == 5 && size >= 10) {
      segment.sack = true;
      segment.sack_begin = bytes.u32(at + 2);
      segment.sack_end = bytes.u32(at + 6);
    }
    if (kind == 8 && size == 10) {
      segment.ts_value = bytes.u32(at + 2);
      segment.ts_echo = bytes.u32(at + 6);
    }
    at += size;
  }
}

}  // namespace

std::optional<Segment> decode_segment(const Packet& packet) {
  PacketBytes bytes(packet.bytes);
  const NetworkHeader network = find_network_header(bytes, packet.link);
  Segment segment;
  segment.time = packet.time;
  segment.frame = packet.frame;
  std::optional<Transport> tcp;
  if (network.type == kTypeIpv4) {
    tcp = read_ipv4(bytes, network.at, packet.original_length, segment);
  } else if (network.type == kTypeIpv6) {
    tcp = read_ipv6(bytes, network.at, segment);
  }
  if (!tcp || bytes.is_short()) return std::nullopt;
  segment.source.port = bytes.u16(tcp->at);
  segment.destination.port = bytes.u16(tcp->at + 2);
  segment.seq = bytes.u32(tcp->at + 4);
  segment.ack = bytes.u32(tcp->at + 8);
  const std::size_t header = std::size_t{bytes.u8(tcp->at + 12)} / 16 * 4;
  const std::uint8_t flags = bytes.u8(tcp->at + 13);
  segment.window = bytes.u16(tcp->at + 14);
  (void)bytes.u32(tcp->at + 16);  // The rest of the fixed header must be there too.
  if (bytes.is_short() || header < 20 || header > tcp->length) return std::nullopt;
  segment.fin = flags & 0x01;
  segment.syn = flags & 0x02;
  segment.rst = flags & 0x04;
  segment.psh = flags & 0x08;
  segment.ack_flag = flags & 0x10;
  segment.length = static_cast<std::uint32_t>(tcp->length - header);
  segment.header_bytes = tcp->at + header;
  segment.payload = bytes.text(segment.header_bytes).substr(0, segment.length);
  segment.options_cut = segment.header_bytes > bytes.size();
  segment.header_bytes = std::min(segment.header_bytes, bytes.size());
  read_options(bytes, tcp->at + 20, segment.header_bytes, segment);
  return segment;
}

}  // namespace tailrace
