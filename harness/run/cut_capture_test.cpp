// SPDX-License-Identifier: Apache-2.0
// A capture that ends early tells less, never worse: what a part of it convicts, all of it does.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "harness/capture/pcap_file.h"
#include "harness/flow/capture_analysis.h"
#include "harness/run/judge_capture.h"
#include "suites/catalogue/embedded.h"
#include "suites/registry.h"

namespace tailrace {
namespace {

constexpr std::size_t kParts = 24;  // Of each capture.

struct Kept {
  Packet packet;
  std::string bytes;  // Those of the packet are only lent.
};

std::vector<Kept> packets_of(const std::string& path) {
  std::vector<Kept> packets;
  auto file = PcapFile::open(path);
  while (file) {
    auto packet = (*file)->next();
    if (!packet || !*packet) break;
    const auto* bytes = reinterpret_cast<const char*>((*packet)->bytes.data());
    packets.push_back({**packet, std::string(bytes, (*packet)->bytes.size())});
  }
  return packets;
}

std::set<std::string> convicted_by(std::vector<Kept>& packets, std::size_t count) {
  static const Registry registry(suites::all_scenarios());
  static const Catalogue catalogue(*Catalogue::parse(catalogue_json()));
  auto judge = CaptureJudge::make(registry, catalogue, {});
  EXPECT_TRUE(judge);
  AnalysisOptions options;
  options.also = &*judge;
  CaptureAnalysis analysis(options);
  for (std::size_t i = 0; i < count; ++i) {
    Packet packet = packets[i].packet;
    packet.bytes = std::as_bytes(std::span(packets[i].bytes));
    analysis.add(packet);
  }
  analysis.finish("cut", false);
  std::set<std::string> convicted;
  for (const ScenarioResult& result : judge->judge(false)) {
    if (result.verdict != Verdict::kFail && result.verdict != Verdict::kWarn) continue;
    for (const Finding& finding : result.findings) {
      if (finding.level == Level::kNote) continue;
      convicted.insert(fmt::format("{} {} {}", result.id, result.revision, finding.check));
    }
  }
  return convicted;
}

TEST(CutCaptures, ConvictNobodyWhomTheWholeAcquits) {
  std::size_t files = 0;
  const std::string folder = std::string(TAILRACE_SOURCE_DIR) + "/fixtures/captures";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".pcap") continue;
    auto packets = packets_of(entry.path().string());
    const auto whole = convicted_by(packets, packets.size());
    const std::size_t step = std::max<std::size_t>(packets.size() / kParts, 1);
    for (std::size_t count = 1; count < packets.size(); count += step) {
      for (const std::string& found : convicted_by(packets, count)) {
        EXPECT_TRUE(whole.contains(found))
            << entry.path().filename() << ", the first " << count << " packets: " << found;
      }
    }
    ++files;
  }
  EXPECT_GT(files, 40U);
}

}  // namespace
}  // namespace tailrace
