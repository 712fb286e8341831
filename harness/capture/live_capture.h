// SPDX-License-Identifier: Apache-2.0
// LiveCapture: all packets of an interface into a file, on a thread of its own. start() and stop()
// belong to one thread.
//
// One handle for the whole run, in block mode: immediate mode spends a ring slot on each packet and
// loses most of a busy run. At the end a datagram of ours is sent through the same filter and
// awaited, so that every packet before it is known to be in the file.
#pragma once

#include <memory>
#include <string>

#include "harness/base/endpoint.h"
#include "harness/base/result.h"
#include "harness/base/time.h"

namespace tailrace {

struct CaptureOptions {
  std::string interface = "lo";
  std::string filter = "tcp";  // As tcpdump takes it; the marker is added.
  std::string file;
  // Keep the headers alone: payloads may hold secrets. Lengths stay those on the wire.
  bool cut_payload = true;
};

struct CaptureCounts {
  std::uint64_t written = 0;            // Packets in the file
  std::uint64_t dropped_by_kernel = 0;  // On loopback libpcap counts both copies of a packet.
  std::uint64_t dropped_by_interface = 0;
  bool marker_seen = false;
};

class LiveCapture {
 public:
  // Error: what is denied or unknown (interface, filter, file).
  static Result<std::unique_ptr<LiveCapture>> start(const CaptureOptions& options);
  ~LiveCapture();
  Result<CaptureCounts> stop();

 private:
  class Body;
  explicit LiveCapture(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

// Whether packets of the interface may be captured; Error: why not.
Status capture_rights(const std::string& interface);

}  // namespace tailrace
