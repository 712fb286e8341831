// SPDX-License-Identifier: Apache-2.0
// BehindFull: small data that waits for the acknowledgement of a full segment. Linux lets it pass
// (Minshall's rule); Windows, macOS and the BSDs hold it while anything is unacknowledged (RFC
// 896). Who does is not known, so a series tells: it left on the ACK itself, and never without.
// Private to `flow`; one thread at a time; bounded.
#pragma once

#include <optional>
#include <vector>

#include "harness/flow/direction.h"

namespace tailrace {

class BehindFull {
 public:
  // What is known of a segment of S beside itself.
  struct Sent {
    bool new_data = false, full = false;
    std::uint64_t offset = 0;
    std::uint32_t mss = 0;
  };
  // `release`: what it released, if that is known to be held.
  void sent(const Segment& segment, const Sent& sent, const Path& path,
            std::optional<Release>& release);
  // A segment of R. `edge`: up to where S might send until then.
  void answered(const Segment& segment, const Path& path, std::optional<std::uint32_t> edge);

  // `sure`: of how close to its ACK data left.
  void finish(Side holder, bool sure, ConnectionFlow& connection) const;

 private:
  struct Waiting {
    std::uint32_t end = 0, length = 0;
    FrameNumber frame;
    RealTime at;
    std::uint64_t offset = 0;
    std::optional<std::uint32_t> ts_echo;
  };
  struct Pending {
    Waiting waiting;
    FrameNumber ack_frame;
    RealTime ack_at;
    Nanos ack_delay{0};
    std::optional<std::uint32_t> ts_value;
    std::uint32_t edge = 0;  // Of the window, before that ACK.
  };
  void judge(const Segment& segment, const Sent& sent, const Path& path,
             std::optional<Release>& release);
  Nanos gap_of(const Segment& segment, const Path& path) const;
  bool is_series() const;

  std::optional<Waiting> waiting_;
  std::optional<Pending> pending_;
  std::optional<std::uint32_t> small_end_;  // Of a small segment: what follows may wait for that.
  std::uint32_t passed_ = 0, loose_ = 0;
  // Full segments on late ACKs of full ones, which no algorithm holds: S has one in flight at a
  // time, and what is small waits for the same.
  std::uint32_t in_turns_ = 0;
  std::vector<Stall> stalls_;
};

}  // namespace tailrace
