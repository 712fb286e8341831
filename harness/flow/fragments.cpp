// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/fragments.h"

#include <algorithm>

#include "harness/flow/network_header.h"

namespace tailrace {
namespace {

constexpr std::chrono::seconds kPatience{30};  // Of Linux for the rest of a datagram.
constexpr std::size_t kMostDatagrams = 1024;
constexpr std::size_t kMostCost = 4 << 20;   // Bytes of all pieces, with what keeps them.
constexpr std::size_t kPieceCost = 128;      // What keeps one.
constexpr std::size_t kLargest = 65535;      // Of a datagram, by its length's 16 bits.
constexpr std::size_t kIpv4Least = 20;

void put_u16(std::string& header, std::size_t at, std::size_t value) {
  header[at] = static_cast<char>(value >> 8 & 0xff);
  header[at + 1] = static_cast<char>(value & 0xff);
}

}  // namespace

std::optional<Fragments::Piece> Fragments::piece_of_v4(PacketBytes& bytes, std::size_t at) {
  const std::size_t header = std::size_t{bytes.u8(at)} % 16 * 4, total = bytes.u16(at + 2);
  const std::uint16_t word = bytes.u16(at + 6);
  Piece piece;
  piece.offset = std::size_t{word} % 0x2000 * 8;
  piece.more = (word & 0x2000) != 0;
  if (!piece.more && piece.offset == 0) return std::nullopt;
  if (bytes.u8(at + 9) != kProtocolTcp || header < kIpv4Least || total <= header) {
    return std::nullopt;
  }
  piece.key.type = kTypeIpv4;
  piece.key.id = bytes.u16(at + 4);
  for (std::size_t i = 0; i < 4; ++i) {
    piece.key.source[i] = bytes.u8(at + 12 + i);
    piece.key.destination[i] = bytes.u8(at + 16 + i);
  }
  (void)bytes.u8(at + header - 1);
  if (bytes.is_short()) return std::nullopt;
  piece.header = bytes.text(at).substr(0, header);
  put_u16(piece.header, 6, 0);
  piece.length = total - header;
  piece.bytes = bytes.text(at + header).substr(0, piece.length);
  return piece;
}

std::optional<Fragments::Piece> Fragments::piece_of_v6(PacketBytes& bytes, std::size_t at) {
  std::size_t left = bytes.u16(at + 4), here = at + kIpv6Header, next_at = at + 6;
  for (int i = 0; i < kMostExtensions && is_extension(bytes.u8(next_at)); ++i) {
    const std::size_t size = (std::size_t{bytes.u8(here + 1)} + 1) * 8;
    if (bytes.is_short() || size > left) return std::nullopt;
    next_at = here;
    here += size;
    left -= size;
  }
  if (bytes.u8(next_at) != kFragmentHeader || left <= 8) return std::nullopt;
  const std::uint16_t word = bytes.u16(here + 2);
  const std::uint8_t next = bytes.u8(here);
  Piece piece;
  piece.offset = word & 0xfff8U;
  piece.more = (word & 1) != 0;
  if (!piece.more && piece.offset == 0) return std::nullopt;
  if (next != kProtocolTcp && !is_extension(next)) return std::nullopt;
  piece.key.type = kTypeIpv6;
  piece.key.id = bytes.u32(here + 4);
  for (std::size_t i = 0; i < 16; ++i) {
    piece.key.source[i] = bytes.u8(at + 8 + i);
    piece.key.destination[i] = bytes.u8(at + 24 + i);
  }
  if (bytes.is_short()) return std::nullopt;
  piece.header = bytes.text(at).substr(0, here - at);
  piece.header[next_at - at] = static_cast<char>(next);
  piece.length = left - 8;
  piece.bytes = bytes.text(here + 8).substr(0, piece.length);
  return piece;
}

std::optional<Fragments::Piece> Fragments::piece_of(const Packet& packet) {
  PacketBytes bytes(packet.bytes);
  const NetworkHeader network = find_network_header(bytes, packet.link);
  if (network.type == kTypeIpv4) return piece_of_v4(bytes, network.at);
  if (network.type == kTypeIpv6) return piece_of_v6(bytes, network.at);
  return std::nullopt;
}

std::optional<Packet> Fragments::take(const Packet& packet) {
  const auto piece = piece_of(packet);
  if (!piece || (piece->more && piece->length % 8 != 0)) return std::nullopt;
  while (!by_age_.empty()) {
    const auto oldest = datagrams_.find(by_age_.front());
    const bool late = packet.time - oldest->second.begun > kPatience;
    if (!late && datagrams_.size() < kMostDatagrams && cost_ < kMostCost) break;
    forget(oldest);
  }
  Datagram& datagram = datagram_of(*piece, packet.time);
  // A late copy of a piece of a datagram that was whole already.
  if (datagram.done || datagram.broken) return std::nullopt;
  add(datagram, *piece);
  if (datagram.broken || datagram.total == 0 || datagram.covered != datagram.total) {
    return std::nullopt;
  }
  return compose(datagram, packet);
}

Fragments::Datagram& Fragments::datagram_of(const Piece& piece, RealTime at) {
  if (const auto known = datagrams_.find(piece.key); known != datagrams_.end()) {
    // The first piece again, after all came: the same datagram once more, or its id used anew.
    if (!known->second.done || piece.offset != 0) return known->second;
    forget(known);
  }
  Datagram& datagram = datagrams_[piece.key];
  datagram.begun = at;
  datagram.place = by_age_.insert(by_age_.end(), piece.key);
  return datagram;
}

void Fragments::add(Datagram& datagram, const Piece& piece) {
  const std::size_t end = piece.offset + piece.length;
  const auto after = datagram.chunks.upper_bound(piece.offset);
  if (after != datagram.chunks.begin()) {
    const auto& [begin, chunk] = *std::prev(after);
    if (begin == piece.offset && chunk.length == piece.length) return;  // Seen twice.
    datagram.broken = begin + chunk.length > piece.offset;
  }
  datagram.broken = datagram.broken || (after != datagram.chunks.end() && after->first < end) ||
                    end > kLargest || (datagram.total != 0 && end > datagram.total) ||
                    (!piece.more && !datagram.chunks.empty() &&
                     datagram.chunks.rbegin()->first >= piece.offset);
  if (datagram.broken) {
    ++incomplete_;
    release(datagram);
    return;
  }
  if (piece.offset == 0) datagram.header = piece.header;
  if (!piece.more) datagram.total = end;
  datagram.chunks.emplace(piece.offset, Chunk{piece.length, std::string(piece.bytes)});
  datagram.covered += piece.length;
  datagram.cost += piece.bytes.size() + kPieceCost;
  cost_ += piece.bytes.size() + kPieceCost;
}

std::optional<Packet> Fragments::compose(Datagram& datagram, const Packet& packet) {
  whole_ = datagram.header;
  const bool v4 = (static_cast<unsigned char>(whole_[0]) >> 4) == 4;
  const std::size_t length = datagram.total + (v4 ? whole_.size() : whole_.size() - kIpv6Header);
  const std::size_t on_the_wire = whole_.size() + datagram.total;
  datagram.done = length <= kLargest;
  datagram.broken = !datagram.done;
  incomplete_ += datagram.broken;
  if (datagram.done) {
    put_u16(whole_, v4 ? 2 : 4, length);
    for (const auto& [offset, chunk] : datagram.chunks) {
      whole_ += chunk.bytes;
      if (chunk.bytes.size() < chunk.length) break;  // The capture cut it: the rest has no place.
    }
  }
  release(datagram);
  if (!datagram.done) return std::nullopt;
  return Packet{packet.time, packet.frame, LinkType::kRaw,
                static_cast<std::uint32_t>(on_the_wire),
                std::as_bytes(std::span(whole_.data(), whole_.size()))};
}

void Fragments::release(Datagram& datagram) {
  cost_ -= datagram.cost;
  datagram.cost = 0;
  datagram.chunks.clear();
}

void Fragments::forget(Datagrams::iterator datagram) {
  incomplete_ += !datagram->second.done && !datagram->second.broken;
  release(datagram->second);
  by_age_.erase(datagram->second.place);
  datagrams_.erase(datagram);
}

std::uint64_t Fragments::waiting() const {
  return static_cast<std::uint64_t>(
      std::count_if(datagrams_.begin(), datagrams_.end(), [](const auto& entry) {
        return !entry.second.done && !entry.second.broken;
      }));
}

}  // namespace tailrace
