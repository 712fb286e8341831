// SPDX-License-Identifier: Apache-2.0
// pcapng files made by hand: interfaces, link types, resolutions, both byte orders, and cuts.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "harness/capture/pcap_file.h"
#include "harness/flow/made_packet.h"

namespace tailrace {
namespace {

class Pcapng : public testing::TestWithParam<bool> {
 protected:
  ~Pcapng() override { std::filesystem::remove(path); }
  std::string number(std::uint64_t value, int width) const {
    std::string text = tailrace::big_endian(value, width);
    if (!big_endian) std::reverse(text.begin(), text.end());
    return text;
  }
  void block(std::uint32_t type, std::string body) {
    body.resize((body.size() + 3) / 4 * 4);
    const std::string length = number(body.size() + 12, 4);
    bytes += number(type, 4) + length + body + length;
  }
  void section() {
    block(0x0a0d0d0a, number(0x1a2b3c4d, 4) + number(1, 2) + number(0, 2) + std::string(8, '\xff'));
  }
  void interface(std::uint16_t link, std::uint8_t resolution) {
    block(1, number(link, 2) + number(0, 2) + number(65535, 4) + number(2, 2) + number(3, 2) +
                 "lo0" + std::string(1, '\0') + number(9, 2) + number(1, 2) +
                 std::string(1, static_cast<char>(resolution)) + std::string(3, '\0') +
                 number(0, 4));
  }
  void packet(std::uint32_t on, std::uint64_t ticks, const std::string& data) {
    block(6, number(on, 4) + number(ticks >> 32, 4) + number(ticks & 0xffffffff, 4) +
                 number(data.size(), 4) + number(data.size(), 4) + data);
  }
  std::vector<std::string> read() {
    std::ofstream(path, std::ios::binary) << bytes;
    std::vector<std::string> seen;
    auto file = PcapFile::open(path);
    EXPECT_TRUE(file);
    if (!file) return seen;
    for (;;) {
      const auto next = (*file)->next();
      if (!next || !*next) break;
      const Packet& got = **next;
      seen.push_back(std::to_string(static_cast<int>(got.link)) + "@" +
                     std::to_string(got.time.since_epoch.count()) + ":" +
                     std::string(reinterpret_cast<const char*>(got.bytes.data()),
                                 got.bytes.size()));
    }
    truncated = (*file)->truncated();
    return seen;
  }

  bool big_endian = false, truncated = false;
  std::string bytes;
  const std::string path = testing::TempDir() + "tailrace_made.pcapng";
};

TEST_P(Pcapng, SeveralInterfacesAndSections) {
  big_endian = GetParam();
  section();
  interface(1, 6);
  interface(101, 9);
  block(4, "a name block, passed over");
  packet(0, 1'000'001, "ether");
  packet(1, 2'000'000'003, "raw");
  big_endian = !big_endian;
  section();
  interface(276, 0x8a);  // 2^-10
  packet(0, 1024 + 512, "sll2");
  const auto seen = read();
  const std::vector<std::string> wanted = {"0@1000001000:ether", "3@2000000003:raw",
                                           "2@1500000000:sll2"};
  EXPECT_EQ(seen, wanted);
  EXPECT_FALSE(truncated);
}

TEST_P(Pcapng, EveryResolutionIsExact) {
  big_endian = GetParam();
  section();
  // Of 2^-20, 2^-30, NTP's 2^-32 and 10^-12: a second and the last tick before half of the next.
  for (const int binary : {20, 30, 32}) {
    interface(1, static_cast<std::uint8_t>(0x80 | binary));
    packet(static_cast<std::uint32_t>(binary == 20 ? 0 : binary == 30 ? 1 : 2),
           (std::uint64_t{3} << (binary - 1)) - 1, "t");
  }
  interface(1, 12);
  packet(3, 1'499'999'999'999, "t");
  const std::vector<std::string> wanted = {"0@1499999046:t", "0@1499999999:t", "0@1499999999:t",
                                           "0@1499999999:t"};
  EXPECT_EQ(read(), wanted);
}

TEST_P(Pcapng, WhatCameBeforeACutIsKept) {
  big_endian = GetParam();
  section();
  interface(1, 9);
  packet(0, 1, "kept");
  const std::size_t whole = bytes.size();
  packet(0, 2, "lost");
  const std::string all = bytes;
  for (std::size_t size = whole + 1; size < all.size(); ++size) {
    bytes = all.substr(0, size);
    EXPECT_EQ(read().size(), 1U) << size;
    EXPECT_TRUE(truncated) << size;
  }
}

INSTANTIATE_TEST_SUITE_P(ByteOrders, Pcapng, testing::Bool());

}  // namespace
}  // namespace tailrace
