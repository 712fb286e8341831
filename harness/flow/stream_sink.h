// SPDX-License-Identifier: Apache-2.0
// StreamSink: the bytes of each direction in order, with the packet and the time that carried
// them: what decoders of HTTP, SSE and JSON-RPC read. Called on the analyzer's thread.
#pragma once

#include <string_view>

#include "harness/base/endpoint.h"
#include "harness/base/ids.h"
#include "harness/base/time.h"

namespace tailrace {

struct StreamPlace {
  ConnectionId connection;  // In the order of first packets, from 1.
  Side from = Side::kClient;
  RealTime at;
  FrameNumber frame;
};

class StreamSink {
 public:
  virtual ~StreamSink() = default;
  virtual void on_open(ConnectionId connection, const Endpoint& client, const Endpoint& server,
                       RealTime at) = 0;
  virtual void on_bytes(const StreamPlace& place, std::string_view bytes) = 0;
  // The capture does not hold these bytes: cut by the snap length, or lost by the capture.
  virtual void on_gap(const StreamPlace& place, std::uint64_t length) = 0;
  virtual void on_end(const StreamPlace& place, bool reset) = 0;
};

}  // namespace tailrace
