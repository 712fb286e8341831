// SPDX-License-Identifier: Apache-2.0
// Worker: drives scenarios one after the other against its own instance of the implementation.
// Used by one script thread; what is shared (network, vault, pace, folder) is thread-safe.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "harness/net/network.h"
#include "harness/run/runner.h"
#include "harness/run/serving_client.h"
#include "harness/sut/implementation.h"
#include "harness/sut/send_queue.h"

namespace tailrace {

// No scenario lasts longer than this, whatever its waits add up to.
inline constexpr Deadline kScenarioLimit{"scenario", Millis(120000)};

// What the workers of a run share.
struct RunContext {
  const RunOptions& options;
  Setup& setup;
  Network& network;
  Vault& vault;
  Pace& pace;
  Attempts& attempts;
  RunFolder& folder;
  std::vector<Endpoint> addresses;  // Of a URL
  MonoTime over_at;                 // End of the budget
  std::atomic<bool> has_had_client{false};  // It could be started once, by any worker.
  std::atomic<bool> has_met_client{false};  // It connected once.
  std::atomic<int> strangers{0};  // Scenarios whose client ended before it connected.
};

class Worker {
 public:
  explicit Worker(RunContext& context) : context_(context) {}
  ~Worker();

  // Starts the implementation where it has to run already, and learns which revisions it speaks:
  // the one it answers initialize with, and the stateless one. Error: it cannot be started or
  // reached.
  Result<std::vector<std::string>> probe(const std::string& mode);
  // Error: trouble with the run's folder or with starting the implementation.
  Status drive(const PlannedRun& run);

 private:
  Status meet(const History& history);
  Result<std::string> probe_one(const std::string& mode, std::string_view revision);
  Status ensure_server(const std::string& mode);
  void stop_server();
  void keep_output(const std::string& output);  // Of an instance that is gone.
  ServerTarget target() const;
  ClientSettings client_settings(const std::string& revision);
  void drive_server(const Scenario& scenario, const PlannedRun& run, History& history);
  void drive_client(const Scenario& scenario, const PlannedRun& run, History& history);
  void note_server_end(History& history);
  bool is_served(const Scenario& scenario) const;
  Result<std::unique_ptr<History>> attempt(const PlannedRun& run, const std::string& name);
  Result<std::unique_ptr<History>> attempt_anew(const PlannedRun& run, const std::string& name);
  void note_late_end(const ProcessEnded& how);
  Status not_started(const Error& why);
  Status ensure_serving_client(const std::string& mode);
  void stop_serving_client(Millis patience = Millis(0));
  ServerSettings server_settings(const Scenario& scenario, const PlannedRun& run) const;
  void run_script(const Scenario& scenario, ServerSettings settings, History& history,
                  const std::function<void()>& end_client);
  void drive_serving_client(const Scenario& scenario, const PlannedRun& run, History& history);
  void drive_sessions(const Scenario& scenario, const PlannedRun& run, History& history);

  RunContext& context_;
  std::unique_ptr<ServerProcess> server_;
  SocketDiag sockets_;
  MonoTime warm_until_{};  // Of the server
  std::string server_mode_;
  std::unique_ptr<ServingClient> serving_;
  std::unique_ptr<History> last_served_;  // Of the scenario that a serving client took last.
  // How a serving client that had taken others ended in the scenario just driven: whose fault that
  // is shows when a fresh one takes the same scenario.
  std::optional<ProcessEnded> doubtful_end_;
  std::optional<Error> cannot_start_;
  std::string printed_;  // By the instance that ended last, masked.
  std::string no_endpoint_;  // Why what answers is no MCP server, as the probe saw it.
};

}  // namespace tailrace
