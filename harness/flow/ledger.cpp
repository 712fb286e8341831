// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/ledger.h"

#include <algorithm>

namespace tailrace {

LedgerSums& LedgerSums::operator+=(const LedgerSums& other) {
  plain += other.plain;
  for (std::size_t side = 0; side < held.size(); ++side) {
    held[side].delayed_ack += other.held[side].delayed_ack;
    held[side].network_rtt += other.held[side].network_rtt;
    held[side].otherwise += other.held[side].otherwise;
  }
  return *this;
}

bool LedgerSums::any_held() const {
  return std::ranges::any_of(held, [](const HeldSums& of_side) {
    return of_side.delayed_ack > Nanos(0) || of_side.network_rtt > Nanos(0);
  });
}

namespace {

// Moves so much back, the greatest first: nothing tells which of it was meant.
Nanos give_back(CauseSums& from, CauseSums& to, Nanos much) {
  const Nanos asked = much;
  while (much > Nanos(0)) {
    Cause greatest = Cause::kUnexplained;
    for (std::size_t i = 0; i < kCauses; ++i) {
      const auto cause = static_cast<Cause>(i);
      if (from[cause] > from[greatest]) greatest = cause;
    }
    const Nanos part = std::min(much, from[greatest]);
    if (part <= Nanos(0)) break;
    from[greatest] -= part;
    to[greatest] += part;
    much -= part;
  }
  return asked - much;
}

}  // namespace

void LedgerSums::change_held(Side side, Nanos delayed_ack, Nanos network_rtt) {
  HeldSums& of_side = held[static_cast<std::size_t>(side)];
  const Cause silence = side == Side::kServer ? Cause::kServerThink : Cause::kClientThink;
  const auto change = [&](Nanos& sum, Nanos by) {
    if (by < Nanos(0)) {
      sum -= give_back(of_side.otherwise, plain, std::min(-by, sum));
      return;
    }
    const Nanos more = std::min(by, std::max(plain[silence], Nanos(0)));
    plain[silence] -= more;
    of_side.otherwise[silence] += more;
    sum += more;
  };
  change(of_side.delayed_ack, delayed_ack);
  change(of_side.network_rtt, network_rtt);
}

CauseSums LedgerSums::settled(std::array<bool, 2> convicted) const {
  CauseSums sums = plain;
  for (std::size_t side = 0; side < held.size(); ++side) {
    if (convicted[side]) {
      sums[Cause::kDelayedAck] += held[side].delayed_ack;
      sums[Cause::kNetworkRtt] += held[side].network_rtt;
    } else {
      sums += held[side].otherwise;
    }
  }
  return sums;
}

void Ledger::charge(RealTime to, Cause cause) {
  if (to <= upto_) return;
  const RealTime from = upto_;
  upto_ = to;
  if (!slices_.empty()) {
    Slice& last = slices_.back();
    if (last.to == from && last.cause == cause && last.hold == Hold::kNone) {
      last.to = to;
      return;
    }
  }
  slices_.push_back({from, to, cause, Hold::kNone, Side::kServer});
}

void Ledger::cut_at(RealTime at) {
  // The newest are the ones that change.
  for (std::size_t i = slices_.size(); i-- > 0;) {
    if (slices_[i].to <= at) return;
    if (slices_[i].from >= at) continue;
    Slice second = slices_[i];
    second.from = at;
    slices_[i].to = at;
    slices_.insert(slices_.begin() + static_cast<std::ptrdiff_t>(i) + 1, second);
    return;
  }
}

template <class Change>
void Ledger::change(RealTime from, RealTime to, Change&& change) {
  if (from >= to) return;
  cut_at(from);
  cut_at(to);
  for (std::size_t i = slices_.size(); i-- > 0 && slices_[i].to > from;) {
    if (slices_[i].from >= from && slices_[i].to <= to) change(slices_[i]);
  }
}

void Ledger::recharge(RealTime from, RealTime to, Cause cause) {
  change(from, to, [&](Slice& slice) {
    slice.cause = cause;
    slice.hold = Hold::kNone;
  });
}

void Ledger::recharge(RealTime from, RealTime to, Cause only, Cause cause) {
  change(from, to, [&](Slice& slice) {
    if (slice.cause == only && slice.hold == Hold::kNone) slice.cause = cause;
  });
}

void Ledger::hold(RealTime from, RealTime to, Nanos delayed_ack, Side holder) {
  const RealTime turn = std::min(to, from + std::max(delayed_ack, Nanos(0)));
  const auto mark = [&](Hold hold) {
    return [=](Slice& slice) {
      slice.hold = hold;
      slice.holder = holder;
    };
  };
  change(from, turn, mark(Hold::kDelayedAck));
  change(turn, to, mark(Hold::kNetworkRtt));
}

LedgerSums Ledger::sum(RealTime from, RealTime to) const {
  LedgerSums sums;
  for (const Slice& slice : slices_) {
    const Nanos length = std::min(slice.to, to) - std::max(slice.from, from);
    if (length <= Nanos(0)) continue;
    if (slice.hold == Hold::kNone) {
      sums.plain[slice.cause] += length;
      continue;
    }
    HeldSums& held = sums.held[static_cast<std::size_t>(slice.holder)];
    (slice.hold == Hold::kDelayedAck ? held.delayed_ack : held.network_rtt) += length;
    held.otherwise[slice.cause] += length;
  }
  return sums;
}

bool Ledger::add_plain(RealTime from, RealTime to, CauseSums& sums) const {
  for (const Slice& slice : slices_) {
    const Nanos length = std::min(slice.to, to) - std::max(slice.from, from);
    if (length <= Nanos(0)) continue;
    if (slice.hold != Hold::kNone) return false;
    sums[slice.cause] += length;
  }
  return true;
}

void Ledger::drop_before(RealTime at) {
  while (!slices_.empty() && slices_.front().to <= at) slices_.pop_front();
}

}  // namespace tailrace
