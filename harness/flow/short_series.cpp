// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/short_series.h"

#include <algorithm>

#include "harness/flow/direction.h"
#include "harness/flow/own_time.h"

namespace tailrace {
namespace {

constexpr std::size_t kMostHolders = 512, kMostStalls = 64;
// Twice as many as where each is known to have left on its ACK, and some.
constexpr std::uint64_t kEnoughBlunt = 12;

}  // namespace

ShortSeries::Key ShortSeries::key_of(Side holder, const Endpoint& client, const Endpoint& server) {
  Key key{holder, {}, server};
  if (holder == Side::kClient) key.client = client.address;
  return key;
}

void ShortSeries::Holds::take(const Stall& stall) {
  ++held;
  waiting_for_more += stall.pure_ack;
  if (stalls.size() < kMostStalls) stalls.push_back(stall);
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
      if (sure) {
        holder.sharp.held += direction.held;
        holder.all.held += direction.held;
        holder.quick += direction.held;
      }
      continue;
    }
    for (const Stall& stall : flow.stalls) {
      if (stall.holder != side || stall.of_few == OfFew::kNo) continue;
      holder.all.take(stall);
      if (stall.of_few == OfFew::kBlunt) continue;
      holder.sharp.take(stall);
      holder.quick += direction.least_waking <= kLeastWaking;
    }
  }
}

// The same rules as those of one direction: enough of them, delayed by one timer, nearly all that
// could be held was, at the pace of the ACKs and not of a clock of the sender's, and neither proves
// anything the option nor left as late before its ACK.
bool ShortSeries::is_series(const Holder& holder, const Holds& holds) {
  if (holds.stalls.empty()) return false;
  std::vector<Nanos> delays;
  for (const Stall& stall : holds.stalls) delays.push_back(stall.ack_delay);
  std::ranges::sort(delays);
  const Nanos usual = delays[delays.size() / 2];
  const bool of_one_timer = delays.front() * kPartOfTimer >= usual;
  const bool left_late = holder.longest_proofs.next() * kPartOfDelay >= usual;
  if (!of_one_timer || left_late) return false;
  const auto held = static_cast<double>(holds.held);
  return held >= kMostlyHeld * static_cast<double>(holder.candidates) &&
         holder.proofs * kHoldsPerProof <= holds.held && !keep_own_time(holds.stalls);
}

// Where the path hides how close they are to their ACKs, more of them, whose pace is that of ACKs
// that vary.
const ShortSeries::Holds* ShortSeries::series_of(const Holder& holder) {
  const bool woken = is_woken(holder.quick, holder.sharp.held);
  const bool sharp = holder.sharp.held >= kEnoughToSeeWaking && !woken;
  if (sharp && is_series(holder, holder.sharp)) return &holder.sharp;
  if (woken && holder.sharp.held * 2 > holder.all.held) return nullptr;  // No path hides it.
  const bool keeps = holder.all.held >= kEnoughBlunt && keep_time_of_acks(holder.all.stalls, {});
  return keeps && is_series(holder, holder.all) ? &holder.all : nullptr;
}

void ShortSeries::tell(CaptureReport& report) const {
  struct Series {
    bool all = false;
    std::uint64_t held = 0;
  };
  std::map<Key, Series> series;
  for (const auto& [key, holder] : holders_) {
    const Holds* holds = series_of(holder);
    if (holds == nullptr) continue;
    series[key] = {holds == &holder.all, holds->held};
    report.stalls_of_high_confidence += holds->waiting_for_more;
  }
  for (CaptureFinding& finding : report.findings) {
    if (finding.kind != kind::kStall || !finding.side || finding.of_few == OfFew::kNo) continue;
    const auto found = series.find(key_of(*finding.side, finding.client, finding.server));
    if (found == series.end()) continue;
    if (finding.of_few == OfFew::kBlunt && !found->second.all) continue;
    finding.confidence = Confidence::kHigh;
    finding.details.set("over_connections", found->second.held);
  }
}

}  // namespace tailrace
