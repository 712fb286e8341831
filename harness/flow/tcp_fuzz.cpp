// SPDX-License-Identifier: Apache-2.0
// Fuzz target: packets through TCP, HTTP, SSE and JSON-RPC to findings. The input is laid out as a
// classic pcap file in this machine's byte order, so that captures are its seeds; whatever its
// numbers say, it is read to its end.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "harness/flow/capture_analysis.h"

namespace tailrace {
namespace {

constexpr std::size_t kFileHeader = 24, kRecordHeader = 16, kMostPackets = 2000;

LinkType link_of(std::uint32_t number) {
  switch (number) {
    case 1:
      return LinkType::kEthernet;
    case 113:
      return LinkType::kLinuxSll;
    case 276:
      return LinkType::kLinuxSll2;
    case 0:
      return LinkType::kNull;
    default:
      return LinkType::kRaw;
  }
}

void expect_exact_sums(const CaptureReport& report) {
  for (const ExchangeRecord& record : report.exchanges) {
    if (record.causes.total() != record.length()) std::abort();
  }
}

}  // namespace
}  // namespace tailrace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tailrace;
  if (size < kFileHeader) return 0;
  std::uint32_t link = 0;
  std::memcpy(&link, data + 20, sizeof link);
  CaptureAnalysis analysis{AnalysisOptions{}};
  std::uint32_t frame = 0;
  for (std::size_t at = kFileHeader; at + kRecordHeader <= size && frame < kMostPackets;) {
    std::uint32_t words[4];
    std::memcpy(words, data + at, sizeof words);
    at += kRecordHeader;
    const std::size_t kept = std::min<std::size_t>(words[2] % 65536, size - at);
    // A copy of its own size: a sanitizer sees every read beyond it.
    const std::vector<std::byte> bytes(reinterpret_cast<const std::byte*>(data) + at,
                                       reinterpret_cast<const std::byte*>(data) + at + kept);
    at += kept;
    Packet packet;
    packet.time = {std::chrono::seconds(words[0]) + Nanos(words[1] % 1'000'000'000)};
    packet.frame = {++frame};
    packet.link = link_of(link);
    packet.original_length = words[3];
    packet.bytes = bytes;
    analysis.add(packet);
  }
  expect_exact_sums(analysis.finish("fuzzed", false));
  return 0;
}
