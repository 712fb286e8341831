// SPDX-License-Identifier: Apache-2.0
// CaptureAnalysis: packets in, a CaptureReport out: who held data, who thought, what was lost, and
// what each nanosecond of each exchange was spent on. One thread at a time; bounded memory.
#pragma once

#include <memory>

#include "harness/flow/capture_report.h"
#include "harness/flow/packet.h"

namespace tailrace {

struct AnalysisOptions {
  std::optional<Endpoint> server;  // Which side is the server, where a capture does not tell.
  std::size_t most_connections = 16384;
  std::size_t most_findings = 20000;
  std::size_t most_exchanges = 20000;
};

class CaptureAnalysis {
 public:
  explicit CaptureAnalysis(const AnalysisOptions& options);
  ~CaptureAnalysis();
  void add(const Packet& packet);
  // `truncated`: the file ended inside a record.
  CaptureReport finish(const std::string& file, bool truncated);

 private:
  class Body;
  std::unique_ptr<Body> body_;
};

}  // namespace tailrace
