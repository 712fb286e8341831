// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/html_sources.h"

#include <filesystem>
#include <memory>

#include "harness/record/history.h"
#include "harness/run/run_folder.h"
#include "harness/run/run_packets.h"

namespace tailrace {
namespace {

// A larger history would make a reader wait for a figure that shows a part of it.
constexpr std::uintmax_t kLargestHistory = 64U << 20U;  // Bytes

struct Captured {
  RunPackets packets;
  std::vector<ClockSample> clocks;
};

std::shared_ptr<const Captured> captured_in(const std::string& path) {
  const auto folder = RunFolder::open(path);
  if (!folder) return nullptr;
  auto contents = folder->read();
  if (!contents || !contents->capture.why_none.empty()) return nullptr;
  auto packets = RunPackets::read(folder->file("capture.pcap"));
  if (!packets) return nullptr;
  return std::make_shared<Captured>(Captured{std::move(*packets), std::move(contents->clocks)});
}

std::vector<HeldData> held_in(const Timeline& timeline, const Captured& captured) {
  std::vector<HeldData> held;
  for (const Connection& connection : timeline.connections) {
    const ConnectionFlow* flow = captured.packets.of(connection, captured.clocks);
    if (flow == nullptr) continue;
    for (const Stall& stall : flow->stalls) {
      const auto from = to_mono(stall.waiting_at, captured.clocks);
      const auto until = to_mono(stall.release_at, captured.clocks);
      if (from && until) held.push_back({connection.id, from->at, until->at});
    }
  }
  return held;
}

std::string newest_level(const CatalogueRow& row) {
  return row.levels.empty() ? "" : std::string(name_of(row.levels.rbegin()->second));
}

}  // namespace

HtmlSources html_sources(const std::string& folder, const Catalogue& catalogue) {
  HtmlSources sources;
  for (const CatalogueRow& row : catalogue.rows()) {
    sources.requirements.push_back(
        {row.id, newest_level(row), row.binds, row.source, row.state, row.reason});
  }
  sources.story = [folder, captured = captured_in(folder)](
                      const ScenarioResult& result) -> std::optional<ScenarioStory> {
    if (!stays_inside(result.history)) return std::nullopt;
    const std::string path = folder + "/" + result.history;
    std::error_code failure;
    const auto size = std::filesystem::file_size(path, failure);
    if (failure || size > kLargestHistory) return std::nullopt;
    auto timeline = replay(path);
    if (!timeline) return std::nullopt;
    ScenarioStory story{std::move(*timeline), {}};
    if (captured) story.held = held_in(story.timeline, *captured);
    return story;
  };
  return sources;
}

}  // namespace tailrace
