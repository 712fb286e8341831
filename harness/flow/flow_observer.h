// SPDX-License-Identifier: Apache-2.0
// FlowObserver: every packet of a connection in time, told before the bytes that it brings in
// order. Called on the analyzer's thread.
#pragma once

#include <array>

#include "harness/flow/direction.h"
#include "harness/flow/flow_report.h"
#include "harness/flow/loss_watch.h"
#include "harness/flow/stream_sink.h"

namespace tailrace {

struct PacketFacts {
  ConnectionId connection;
  Side from = Side::kClient;
  RealTime at;
  FrameNumber frame;
  std::uint32_t length = 0;      // Of its payload.
  std::int64_t offset = 0;       // Of its payload in the direction.
  bool syn = false, fin = false, rst = false, ack = false;
  bool syn_again = false;
  bool full = false;  // As large as the path allows, or as R has room for: more will follow.
  bool new_data = false;
  // By the side that sent again: what this packet settles, or null.
  std::array<const Repeated*, 2> repeats{};
  const Release* release = nullptr;
  Nanos rtt_to_client{0}, rtt_to_server{0};  // From the capture and back; the least seen.
  Nanos late{0};                             // This one, by its way to the capture.
  bool client_holds = true, server_holds = true;  // As far as it is known by now.
  // Nothing more fits into its window, before this packet; and it said itself that none is open.
  bool client_is_full = false, server_is_full = false;
  bool client_is_closed = false, server_is_closed = false;
  // It had sent data that was not acknowledged, before this packet.
  bool client_unacked = false, server_unacked = false;
  // An ACK and no more, of a part of what was sent: the rest had not come when it left.
  bool partial_ack = false;
  std::string_view payload;                             // What was captured of it.

  Nanos rtt_to(Side side) const { return side == Side::kClient ? rtt_to_client : rtt_to_server; }
  bool is_full(Side side) const { return side == Side::kClient ? client_is_full : server_is_full; }
  bool is_closed(Side side) const {
    return side == Side::kClient ? client_is_closed : server_is_closed;
  }
};

class FlowObserver : public StreamSink {
 public:
  virtual void on_packet(const PacketFacts& facts) = 0;
  // Its packets come soon, or next: what is kept of it may be fetched. No promise: it may be gone.
  virtual void on_ahead(ConnectionId, bool) {}
  // Nothing more of this connection will be told.
  virtual void on_done(ConnectionId connection, ConnectionFlow flow) = 0;
};

}  // namespace tailrace
