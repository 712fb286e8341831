// SPDX-License-Identifier: Apache-2.0
// RunPackets: what the capture of a run shows, found again by the connections of its histories.
// Immutable after reading, any thread.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/time.h"
#include "harness/flow/flow_report.h"
#include "harness/record/timeline.h"

namespace tailrace {

class RunPackets {
 public:
  // Error: what of the capture cannot be read.
  static Result<RunPackets> read(const std::string& path);

  // The packets of a connection; nullptr where there are none of it.
  const ConnectionFlow* of(const Connection& connection,
                           const std::vector<ClockSample>& clocks) const;

 private:
  explicit RunPackets(FlowReport report) : report_(std::move(report)) {}

  FlowReport report_;
  // By client and server, positions in report_.connections.
  std::multimap<std::pair<Endpoint, Endpoint>, std::size_t> by_addresses_;
};

}  // namespace tailrace
