// SPDX-License-Identifier: Apache-2.0
// Runner: drives every planned scenario against the implementation, records, and judges. It owns
// the run's threads: one I/O thread, one capture thread, `jobs` script threads.
#pragma once

#include <functional>

#include "harness/run/plan.h"
#include "harness/run/run_folder.h"
#include "harness/sut/supervisor.h"

namespace tailrace {

// What the process was made ready with, single-threaded, at the top of main.
struct Setup {
  std::optional<Supervisor> supervisor;  // Where we start an implementation.
  bool own_network = false;
  std::string why_host_network;  // Why it is not our own, "" where it was not wanted.
};

// Enters a network of our own when every party is ours (or it is asked for), and forks the
// supervisor. Call it before any thread. Error: what was asked for and is denied.
Result<Setup> prepare_process(const RunOptions& options);

struct Progress {
  std::size_t done = 0, planned = 0;
  std::string scenario;  // That is about to be driven, or was.
};

// Drives, records, captures and judges. `tell` is called from script threads, one at a time.
// Error: wrong input or an implementation that cannot be started or reached.
Result<RunRecord> run(const RunOptions& options, Setup& setup, const Registry& registry,
                      const Catalogue& catalogue, const std::function<void(const Progress&)>& tell);

}  // namespace tailrace
