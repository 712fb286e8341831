// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/fragments.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/flow/flow_analyzer.h"
#include "harness/flow/made_packet.h"
#include "harness/flow/segment.h"

namespace tailrace {
namespace {

MadeSegment request() {
  MadeSegment made;
  made.seq = 1000;
  made.ack = 77;
  made.ip_id = 4711;
  for (int i = 0; i < 100; ++i) made.payload += "POST /mcp HTTP/1.1\r\n";
  return made;
}

std::string v4_fragment(const std::string& whole, std::size_t offset, std::size_t size) {
  const std::string body = whole.substr(20 + offset, size);
  const bool more = 20 + offset + size < whole.size();
  return whole.substr(0, 2) + big_endian(20 + body.size(), 2) + whole.substr(4, 2) +
         big_endian(offset / 8 + (more ? 0x2000 : 0), 2) + whole.substr(8, 12) + body;
}

std::string v6_fragment(const std::string& whole, std::size_t offset, std::size_t size) {
  const std::string body = whole.substr(40 + offset, size);
  const bool more = 40 + offset + size < whole.size();
  return whole.substr(0, 4) + big_endian(8 + body.size(), 2) + "\x2c" + whole.substr(7, 33) +
         whole[6] + std::string(1, '\0') + big_endian(offset + more, 2) + big_endian(99, 4) + body;
}

class Cut : public testing::TestWithParam<bool> {
 protected:
  std::string whole() const { return GetParam() ? ipv6_of(request()) : ipv4_of(request()); }
  std::string piece(std::size_t offset, std::size_t size) const {
    return GetParam() ? v6_fragment(whole(), offset, size) : v4_fragment(whole(), offset, size);
  }
  // The pieces of `size` bytes each.
  std::vector<std::string> pieces(std::size_t size) const {
    std::vector<std::string> pieces;
    const std::size_t body = whole().size() - (GetParam() ? 40 : 20);
    for (std::size_t at = 0; at < body; at += size) pieces.push_back(piece(at, size));
    return pieces;
  }
  std::optional<Packet> take(const std::string& bytes, int second = 0) {
    return fragments.take(packet_of(bytes, LinkType::kRaw, {std::chrono::seconds(second)},
                                    {static_cast<std::uint32_t>(++frames)}));
  }
  static std::string text_of(const Packet& packet) {
    return {reinterpret_cast<const char*>(packet.bytes.data()), packet.bytes.size()};
  }

