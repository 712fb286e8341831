// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/short_series.h"

#include <algorithm>

#include "harness/flow/direction.h"
#include "harness/flow/own_time.h"

namespace tailrace {
namespace {

constexpr std::size_t kMostHolders = 512, kMostStalls = 64;

}  // namespace

ShortSeries::Key ShortSeries::key_of(Side holder, const Endpoint& client, const Endpoint& server) {
  Key key{holder, {}, server};
  if (holder == Side::kClient) key.client = client.address;
  return key;
}

void ShortSeries::note(const ConnectionFlow& flow) {
  for (const Side side : {Side::kClient, Side::kServer}) {
    const DirectionFlow& direction = flow.from(side);
    if (direction.candidates == 0 && direction.nodelay_proofs == 0) continue;
    const Key key = key_of(side, flow.client, flow.server);
    if (holders_.size() >= kMostHolders && !holders_.contains(key)) continue;
    Holder& holder = holders_[key];
    holder.candidates += direction.candidates;
    holder.proofs += direction.nodelay_proofs;
    holder.longest_proofs.note(direction.longest_proofs);
    if (!direction.holds_data) continue;
    if (direction.held >= kHighConfidence) {
      const bool sure = std::ranges::any_of(flow.stalls, [&](const Stall& stall) {
        return stall.holder == side && stall.confidence == Confidence::kHigh;
      });
      if (sure) holder.held += direction.held;
      continue;
    }
    for (const Stall& stall : flow.stalls) {
      if (stall.holder != side || !stall.one_of_few) continue;
      ++holder.held;
      holder.waiting_for_more += stall.pure_ack;
      if (holder.stalls.size() < kMostStalls) holder.stalls.push_back(stall);
    }
    holder.least_waking = std::min(holder.least_waking, direction.least_waking);
  }
}

// The same rules as those of one direction: enough of them, delayed by one timer, nearly all that
// could be held was, at the pace of the ACKs and not of a clock of the sender's, and neither proves
// anything the option nor left as late before its ACK.
bool ShortSeries::is_series(const Holder& holder) {
  if (holder.stalls.empty()) return false;
  std::vector<Nanos> delays;
  for (const Stall& stall : holder.stalls) delays.push_back(stall.ack_delay);
  std::ranges::sort(delays);
  const Nanos usual = delays[delays.size() / 2];
  const bool of_one_timer = delays.front() * kPartOfTimer >= usual;
  const bool left_late = holder.longest_proofs.next() * kPartOfDelay >= usual;
  if (!of_one_timer || left_late) return false;
  const auto held = static_cast<double>(holder.held);
  return holder.held >= kEnoughToSeeWaking && holder.least_waking <= kLeastWaking &&
         held >= kMostlyHeld * static_cast<double>(holder.candidates) &&
         holder.proofs * kHoldsPerProof <= holder.held && !keep_own_time(holder.stalls);
}

void ShortSeries::tell(CaptureReport& report) const {
  std::map<Key, std::uint64_t> series;
  for (const auto& [key, holder] : holders_) {
    if (!is_series(holder)) continue;
    series[key] = holder.held;
    report.stalls_of_high_confidence += holder.waiting_for_more;
  }
  for (CaptureFinding& finding : report.findings) {
    if (finding.kind != kind::kStall || !finding.one_of_few || !finding.side) continue;
    const auto held = series.find(key_of(*finding.side, finding.client, finding.server));
    if (held == series.end()) continue;
    finding.confidence = Confidence::kHigh;
    finding.details.set("over_connections", held->second);
  }
}

}  // namespace tailrace
