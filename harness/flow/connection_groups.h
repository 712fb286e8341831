// SPDX-License-Identifier: Apache-2.0
// ConnectionGroups: what only shows over the several connections of one client host to one server:
// a new one for each call, a path's round trip, and writes that would be held if they came closer.
// Private to `flow`; one thread at a time; bounded.
#pragma once

#include <array>
#include <map>
#include <utility>

#include "harness/flow/kept_findings.h"

namespace tailrace {

class ConnectionGroups {
 public:
  void note(ConnectionId id, const ConnectionFlow& flow, std::uint64_t exchanges);
  void tell(KeptFindings& findings) const;

 private:
  struct Group {
    ConnectionId first;
    Endpoint client, server;
    std::uint64_t connections = 0, exchanges = 0, stalls = 0;
    std::uint64_t prompt_releases[2] = {0, 0}, nodelay_proofs[2] = {0, 0};
    Nanos rtt{0};
    FrameNumber frame;
  };
  bool looks_latent(const Group& group, Side side) const;
  static CaptureFinding finding_of(const Group& group, std::string_view kind);
  void tell_latent(const Group& group, KeptFindings& findings) const;

  std::map<std::pair<std::array<std::uint8_t, 16>, Endpoint>, Group> groups_;
};

}  // namespace tailrace
