// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/connection_groups.h"

#include <algorithm>

#include "harness/flow/connection_findings.h"

namespace tailrace {
namespace {

constexpr std::size_t kMostGroups = 4096;
constexpr Nanos kWorthAWord = Millis(1);  // Of a round trip.
constexpr std::uint64_t kFewCalls = 3;
// So many calls for each release, at most: what leaves on an ACK now and then does so by chance.
constexpr std::uint64_t kCallsPerRelease = 3;

}  // namespace

void ConnectionGroups::note(ConnectionId id, const ConnectionFlow& flow, std::uint64_t exchanges) {
  if (exchanges == 0) return;
  const auto key = std::pair(flow.client.address, flow.server);
  if (groups_.size() >= kMostGroups && !groups_.contains(key)) return;
  Group& group = groups_[key];
  if (group.connections++ == 0) {
    group.first = id;
    group.client = flow.client;
    group.server = flow.server;
    group.frame = flow.first_frame;
    group.rtt = flow.rtt;
  }
  group.exchanges += exchanges;
  group.stalls += flow.stalls.size();
  group.rtt = std::min(group.rtt, flow.rtt);
  for (const Side side : {Side::kClient, Side::kServer}) {
    const auto index = static_cast<std::size_t>(side);
    group.prompt_releases[index] += flow.from(side).prompt_releases;
    group.nodelay_proofs[index] += flow.from(side).nodelay_proofs;
  }
}

// Small writes one after the other, each after the ACK of the one before, and no proof that
// TCP_NODELAY is set: of the client on its connections to this server, of the server on all.
bool ConnectionGroups::looks_latent(const Group& group, Side side) const {
  const auto index = static_cast<std::size_t>(side);
  const std::uint64_t releases = group.prompt_releases[index];
  const bool usual = releases >= 2 && releases * kCallsPerRelease >= group.exchanges;
  if (!usual || group.stalls > 0) return false;
  if (side == Side::kClient) return group.nodelay_proofs[index] == 0;
  return std::none_of(groups_.begin(), groups_.end(), [&](const auto& other) {
    return other.first.second == group.server && other.second.nodelay_proofs[index] > 0;
  });
}

CaptureFinding ConnectionGroups::finding_of(const Group& group, std::string_view kind) {
  CaptureFinding finding;
  finding.kind = kind;
  finding.on_connection = true;
  finding.connection = group.first;
  finding.client = group.client;
  finding.server = group.server;
  finding.details.set("connections", group.connections).set("calls", group.exchanges);
  finding.details.set("first_frame", group.frame.value);
  finding.frames.push_back(
      {group.frame, finding.kind + ": the first connection of these two", std::nullopt});
  return finding;
}

void ConnectionGroups::tell_latent(const Group& group, KeptFindings& findings) const {
  for (const Side side : {Side::kClient, Side::kServer}) {
    if (!looks_latent(group, side)) continue;
    CaptureFinding finding = finding_of(group, kind::kLatent);
    finding.side = side;
    // Where an ACK takes no time, data leaves after it with TCP_NODELAY too.
    const bool shown = group.rtt >= kWorthAWord;
    finding.confidence = shown ? Confidence::kMedium : Confidence::kLow;
    finding.details.set("holder", name_of(side));
    finding.details.set("count", group.prompt_releases[static_cast<std::size_t>(side)]);
    finding.details.set("hold_shown", shown);
    findings.add(std::move(finding));
  }
}

void ConnectionGroups::tell(KeptFindings& findings) const {
  for (const auto& [key, group] : groups_) {
    if (group.connections >= kFewCalls && group.exchanges * 4 <= group.connections * 5) {
      findings.add(finding_of(group, kind::kNewConnections));
    }
    if (group.rtt >= kWorthAWord) {
      CaptureFinding finding = finding_of(group, kind::kNetworkRtt);
      finding.details.set("rtt_ms", millis_of(group.rtt));
      findings.add(std::move(finding));
    }
    tell_latent(group, findings);
  }
}

}  // namespace tailrace
