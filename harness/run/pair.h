// SPDX-License-Identifier: Apache-2.0
// Pair: two foreign implementations that talk to each other, watched: their packets captured,
// their connections assigned to processes. Nothing is judged here. One thread calls run_pair().
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/run/run_folder.h"
#include "harness/run/runner.h"
#include "harness/sut/send_queue.h"
#include "harness/sut/tcp_sockets.h"

namespace tailrace {

inline constexpr int kPairCalls = 5;
inline constexpr Millis kPairLimit{60000};

struct PairOptions {
  Manifest server, client;
  std::string server_source, client_source;  // As typed.
  int calls = kPairCalls;                    // For clients with the N-call contract.
  std::string tool;                          // The same; "": the client's choice.
  Millis limit = kPairLimit;                 // Until the client has ended.
  NetworkChoice network = NetworkChoice::kAuto;
  bool cure = false;  // Run the client once more, with TCP_NODELAY set on the server's sockets.
};

// What the server's kernel had not sent, at so many looks at its connections (INET_DIAG).
struct QueueLooks {
  std::uint64_t looks = 0;
  std::uint64_t held = 0;   // Of them: data unsent behind one unacknowledged segment.
  std::uint64_t loose = 0;  // Of them: data unsent with nothing unacknowledged.
  std::uint32_t most_unsent = 0;
};

// The same client again, with the cure in place from outside.
struct PairCure {
  std::string capture_file;
  std::map<Endpoint, RealTime> set_at;  // By the client's end of each socket of the server.
  bool was_set = false;       // By the server itself, on one of them.
  std::string why_not;        // Of the last that could not be taken.
  // As the packets of the second time show, of calls that began with the option set; and those that
  // had begun before it was.
  std::size_t calls = 0, stalled_calls = 0, calls_before = 0;
  Nanos median{0};
};

// Who was seen to hold the two sockets of a connection; pid 0 where it was too short to be seen.
struct PairedConnection {
  Endpoint client, server;
  OwnedSocket client_socket, server_socket;
};

struct PairOutcome {
  CaptureOutcome capture;
  std::string capture_file;
  Endpoint server;
  std::optional<ExitStatus> client_exit;  // None: it had not ended within the limit.
  std::optional<ExitStatus> server_exit;  // Before it was asked to.
  std::vector<PairedConnection> connections;
  // TCP_NODELAY as the server sets it on a connection that it accepts. None: not to be seen.
  std::optional<bool> server_no_delay;
  QueueLooks queue;
  std::optional<PairCure> cure;  // None: not asked for, or the server had ended.
  std::string client_output, server_output;  // Bounded.
  double ms = 0;
};

// Starts the server, then the capture, then the client, and waits for its end. Files go into
// `folder`. Error: a party cannot be started, or packets cannot be captured.
Result<PairOutcome> run_pair(const PairOptions& options, Setup& setup, const RunFolder& folder);

}  // namespace tailrace
