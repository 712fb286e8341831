// SPDX-License-Identifier: Apache-2.0
// What the packets of a capture show, connection by connection. Values, any thread.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "harness/base/endpoint.h"
#include "harness/base/ids.h"
#include "harness/base/time.h"

namespace tailrace {

enum class Confidence : std::uint8_t { kLow, kMedium, kHigh };
const char* name_of(Confidence confidence);

// A stall that is sure but for the number of those in its direction: sharp, or as close to its ACK
// as its path lets that be seen.
enum class OfFew : std::uint8_t { kNo, kSharp, kBlunt };

// Held data that left on a delayed ACK. Frames are those of the capture; offsets count the
// holder's payload on this connection, from its first byte (or the first one seen).
struct Stall {
  Side holder = Side::kServer;
  Side ack_delayer = Side::kClient;
  FrameNumber waiting_frame, ack_frame, release_frame;
  RealTime waiting_at, ack_at, release_at;
  RealTime held_since;   // The earliest: waiting_at, or the last full segment since.
  Nanos ack_wait{0};     // Waiting segment to ACK, at the capture point.
  Nanos ack_delay{0};    // The same less the round trip: what the receiver's timer added.
  Nanos release_gap{0};  // ACK to release, less the round trip.
  Nanos hold{0};         // Best estimate: without the pause that the sender usually makes there.
  Nanos pause{0};        // That pause, as far as it was known then.
  Nanos charged{0};      // Of the exchange's time when it was seen; `hold` may be known later.
  std::uint64_t waiting_offset = 0, waiting_length = 0;
  std::uint64_t release_offset = 0, release_length = 0;
  std::uint32_t mss = 0;
  bool pure_ack = true;
  bool begins_turn = false;  // The other side's data came before the waiting segment.
  bool way_known = true;  // What an ACK takes at least was known when it came.
  OfFew of_few = OfFew::kNo;
  Confidence confidence = Confidence::kLow;

  // As more of its sender is known: of the whole so much is its own.
  void set_pause(Nanos own) {
    const Nanos whole = hold + pause;
    pause = std::min(own, whole);
    hold = whole - pause;
  }
};

// The longest of some times, and the next one.
class TwoLongest {
 public:
  void note(Nanos time) {
    next_ = std::max(next_, std::min(time, longest_));
    longest_ = std::max(longest_, time);
  }
  void note(const TwoLongest& others) {
    note(others.longest_);
    note(others.next_);
  }
  Nanos next() const { return next_; }

 private:
  Nanos longest_{0}, next_{0};
};

struct DirectionFlow {
  std::uint64_t segments = 0, payload_bytes = 0, small_segments = 0, retransmissions = 0;
  std::uint64_t nodelay_proofs = 0;  // Small data sent while a small segment was unacknowledged.
  std::uint64_t held = 0;            // Small data that waited for such an ACK, whatever its delay.
  std::uint64_t candidates = 0;      // Small data that came after a delayed ACK, held or not.
  Nanos least_waking = Nanos::max();  // Of the holds, beyond what the sender's kernel takes.
  TwoLongest longest_proofs;  // After which it sent beside what was unacknowledged.
  bool nodelay_proven = false;
  bool holds_data = false;  // What was held was held by Nagle's algorithm, not by chance.
  // Small data that left on a prompt ACK: held, at no cost but the round trip.
  std::uint64_t prompt_releases = 0;
  // Delayed ACKs that nothing waited for, and the first of them.
  std::uint64_t harmless_delays = 0;
  FrameNumber harmless_waiting, harmless_ack;
  Nanos harmless_wait{0};
  std::uint64_t missed_by_capture = 0;  // Bytes acknowledged, yet in no packet of the file.
  std::uint32_t mss = 0;
  std::optional<RealTime> fin_at, rst_at;
};

struct ConnectionFlow {
  Endpoint client, server;
  RealTime first, last;
  FrameNumber first_frame;
  bool syn_seen = false, reset = false;
  Nanos rtt{0};     // Of the path, the least seen; 0 where nothing told.
  Nanos varies{0};  // One way of it, at the end; 0 where no clock told.
  DirectionFlow from_client, from_server;
  std::vector<Stall> stalls;           // In time; those of directions with proven NODELAY left out.
  std::vector<Stall> not_held;         // Charged when they were seen, and none by now; hold is 0.
  std::uint64_t stalls_left_out = 0;   // Above the bound of a direction.
  std::uint64_t holds_of_one_rtt = 0;  // Held, but the ACK was prompt.

  const DirectionFlow& from(Side side) const {
    return side == Side::kClient ? from_client : from_server;
  }
};

struct FlowReport {
  std::vector<ConnectionFlow> connections;  // In the order of their first packets.
  std::uint64_t frames = 0, segments = 0, second_copies = 0;
  std::uint64_t cut_segments = 0;           // Of whose payload the capture holds a part only.
  std::uint64_t with_told_server = 0;       // Connections of the server that the user named.
  std::uint64_t incomplete_datagrams = 0;   // Of which some fragments are not in the capture.
  std::uint64_t connections_left_out = 0;   // Above the bound on tracked connections.
  std::uint64_t connections_cut_short = 0;  // Done with early, for that bound.
  std::uint64_t translated = 0;             // There twice, with other addresses: told once.
  std::uint64_t clock_set_back = 0;         // Times after it are told as if it had gone on.
};

}  // namespace tailrace
