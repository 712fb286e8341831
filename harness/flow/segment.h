// SPDX-License-Identifier: Apache-2.0
// Segment: one TCP segment, decoded from a packet. Pure, bounds-checked: packets come from anyone.
#pragma once

#include <optional>
#include <string_view>

#include "harness/base/endpoint.h"
#include "harness/flow/packet.h"

namespace tailrace {

struct Segment {
  bool is_of(const std::optional<Endpoint>& side) const {  // False where none is told.
    return side && (source == *side || destination == *side);
  }

  RealTime time;
  FrameNumber frame;
  Endpoint source, destination;
  std::uint32_t seq = 0, ack = 0;
  std::uint16_t window = 0;
  bool syn = false, fin = false, rst = false, ack_flag = false, psh = false;
  std::uint32_t length = 0;  // Of the payload, by the IP header: the capture may hold less.
  std::string_view payload;  // What was captured of it; lent with the packet.
  std::uint16_t mss = 0;     // Option of a SYN; 0: none.
  std::optional<std::uint8_t> window_scale;
  std::optional<std::uint32_t> ts_value, ts_echo;
  std::uint32_t ip_id = 0;       // IPv6 has none: 0.
  bool options_cut = false;      // The capture does not hold all of TCP's options.
  bool sack = false;             // It carries selective acknowledgements; the first:
  std::uint32_t sack_begin = 0, sack_end = 0;
  bool first_fragment = false;   // Of a datagram: its length is that of the fragment.
  std::size_t header_bytes = 0;  // Of the packet's bytes, up to the payload or to where it was cut.

  std::uint32_t end() const { return seq + length + (syn ? 1 : 0) + (fin ? 1 : 0); }
  // It tells of data that came twice (RFC 2883): what it acknowledges otherwise, too.
  bool tells_of_duplicate() const;
};

// Nothing for what is no TCP, a fragment after the first, or cut before TCP's options. Options cut
// in half are left out.
std::optional<Segment> decode_segment(const Packet& packet);
// The same, into all of it. False: what it holds then is of no use.
bool decode_segment(const Packet& packet, Segment& segment);

// a before b in sequence space (RFC 9293, 3.4).
constexpr bool seq_before(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::int32_t>(a - b) < 0;
}

inline bool Segment::tells_of_duplicate() const {
  return sack && ack_flag && !seq_before(ack, sack_end);
}

}  // namespace tailrace
