// SPDX-License-Identifier: Apache-2.0
// Tracked: one connection of a capture: who is who, its round trips, both directions. Private to
// `flow`; one thread at a time.
#pragma once

#include <memory>
#include <vector>

#include "harness/flow/behind_full.h"
#include "harness/flow/direction.h"
#include "harness/flow/flow_observer.h"
#include "harness/flow/lateness.h"
#include "harness/flow/loss_watch.h"
#include "harness/flow/reassembly.h"
#include "harness/flow/seen_segments.h"
#include "harness/flow/window_watch.h"

namespace tailrace {

struct TrackedOptions {
  std::size_t most_stalls = 0;
  std::optional<Endpoint> server;  // Told by the user.
  KnownWays* ways = nullptr;       // Of all connections; outlives them.
};

class Tracked {
 public:
  // Both sinks may be null.
  Tracked(ConnectionId id, const Segment& first, const TrackedOptions& options, StreamSink* sink,
          FlowObserver* observer);

  ConnectionId id() const { return id_; }
  RealTime last() const { return known_.last; }
  // Both sides have ended it.
  bool is_over() const;
  // A new SYN on the same addresses begins another connection, unless it is the old one repeated,
  // or the answer to it was captured first. So does the first payload where it tells that the ports
  // had told the roles wrongly.
  bool is_begun_anew_by(const Segment& segment) const;
  // False: a second copy of a packet, not counted.
  bool take(const Segment& segment);
  ConnectionFlow finish();
  // What it keeps elsewhere.
  void fetch_ahead() const;

 private:
  struct Half {
    Half(Side side, std::size_t most_stalls) : direction(side, most_stalls) {}
    Direction direction;
    std::unique_ptr<Lateness> lateness;  // Of what this side sends, on paths that leave the host.
    std::unique_ptr<CopyDelays> copies;  // The same, where the capture holds it twice.
    LossWatch loss;
    UnseenLoss unseen;
    std::unique_ptr<BehindFull> behind_full;  // Of a side that sends full segments.
    WindowWatch window;  // Of what the other side can take.
    Reassembly bytes;
    bool fin = false;
    std::optional<std::uint8_t> window_scale;  // As its SYN says, or that none is there.
    // As it offers it, in a SYN whose options the capture cut: whether there are timestamps, which
    // take their place in each segment, is told by the first that is no SYN.
    std::uint32_t mss_of_cut_syn = 0;
  };
  Half& half(Side side) { return side == Side::kClient ? client_ : server_; }

  bool takes_roles_by(const Segment& segment) const;
  void settle(PacketFacts& facts, Side side, std::optional<Repeated>& repeat);
  void tell_unanswered();
  void take_syn(const Segment& segment, Side from);
  void take_mss(std::uint32_t mss, bool timestamps, Side from);
  void settle_mss(const Segment& segment);
  void measure_handshake(const Segment& segment, Side from);
  Nanos handshake_of(Side side) const {
    return side == Side::kClient ? rtt_to_client_ : rtt_to_server_;
  }
  Nanos rtt_to(Side side);
  void watch_full(const Segment& segment, Half& sender, bool new_data, const Path& path,
                  std::optional<Release>& release) const;
  Nanos lateness_of(const Segment& segment, Half& sender);
  void take_copy(Nanos since, Half& sender);
  struct Seen {
    bool syn_again = false, new_data = false;
    struct Window {
      bool full = false, closed = false;
    };
    Window of_client, of_server;
    std::optional<UnseenLoss::Found> lost;
    const Sending* told = nullptr;
  };
  void observe(const Segment& segment, Side from, const Seen& seen, const Path& path);
  void tell(const Segment& segment, Side from);

  ConnectionId id_;
  KnownWays* ways_;
  StreamSink* sink_;
  FlowObserver* observer_;
  struct Known {
    Endpoint client, server;
    RealTime first, last;
    FrameNumber first_frame;
    bool syn_seen = false, reset = false;
    bool guessed = false;  // By the ports, who is the client.
  };
  Known known_;
  Half client_, server_;
  std::uint32_t syn_seq_ = 0;
  std::optional<RealTime> syn_at_, syn_ack_at_;
  // Of the handshake; kNoTime where it did not tell.
  Nanos rtt_to_server_ = kNoTime, rtt_to_client_ = kNoTime;
  SeenSegments seen_;  // Last.

 public:
  // So much of it, from its begin on, is asked for at most packets.
  static std::size_t hot_size() { return sizeof(Tracked) - SeenSegments::kKept; }
};

}  // namespace tailrace
