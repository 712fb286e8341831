// SPDX-License-Identifier: Apache-2.0
#include "harness/run/run_packets.h"

#include "harness/capture/pcap_file.h"
#include "harness/flow/flow_analyzer.h"

namespace tailrace {
namespace {

// A connection's first packet and our note of its opening are at most this far apart: a name for
// "the same connection" where an address pair was used again later in the run.
constexpr std::chrono::seconds kSameOpening{2};

}  // namespace

Result<RunPackets> RunPackets::read(const std::string& path) {
  auto file = PcapFile::open(path);
  if (!file) return std::unexpected(file.error());
  FlowAnalyzer analyzer{FlowOptions{}};
  for (;;) {
    auto packet = (*file)->next();
    if (!packet) return std::unexpected(packet.error());
    if (!*packet) break;
    analyzer.add(**packet);
  }
  RunPackets packets{analyzer.finish()};
  for (std::size_t at = 0; at < packets.report_.connections.size(); ++at) {
    const ConnectionFlow& flow = packets.report_.connections[at];
    packets.by_addresses_.emplace(std::pair{flow.client, flow.server}, at);
  }
  return packets;
}

const ConnectionFlow* RunPackets::of(const Connection& connection,
                                     const std::vector<ClockSample>& clocks) const {
  const auto [from, to] = by_addresses_.equal_range({connection.client(), connection.server()});
  const ConnectionFlow* nearest = nullptr;
  Nanos least = kSameOpening;
  for (auto entry = from; entry != to; ++entry) {
    const ConnectionFlow& flow = report_.connections[entry->second];
    const auto first = to_mono(flow.first, clocks);
    if (!first) continue;
    const Nanos apart = std::chrono::abs(connection.opened_at - first->at);
    if (apart > least) continue;
    least = apart;
    nearest = &flow;
  }
  return nearest;
}

}  // namespace tailrace
