// SPDX-License-Identifier: Apache-2.0
// Fragments: datagrams of IPv4 and IPv6 that a path cut into pieces, put together again (RFC 791,
// RFC 8200). Private to `flow`; one thread at a time; bounded in number, bytes and time.
//
// The whole datagram has the time and the frame of the piece that completed it: only then could the
// receiver's TCP see it. Pieces that overlap in part are no honest path's work: their datagram is
// dropped (RFC 5722).
#pragma once

#include <array>
#include <compare>
#include <list>
#include <map>
#include <string>

#include "harness/flow/packet.h"

namespace tailrace {

class PacketBytes;

class Fragments {
 public:
  // The whole packet, without its link layer, if `packet` is the last missing piece of one; lent
  // until the next call. Nothing for a piece that is kept, and for what is no fragment.
  std::optional<Packet> take(const Packet& packet);
  // Datagrams of which pieces came but not all.
  std::uint64_t incomplete() const { return incomplete_ + waiting(); }

 private:
  struct Key {
    std::array<std::uint8_t, 16> source{}, destination{};
    std::uint32_t id = 0;
    std::uint16_t type = 0;
    auto operator<=>(const Key&) const = default;
  };
  struct Piece {
    Key key;
    std::string header;  // The IP header as the whole datagram has it; the length is still to set.
    std::string_view bytes;
    std::size_t offset = 0, length = 0;  // By the IP header; `bytes` may hold less.
    bool more = false;
  };
  struct Chunk {
    std::size_t length = 0;
    std::string bytes;
  };
  struct Datagram {
    RealTime begun;
    std::string header;  // Of the first piece; empty until it came.
    std::map<std::size_t, Chunk> chunks;
    std::size_t covered = 0, total = 0, cost = 0;  // total 0: the last piece has not come.
    bool done = false, broken = false;
    std::list<Key>::iterator place;
  };
  using Datagrams = std::map<Key, Datagram>;

  static std::optional<Piece> piece_of(const Packet& packet);
  static std::optional<Piece> piece_of_v4(PacketBytes& bytes, std::size_t at);
  static std::optional<Piece> piece_of_v6(PacketBytes& bytes, std::size_t at);
  Datagram& datagram_of(const Piece& piece, RealTime at);
  void add(Datagram& datagram, const Piece& piece);
  std::optional<Packet> compose(Datagram& datagram, const Packet& packet);
  void release(Datagram& datagram);
  void forget(Datagrams::iterator datagram);
  std::uint64_t waiting() const;

  Datagrams datagrams_;
  std::list<Key> by_age_;  // The oldest first.
  std::size_t cost_ = 0;
  std::uint64_t incomplete_ = 0;
  std::string whole_;
};

}  // namespace tailrace
