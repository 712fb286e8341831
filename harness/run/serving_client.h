// SPDX-License-Identifier: Apache-2.0
// ServingClient: one process of a client that takes many scenarios, one after the other: a line of
// JSON on its standard input says what a process of its own would find in its environment, and its
// line {"done":true} says that it is through (fixtures/sut/README.md). Used by one worker; what the
// process prints comes on another thread.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

#include "harness/record/history.h"
#include "harness/record/redaction.h"
#include "harness/run/client_watch.h"
#include "harness/sut/client_environment.h"
#include "harness/sut/implementation.h"

namespace tailrace {

// Tells a served client, which gets no URL at its start.
inline constexpr std::string_view kServeVariable = "TAILRACE_SERVE";

class ServingClient {
 public:
  static Result<std::unique_ptr<ServingClient>> start(Supervisor& supervisor,
                                                      const Manifest& manifest,
                                                      const std::string& mode, Vault& vault);
  ~ServingClient();  // Stops it.

  // The next scenario. What the client prints goes to this history, which outlives the release;
  // "done" as the end of its process does, since its work for the scenario is over. Error: it does
  // not read any more, and has taken nothing.
  Status take(const std::string& url, const Environment& environment, History& history);
  // One more session of a scenario that looks at many: "done" is a line like others.
  Status take_session(const std::string& url, const Environment& environment, History& history);
  // Through with the scenario that it took last.
  bool is_done();
  // Nothing goes to the history any more.
  void release();
  // Still there, and silent since the last scenario.
  bool is_ready();
  // Scenarios it has taken, the one under way among them.
  int taken() const { return taken_; }
  // Its end, where it came unasked and after it had said that it was through; waits for it.
  std::optional<ExitStatus> crashed_late(MonoTime until);
  pid_t pid() const { return process_->pid(); }

  const std::string& mode() const { return mode_; }
  std::string output() const { return process_->output(); }
  void stop();  // By TERM, which the history of the scenario under way is told of; and releases.

 private:
  ServingClient(std::string mode, Vault& vault) : mode_(std::move(mode)), vault_(vault) {}
  bool begin(History& history, bool in_sessions);  // Whether it was through with one before.
  void watch();
  Status tell(const std::string& url, const Environment& environment);
  void hear(const std::string& line);
  void end(const ProcessEnded& how);

  std::string mode_;
  Vault& vault_;
  std::mutex mutex_;            // Over the next five.
  History* history_ = nullptr;  // Of the scenario under way.
  bool done_ = false, ended_ = false, strayed_ = false, in_sessions_ = false;
  int taken_ = 0;
  std::atomic<bool> asked_{false};
  std::unique_ptr<ClientProcess> process_;  // Its thread uses what stands above.
  std::optional<ClientWatch> watch_;        // Of a scenario: for an end of the process in it.
};

}  // namespace tailrace
