// SPDX-License-Identifier: Apache-2.0
// CaptureAnalysis: packets in, a CaptureReport out: who held data, who thought, what was lost, and
// what each nanosecond of each exchange was spent on. Bounded memory. Called by one thread at a
// time; with two threads what TCP brings is read on one of its own, and the report is the same.
#pragma once

#include <memory>

#include "harness/flow/capture_report.h"
#include "harness/flow/flow_observer.h"
#include "harness/flow/packet.h"

namespace tailrace {

struct AnalysisOptions {
  std::optional<Endpoint> server;  // Which side is the server, where a capture does not tell.
  std::size_t most_connections = 16384;
  std::size_t most_findings = 2000;    // Of one kind: the first ones, and the costliest.
  std::size_t most_exchanges = 10000;  // The longest ones.
  // Is told the same, and outlives the analysis. With two threads on the other one, until finish().
  FlowObserver* also = nullptr;
  int threads = 1;  // 1 or 2.
};

// What was seen so far of a capture that goes on. A hold is told as it looks at once; the report
// leaves out those of a direction that proves to hold nothing.
struct CaptureProgress {
  std::uint64_t packets = 0, connections = 0, exchanges = 0;
  std::uint64_t holds = 0;  // Data that left on a delayed ACK.
  Nanos last_hold{0};
  Side last_holder = Side::kServer;
  FrameNumber last_frame;
};

class CaptureAnalysis {
 public:
  explicit CaptureAnalysis(const AnalysisOptions& options);
  ~CaptureAnalysis();
  void add(const Packet& packet);
  CaptureProgress progress() const;  // Of an analysis on one thread.
  // `truncated`: the file ended inside a record.
  CaptureReport finish(const std::string& file, bool truncated);

 private:
  class Body;
  std::unique_ptr<Body> body_;
};

}  // namespace tailrace
