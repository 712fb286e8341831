// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/segment.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "harness/flow/made_packet.h"

namespace tailrace {
namespace {

using namespace std::literals;

constexpr std::string_view kPayload = "POST /mcp HTTP/1.1\r\n";

MadeSegment request() {
  MadeSegment made;
  made.seq = 0xfffffff0;
  made.ack = 77;
  made.ip_id = 4711;
  made.ts_value = 100;
  made.ts_echo = 99;
  made.payload = kPayload;
  return made;
}

struct Row {
  std::string name;
  LinkType link;
  std::string before, network;  // What stands before the IP header, and from there on.
  std::size_t headers() const { return before.size() + network.size() - kPayload.size(); }
};

std::string ethernet(const std::string& tags_and_type) {
  return std::string(12, 'm') + tags_and_type;
}

// Hop-by-hop, destination options (16 bytes), routing and a first fragment, in a chain up to TCP.
const std::string kExtensions =
    "\x3c\x00\x01\x04\x00\x00\x00\x00"
    "\x2b\x01\x01\x0c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    "\x2c\x00\x00\x00\x00\x00\x00\x00"
    "\x06\x00\x00\x01\x00\x00\x00\x07"s;

std::vector<Row> rows() {
  const std::string v4 = ipv4_of(request()), v6 = ipv6_of(request());
  const std::string sll(14, 's'), sll2(18, 's');
  return {
      {"Ethernet", LinkType::kEthernet, ethernet("\x08\x00"s), v4},
      {"Ethernet, IPv6", LinkType::kEthernet, ethernet("\x86\xdd"), v6},
      {"802.1Q", LinkType::kEthernet, ethernet("\x81\x00\x00\x07\x08\x00"s), v4},
      {"802.1ad", LinkType::kEthernet, ethernet("\x88\xa8\x00\x01\x81\x00\x00\x07\x86\xdd"s), v6},
      {"SLL", LinkType::kLinuxSll, sll + "\x08\x00"s, v4},
      {"SLL, VLAN", LinkType::kLinuxSll, sll + "\x81\x00\x00\x07\x08\x00"s, v4},
      {"SLL2", LinkType::kLinuxSll2, "\x08\x00"s + sll2, v4},
      {"SLL2, IPv6", LinkType::kLinuxSll2, "\x86\xdd" + sll2, v6},
      {"SLL2, VLAN", LinkType::kLinuxSll2, "\x81\x00"s + sll2 + "\x00\x07\x08\x00"s, v4},
      {"raw", LinkType::kRaw, "", v4},
      {"raw, IPv6", LinkType::kRaw, "", v6},
      {"null", LinkType::kNull, "\x02\x00\x00\x00"s, v4},
      {"extensions", LinkType::kRaw, "", ipv6_of(request(), kExtensions, 0)},
  };
}

TEST(Segment, IsReadBehindEveryLinkHeader) {
  for (const Row& row : rows()) {
    const std::string bytes = row.before + row.network;
    const auto segment = decode_segment(packet_of(bytes, row.link));
    ASSERT_TRUE(segment) << row.name;
    EXPECT_EQ(segment->source.port, 40000) << row.name;
    EXPECT_EQ(segment->destination.port, 80) << row.name;
    const bool v4 = segment->source.is_v4();
    EXPECT_EQ(segment->source.text(), v4 ? "10.0.0.1:40000" : "[fd00::1]:40000") << row.name;
    EXPECT_EQ(segment->destination.text(), v4 ? "10.0.0.2:80" : "[fd00::2]:80") << row.name;
    EXPECT_EQ(segment->ip_id, v4 ? 4711U : 0U) << row.name;
    EXPECT_EQ(segment->seq, 0xfffffff0U) << row.name;
    EXPECT_EQ(segment->ack, 77U) << row.name;
    EXPECT_EQ(segment->window, 20000) << row.name;
    EXPECT_TRUE(segment->ack_flag && !segment->syn && !segment->fin && !segment->rst) << row.name;
    EXPECT_EQ(segment->length, kPayload.size()) << row.name;
    EXPECT_EQ(segment->payload, kPayload) << row.name;
    EXPECT_EQ(segment->header_bytes, row.headers()) << row.name;
    EXPECT_EQ(segment->ts_value, 100U) << row.name;
    EXPECT_EQ(segment->ts_echo, 99U) << row.name;
    EXPECT_EQ(segment->end(), kPayload.size() - 16) << row.name;
  }
}

// Each cut in a block of exactly its size, so that a sanitizer sees any read beyond it.
TEST(Segment, CutAnywhereItKeepsTheLengthsOfTheWire) {
  constexpr std::size_t kOptions = 12;
  for (const Row& row : rows()) {
    const std::string whole = row.before + row.network;
    const std::size_t fixed = row.headers() - kOptions;
    for (std::size_t kept = 0; kept <= whole.size(); ++kept) {
      const auto block = std::make_unique<std::byte[]>(kept);
      std::copy_n(std::as_bytes(std::span(whole)).begin(), kept, block.get());
      Packet packet = packet_of(whole, row.link);
      packet.bytes = {block.get(), kept};
      const auto segment = decode_segment(packet);
      ASSERT_EQ(segment.has_value(), kept >= fixed) << row.name << " cut at " << kept;
      if (!segment) continue;
      const std::size_t payload = kept - std::min(kept, row.headers());
      EXPECT_EQ(segment->length, kPayload.size()) << row.name << " cut at " << kept;
      EXPECT_EQ(segment->payload, kPayload.substr(0, payload)) << row.name << " cut at " << kept;
      EXPECT_EQ(segment->header_bytes, std::min(kept, row.headers())) << row.name;
      EXPECT_EQ(segment->ts_echo.has_value(), kept >= row.headers()) << row.name << " " << kept;
    }
  }
}

TEST(Segment, ReadsTheOptionsOfASyn) {
  MadeSegment syn;
  syn.syn = true;
  syn.ack_flag = false;
  syn.mss = 1460;
  std::string bytes = ipv4_of(syn);
  const auto segment = decode_segment(packet_of(bytes, LinkType::kRaw));
  ASSERT_TRUE(segment);
  EXPECT_EQ(segment->mss, 1460);
  EXPECT_FALSE(segment->ts_value);
  EXPECT_EQ(segment->length, 0U);
  EXPECT_EQ(segment->end(), 1U);
  bytes[41] = 1;  // An option one byte long ends the reading: it would never advance.
  EXPECT_EQ(decode_segment(packet_of(bytes, LinkType::kRaw))->mss, 0);
  bytes[41] = 40;  // One that is longer than the header.
  EXPECT_EQ(decode_segment(packet_of(bytes, LinkType::kRaw))->mss, 0);
}

TEST(Segment, EthernetPaddingIsNoPayload) {
  MadeSegment bare;
  const std::string padded = ethernet("\x08\x00"s) + ipv4_of(bare) + std::string(6, '\0');
  const auto segment = decode_segment(packet_of(padded, LinkType::kEthernet));
  ASSERT_TRUE(segment);
  EXPECT_EQ(segment->length, 0U);
  EXPECT_EQ(segment->payload, "");
}

TEST(Segment, ATotalLengthOfZeroIsThatOfTheCapture) {
  std::string offloaded = ipv4_of(request());
  offloaded[2] = offloaded[3] = 0;
  const auto segment = decode_segment(packet_of(offloaded, LinkType::kRaw));
  ASSERT_TRUE(segment);
  EXPECT_EQ(segment->length, kPayload.size());
}

std::string with(std::string bytes, std::size_t at, char value) {
  bytes[at] = value;
  return bytes;
}

TEST(Segment, WhatIsNoTcpIsNothing) {
  const std::string v4 = ipv4_of(request());
  const std::vector<std::pair<std::string, std::string>> others = {
      {"UDP", with(v4, 9, 17)},
      {"a later fragment", with(v4, 7, 1)},
      {"a short IP header", with(v4, 0, 0x44)},
      {"a total length inside the IP header", with(with(v4, 2, 0), 3, 19)},
      {"a TCP header below 20 bytes", with(v4, 32, 0x40)},
      {"a TCP header beyond the packet", with(with(v4, 2, 0), 3, 45)},
      {"IP version 5", with(v4, 0, 0x55)},
      {"IPv6, UDP", ipv6_of(request(), "", 17)},
      {"IPv6, a later fragment", ipv6_of(request(), "\x06\x00\x00\x09\x00\x00\x00\x07"s, 44)},
      {"IPv6, extensions without end",
       ipv6_of(request(), std::string(8 * 9, '\0') + "\x06" + std::string(7, '\0'), 0)},
      {"IPv6, an extension beyond the packet",
       ipv6_of(request(), "\x06\x7f" + std::string(6, '\0'), 0)},
  };
  for (const auto& [name, bytes] : others) {
    EXPECT_FALSE(decode_segment(packet_of(bytes, LinkType::kRaw))) << name;
  }
  EXPECT_TRUE(decode_segment(packet_of(v4, LinkType::kRaw)));
  EXPECT_FALSE(decode_segment(packet_of(v4, LinkType::kOther)));
  const std::string arp = ethernet("\x08\x06") + v4;
  EXPECT_FALSE(decode_segment(packet_of(arp, LinkType::kEthernet)));
}

TEST(Segment, SequenceNumbersAreComparedAcrossTheWrap) {
  EXPECT_TRUE(seq_before(1, 2));
  EXPECT_FALSE(seq_before(2, 2));
  EXPECT_TRUE(seq_before(0xffffffff, 0));
  EXPECT_FALSE(seq_before(0, 0xffffffff));
}

}  // namespace
}  // namespace tailrace
