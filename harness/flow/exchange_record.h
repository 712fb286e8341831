// SPDX-License-Identifier: Apache-2.0
// What packets show of one exchange, and of what happened on a connection beside it. Values, any
// thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/endpoint.h"
#include "harness/flow/ledger.h"
#include "harness/flow/loss_watch.h"
#include "harness/flow/rpc_glance.h"
#include "harness/flow/slabs.h"
#include "harness/wire/meta_names.h"
#include "harness/wire/span.h"

namespace tailrace {

// The longest silence of one side within an exchange.
struct Silence {
  Nanos length{0};
  FrameNumber after, before;
};

// The same request, sent before on a connection that gave no answer.
struct StaleAttempt {
  Endpoint client, server;
  std::uint32_t connection = 0, index = 0;
  std::uint64_t likeness = 0;  // Of the request's first bytes.
  RealTime start, ended_at;
  FrameNumber frame, end_frame;
  bool silent = false;      // Its server had neither closed nor reset it.
  bool comparable = false;  // Enough bytes were captured to know it again.
};

// The same call on the leg behind a proxy that the capture holds, too.
struct LegBehind {
  ConnectionId connection;
  Endpoint client, server;
  std::uint32_t index = 0;
  Nanos took{0};
};

struct ExchangeRecord {
  ConnectionId connection;
  Endpoint client, server;
  std::uint32_t index = 0;  // On its connection, from 0.
  RealTime start, end;
  FrameNumber first_frame, last_frame, request_end_frame, response_frame;
  bool is_http = false;  // Else a turn: payload of the client and what the server sent after it.
  std::string http_method;
  int status = 0;
  RpcGlance asked;
  bool is_event_stream = false;
  std::uint32_t events = 0, messages = 0;
  std::optional<RealTime> final_at;  // A Result or an Error had come.
  FrameNumber final_frame;
  bool answered = false, complete = false;
  bool cut_in_data = false;  // The client reset it while more came behind its answer.
  bool degraded = false;  // Could not be read to its end.
  bool never_answered = false;  // Its connection, or the capture, ended before its response.
  Span request, response;  // In the bytes of either side.
  Nanos setup{0};          // Part of the time that lies before the request.
  Silence server_silence, client_silence;
  std::shared_ptr<const StaleAttempt> stale;  // Rare.
  std::shared_ptr<const LegBehind> behind;    // It waited for that.
  CauseSums causes;

  Nanos length() const { return end - start; }
  // What it brings comes when something happens: its silence is nobody's waiting.
  bool listens() const { return http_method == "GET" || asked.method == kListenMethod; }
};

// They stay where they were made: much is told of each, and most are soon forgotten.
using ExchangeRecords = std::vector<Slabs::Pointer<ExchangeRecord>>;

enum class Incident : std::uint8_t {
  kRetransmission,  // `repeat` tells which.
  kZeroWindow,
  kSynAgain,
  kResetUndrained,
};

struct IncidentRecord {
  Incident what = Incident::kRetransmission;
  ConnectionId connection;
  std::optional<std::uint32_t> exchange;  // Its index, where one was open.
  Side side = Side::kServer;  // Who sent again, whose window was closed, who reset.
  Repeat repeat = Repeat::kNone;
  RealTime since, at;
  FrameNumber first_frame, frame;
  bool unseen = false, counted = false, ack_lost = false;  // As in Repeated.
  bool shut = false;  // Of a window: for longer than its path is slow, or its receiver says so.
};

}  // namespace tailrace
