// SPDX-License-Identifier: Apache-2.0
// What the facts of a connection amount to, as findings. Private to `flow`; pure functions.
#pragma once

#include <map>
#include <vector>

#include "harness/flow/kept_findings.h"

namespace tailrace {

double millis_of(Nanos duration);

// The exchange of a connection that was under way then, or null; they are given in time.
const ExchangeRecord* exchange_at(const ExchangeRecords& exchanges, RealTime at);

// What data that was held cost its exchange, if any, and how sure that is.
Nanos stall_cost(const Stall& stall, const ExchangeRecord* exchange);
Confidence stall_confidence(const Stall& stall, const ExchangeRecord* exchange);
CaptureFinding stall_finding(const Stall& stall, const ConnectionFlow& flow, ConnectionId id,
                             const ExchangeRecord* exchange);
CaptureFinding hold_rtt_finding(const Stall& hold, const ConnectionFlow& flow, ConnectionId id,
                                Side holder, const ExchangeRecord* exchange);
CaptureFinding harmless_finding(const ConnectionFlow& flow, ConnectionId id, Side sender);
// None: nothing worth a finding (a fast retransmission, a window closed for a moment).
std::optional<CaptureFinding> incident_finding(const IncidentRecord& incident,
                                               const Endpoint& client, const Endpoint& server);

// Streams whose client left at once, with its answer in hand and without waiting for their end: the
// server left them open only if it never ended one, of several.
class LeftEarly {
 public:
  void note(const ExchangeRecord& record);
  void keep(CaptureFinding finding);  // Of such a stream.
  std::vector<CaptureFinding> proven();

 private:
  struct Server {
    bool ends = false;
    std::vector<CaptureFinding> streams;
  };
  std::map<Endpoint, Server> servers_;
};

// Of one exchange: thinking, its stream left open, its first try on a stale connection.
void add_exchange_findings(const ExchangeRecord& record, const ConnectionFlow& flow,
                           RealTime capture_end, LeftEarly& left_early, KeptFindings& findings);

// Thinking that is worth a word on this path.
Nanos least_think(Nanos rtt);

}  // namespace tailrace
