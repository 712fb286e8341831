// SPDX-License-Identifier: Apache-2.0
// Pair: two foreign implementations that talk to each other, watched: their packets captured,
// their connections assigned to processes. Nothing is judged here. One thread calls run_pair().
#pragma once

#include <string>
#include <vector>

#include "harness/run/run_folder.h"
#include "harness/run/runner.h"
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
  std::string client_output, server_output;  // Bounded.
  double ms = 0;
};

// Starts the server, then the capture, then the client, and waits for its end. Files go into
// `folder`. Error: a party cannot be started, or packets cannot be captured.
Result<PairOutcome> run_pair(const PairOptions& options, Setup& setup, const RunFolder& folder);

}  // namespace tailrace
