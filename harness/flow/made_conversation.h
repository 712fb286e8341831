// SPDX-License-Identifier: Apache-2.0
// For the tests: one connection as a capture on loopback sees it, packet by packet, fed to a
// FlowAnalyzer or a CaptureAnalysis. Each side has heard all that the other composed.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "harness/base/assert.h"
#include "harness/flow/flow_analyzer.h"
#include "harness/flow/made_packet.h"

namespace tailrace {

inline constexpr Nanos kMoment = std::chrono::microseconds(10);
inline constexpr Nanos kDelayed = Millis(43);
inline constexpr std::uint16_t kMss = 1460;  // 1448 with timestamps.

class Conversation {
 public:
  template <class Analyzer>
  explicit Conversation(Analyzer& analyzer, std::uint32_t first_seq = 1000)
      : add_([&analyzer](const Packet& packet) { analyzer.add(packet); }),
        seq_{first_seq, first_seq + 5000} {}

  bool stamps = true;  // Whether both sides send timestamps.
  bool v6 = false;
  std::uint16_t client_port = 40000, server_port = 80;
  std::uint16_t server_mss = kMss;  // As it offers.
  std::uint16_t window = 20'000;

  void pass(Nanos time) { now_ = now_ + time; }

  // The next segment of that side, not captured yet.
  MadeSegment compose(Side from, std::string payload = {}) {
    MadeSegment made;
    made.from = from;
    made.client_port = client_port;
    made.server_port = server_port;
    made.window = window;
    made.seq = seq_[index(from)];
    made.ack = seq_[index(other(from))];
    seq_[index(from)] += static_cast<std::uint32_t>(payload.size());
    made.payload = std::move(payload);
    mark(made);
    return made;
  }
  // The same data once more: a retransmission.
  MadeSegment again(MadeSegment made) {
    made.ack = seq_[index(other(made.from))];
    mark(made);
    return made;
  }
  FrameNumber put(const MadeSegment& made) {
    const std::string bytes = v6 ? ipv6_of(made) : ipv4_of(made);
    add_(packet_of(bytes, LinkType::kRaw, now_, {++*frame_}));
    return {*frame_};
  }
  FrameNumber send(Side from, std::size_t length) {
    return put(compose(from, std::string(length, 'x')));
  }
  FrameNumber ack(Side from) { return put(compose(from)); }
  // From there it leaves now, and passes the capture later.
  void late(Side from, Nanos on_the_way, std::size_t length = 0) {
    const MadeSegment made = compose(from, std::string(length, 'x'));
    pass(on_the_way);
    put(made);
  }

  // The times are round trips from the capture to either side.
  void open(Nanos to_client = kMoment, Nanos to_server = kMoment) {
    MadeSegment syn = compose(Side::kClient);
    syn.syn = true;
    syn.ack_flag = false;
    syn.mss = kMss;
    ++seq_[0];
    put(syn);
    pass(to_server);
    MadeSegment answer = compose(Side::kServer);
    answer.syn = true;
    answer.mss = server_mss;
    ++seq_[1];
    put(answer);
    pass(to_client);
    ack(Side::kClient);
    pass(kMoment);
  }

  struct Frames {
    FrameNumber waiting, ack, release;
  };
  // A call whose answer comes in two small writes, the second one held.
  Frames stalled_call(Nanos delayed = kDelayed) {
    send(Side::kClient, 300);
    pass(kMoment);
    Frames frames;
    frames.waiting = send(Side::kServer, 100);
    pass(delayed);
    frames.ack = ack(Side::kClient);
    pass(kMoment);
    frames.release = send(Side::kServer, 60);
    pass(kMoment);
    return frames;
  }
  // The same of a server that does not wait.
  void prompt_call() {
    send(Side::kClient, 300);
    pass(kMoment);
    send(Side::kServer, 100);
    pass(kMoment);
    send(Side::kServer, 60);
    pass(kMoment);
  }

  // Several connections in one capture: this one's frames are counted with the other's.
  void share_frames(const Conversation& of) { frame_ = of.frame_; }

 private:
  static std::size_t index(Side side) { return side == Side::kClient ? 0 : 1; }
  void mark(MadeSegment& made) {
    made.ip_id = ++ip_id_[index(made.from)];
    if (!stamps) return;
    // A clock of microseconds makes every packet's stamp its own.
    const auto passed = (now_.since_epoch - kBegins.since_epoch) / std::chrono::microseconds(1);
    std::uint32_t& stamp = stamp_[index(made.from)];
    stamp = std::max(stamp + 1, kFirstStamp[index(made.from)] + static_cast<std::uint32_t>(passed));
    made.ts_value = stamp_[index(made.from)];
    made.ts_echo = stamp_[index(other(made.from))];
  }

  static constexpr RealTime kBegins{std::chrono::seconds(1'700'000'000)};
  static constexpr std::uint32_t kFirstStamp[2] = {100, 70000};
  std::function<void(const Packet&)> add_;
  std::uint32_t seq_[2];
  std::uint32_t stamp_[2] = {kFirstStamp[0], kFirstStamp[1]};
  std::uint16_t ip_id_[2] = {0, 30000};
  RealTime now_ = kBegins;
  std::shared_ptr<std::uint32_t> frame_ = std::make_shared<std::uint32_t>(0);
};

// What most tests begin with: a capture that holds one connection.
class OneConversation {
 protected:
  // The report of that connection.
  ConnectionFlow flow() {
    FlowReport report = analyzer.finish();
    TAILRACE_ASSERT(report.connections.size() == 1);
    return std::move(report.connections.front());
  }

  FlowAnalyzer analyzer{FlowOptions{}};
  Conversation talk{analyzer};
};

}  // namespace tailrace
