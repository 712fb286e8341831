// SPDX-License-Identifier: Apache-2.0
// Supervisor: a small process of ours, forked before any thread, that starts and ends the
// implementations, so that none of their processes outlives the runner: not when the runner is
// killed, not when an implementation daemonises. Thread-safe.
//
// It is a child subreaper and knows every process it caused by its session, or by a tag in the
// environment. At the end of the runner's socket it sends TERM, waits kOrphanGrace, and sends KILL.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/result.h"
#include "harness/base/time.h"

namespace tailrace {

inline constexpr Deadline kOrphanGrace{"orphan_grace", Millis(2000)};
// After KILL: by then the kernel has ended what it ends. What waits for a disk may stay.
inline constexpr Deadline kKilled{"killed", Millis(5000)};
inline constexpr std::string_view kProcessTag = "TAILRACE_PROCESS";

struct ProcessSpec {
  std::vector<std::string> arguments;  // The program first; searched in PATH without a slash.
  std::vector<std::pair<std::string, std::string>> environment;  // Added to the runner's.
  std::string folder;                                            // "" is the runner's.
  bool has_input = false;  // A pipe of ours as its standard input; otherwise that is empty.
};

struct ExitStatus {
  int code = -1;  // -1: ended by `signal`.
  int signal = 0;
};

struct StartedProcess {
  pid_t pid = 0;
  int output = -1;  // Read ends of its standard output and error; the caller closes them.
  int errors = -1;
  int input = -1;  // The write end of its standard input, where it has one.
};

class Supervisor {
 public:
  // Call it single-threaded. Error: the system refused a process or a socket.
  static Result<Supervisor> fork_supervisor();
  Supervisor(Supervisor&&) noexcept;
  Supervisor& operator=(Supervisor&&) = delete;
  ~Supervisor();  // Ends every process it started, and waits for that.

  // Error: names the program and why it cannot be started.
  Result<StartedProcess> start(const ProcessSpec& spec);
  // TERM to the process and all it caused, KILL after `grace`; returns when all are gone.
  Status stop(pid_t pid, Deadline grace);
  std::optional<ExitStatus> exit_of(pid_t pid) const;
  std::optional<ExitStatus> wait_exit(pid_t pid, MonoTime until) const;
  pid_t pid() const;

 private:
  struct Body;
  explicit Supervisor(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace tailrace