  Fragments fragments;
  std::uint32_t frames = 0;
};

TEST_P(Cut, IsWholeAgainInAnyOrder) {
  auto cut = pieces(400);
  std::sort(cut.begin(), cut.end());
  for (int round = 0; round < 100 && std::next_permutation(cut.begin(), cut.end()); ++round) {
    Fragments fresh;
    std::optional<Packet> got;
    for (std::size_t i = 0; i < cut.size(); ++i) {
      got = fresh.take(packet_of(cut[i], LinkType::kRaw, {}, {static_cast<std::uint32_t>(i + 1)}));
      EXPECT_EQ(got.has_value(), i + 1 == cut.size());
    }
    ASSERT_TRUE(got);
    const auto segment = decode_segment(*got);
    ASSERT_TRUE(segment);
    EXPECT_EQ(segment->payload, request().payload);
    EXPECT_EQ(segment->frame.value, cut.size());
    EXPECT_FALSE(segment->first_fragment);
    EXPECT_EQ(fresh.incomplete(), 0U);
  }
}

TEST_P(Cut, CopiesOfPiecesChangeNothing) {
  std::size_t whole_ones = 0;
  for (const std::string& piece : pieces(400)) {
    for (int copy = 0; copy < 2; ++copy) whole_ones += take(piece).has_value();
  }
  EXPECT_EQ(whole_ones, 1U);
  EXPECT_EQ(fragments.incomplete(), 0U);
  // All pieces once more: the datagram as another interface saw it.
  for (const std::string& piece : pieces(400)) whole_ones += take(piece).has_value();
  EXPECT_EQ(whole_ones, 2U);
}

TEST_P(Cut, WithAPieceMissingItIsCountedAndGivenUp) {
  const auto cut = pieces(400);
  for (std::size_t i = 1; i < cut.size(); ++i) EXPECT_FALSE(take(cut[i]));
  EXPECT_EQ(fragments.incomplete(), 1U);
  EXPECT_FALSE(take(cut[0], 31)) << "the receiver has dropped the rest by then";
  EXPECT_EQ(fragments.incomplete(), 2U);
}

TEST_P(Cut, PiecesThatOverlapInPartAreNoDatagram) {
  EXPECT_FALSE(take(piece(0, 400)));
  EXPECT_FALSE(take(piece(392, 400)));
  for (const std::string& piece : pieces(400)) EXPECT_FALSE(take(piece));
  EXPECT_EQ(fragments.incomplete(), 1U);
}

TEST_P(Cut, WhatTheCaptureCutKeepsItsLength) {
  const auto cut = pieces(400);
  std::optional<Packet> got;
  for (const std::string& piece : cut) {
    Packet packet = packet_of(piece, LinkType::kRaw);
    packet.bytes = packet.bytes.first(std::min<std::size_t>(100, packet.bytes.size()));
    got = fragments.take(packet);
  }
  ASSERT_TRUE(got);
  const auto segment = decode_segment(*got);
  ASSERT_TRUE(segment);
  EXPECT_EQ(segment->length, request().payload.size());
  EXPECT_LT(segment->payload.size(), 100U);
  EXPECT_TRUE(request().payload.starts_with(segment->payload));
}

TEST_P(Cut, AnyNumberOfThemTakesBoundedRoom) {
  std::string first = piece(0, 1600);
  for (unsigned i = 0; i < 20'000; ++i) {
    const std::size_t id_at = GetParam() ? 44 : 4;
    first[id_at] = static_cast<char>(i >> 8 & 0xff);
    first[id_at + 1] = static_cast<char>(i & 0xff);
    EXPECT_FALSE(take(first));
  }
  EXPECT_EQ(fragments.incomplete(), 20'000U);
}

TEST_P(Cut, CutPacketsAreNothing) {
  for (const std::string& piece : pieces(1200)) {
    for (std::size_t size = 0; size < piece.size(); ++size) {
      Packet packet = packet_of(piece, LinkType::kRaw);
      packet.bytes = packet.bytes.first(size);
      (void)Fragments().take(packet);
    }
  }
  EXPECT_FALSE(take(whole())) << "no fragment";
}

TEST_P(Cut, TheAnalyzerReadsWhatTheyCarried) {
  FlowAnalyzer analyzer{FlowOptions{}};
  std::uint32_t frame = 0;
  for (const std::string& piece : pieces(400)) {
    analyzer.add(packet_of(piece, LinkType::kRaw, {}, {++frame}));
  }
  const FlowReport report = analyzer.finish();
  EXPECT_EQ(report.segments, 1U);
  ASSERT_EQ(report.connections.size(), 1U);
  EXPECT_EQ(report.connections[0].from_client.payload_bytes, request().payload.size());
}

TEST(Fragments, ADatagramAboveTheLargestIsDropped) {
  Fragments fragments;
  MadeSegment made = request();
  made.payload.assign(60'000, 'x');
  const std::string whole = ipv4_of(made);
  EXPECT_FALSE(fragments.take(packet_of(v4_fragment(whole, 0, 32'000), LinkType::kRaw)));
  std::string last = v4_fragment(whole, 32'000, 30'000);
  last[6] = static_cast<char>(65'520 / 8 >> 8);
  last[7] = static_cast<char>(65'520 / 8 & 0xff);
  EXPECT_FALSE(fragments.take(packet_of(last, LinkType::kRaw)));
  EXPECT_EQ(fragments.incomplete(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Versions, Cut, testing::Bool(),
                         [](const auto& row) { return row.param ? "IPv6" : "IPv4"; });

}  // namespace
}  // namespace tailrace
