// SPDX-License-Identifier: Apache-2.0
// FlowAnalyzer: packets to connections, byte streams and stalls, streaming, in bounded memory.
// One thread at a time. The procedure rests on TCP's rules (RFC 9293, Nagle after Minshall), not
// on any fixed delay: data that was held leaves *on* the ACK it waited for.
#pragma once

#include <memory>

#include "harness/flow/flow_observer.h"
#include "harness/flow/flow_report.h"
#include "harness/flow/packet.h"
#include "harness/flow/stream_sink.h"

namespace tailrace {

struct FlowOptions {
  std::size_t most_connections = 65536;
  std::size_t most_stalls = 4096;  // Kept of one direction.
  // A silent connection is done with after the first, where many are tracked, or the second: what
  // Linux waits for before it asks whether the other side is there (tcp_keepalive_time).
  std::chrono::minutes idle{4}, idle_with_room{120};
  std::chrono::seconds linger{10};  // One that both sides ended; with an observer only.
  std::optional<Endpoint> server;   // Which side is the server, where a capture does not tell.
};

class FlowAnalyzer {
 public:
  explicit FlowAnalyzer(const FlowOptions& options, StreamSink* sink = nullptr);
  // With an observer the connections are handed over when they are done with, and the report holds
  // none: memory does not grow with the file.
  FlowAnalyzer(const FlowOptions& options, FlowObserver& observer);
  ~FlowAnalyzer();
  void add(const Packet& packet);
  FlowReport finish();

 private:
  class Body;
  std::unique_ptr<Body> body_;
};

}  // namespace tailrace
