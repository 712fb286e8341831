// SPDX-License-Identifier: Apache-2.0
// Ledger: the time of one connection in slices without holes, each charged to one cause. What a
// slice was spent on may be learnt later: a retransmission tells that the silence before it was a
// loss. Private to `flow`; one thread at a time.
#pragma once

#include <array>

#include "harness/base/ids.h"
#include "harness/base/queue.h"
#include "harness/flow/cause.h"
#include "harness/flow/fetch.h"

namespace tailrace {

// Held time is charged apart until its direction is judged: where Nagle's algorithm proves to be
// off, it goes back to the cause it would have had.
struct HeldSums {
  Nanos delayed_ack{0}, network_rtt{0};
  CauseSums otherwise;
};

struct LedgerSums {
  CauseSums plain;
  std::array<HeldSums, 2> held;  // By the side that held.
  LedgerSums& operator+=(const LedgerSums& other);
  bool any_held() const;
  // `side` held for so much longer than was charged, or less where it is negative: as far as there
  // is such time.
  void change_held(Side side, Nanos delayed_ack, Nanos network_rtt);
  // `convicted`: by side.
  CauseSums settled(std::array<bool, 2> convicted) const;
};

class Ledger {
 public:
  void begin(RealTime at) { upto_ = at; }
  RealTime upto() const { return upto_; }
  // Charges the time from upto() to `to`, if any.
  void charge(RealTime to, Cause cause);
  // Charges what lies between anew.
  void recharge(RealTime from, RealTime to, Cause cause);
  // The same for what is charged to `only`.
  void recharge(RealTime from, RealTime to, Cause only, Cause cause);
  // `holder` held data from `from` to `to`; `delayed_ack` of it is owed to the other side's timer.
  void hold(RealTime from, RealTime to, Nanos delayed_ack, Side holder);

  LedgerSums sum(RealTime from, RealTime to) const;
  // Adds the same to `sums`. False where some of it was held: they are of no use then.
  bool add_plain(RealTime from, RealTime to, CauseSums& sums) const;
  void drop_before(RealTime at);
  void fetch_ahead() const { fetch(slices_.place_of_next(), 2 * sizeof(Slice)); }
  std::size_t size() const { return slices_.size(); }

 private:
  enum class Hold : std::uint8_t { kNone, kDelayedAck, kNetworkRtt };
  struct Slice {
    RealTime from, to;
    Cause cause = Cause::kUnexplained;
    Hold hold = Hold::kNone;
    Side holder = Side::kServer;
  };
  void cut_at(RealTime at);
  template <class Change>
  void change(RealTime from, RealTime to, Change&& change);

  RealTime upto_;
  Queue<Slice> slices_;
};

}  // namespace tailrace
