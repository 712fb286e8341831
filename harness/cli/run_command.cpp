// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <malloc.h>

#include <cstdio>

#include "harness/cli/commands.h"
#include "harness/cli/interrupt_note.h"
#include "harness/cli/print_report.h"
#include "harness/cli/progress_line.h"
#include "harness/cli/run_words.h"
#include "harness/run/runner.h"

namespace tailrace {
namespace {

// Answers of megabytes come seldom, in whichever thread: what is freed of them goes back to the
// kernel. By itself glibc takes such sizes for usual ones from the first that is freed, and keeps
// as much in each thread (mallopt(3), M_MMAP_THRESHOLD): a run took 60 MiB instead of 45.
void give_back_large_blocks() {
#if defined(__GLIBC__)
  constexpr int kLarge = 256 << 10;
  ::mallopt(M_MMAP_THRESHOLD, kLarge);
#endif
}

}  // namespace

int run_command(const CommandLine& line, const Registry& registry, const Catalogue& catalogue) {
  give_back_large_blocks();
  auto setup = prepare_process(line.run);
  if (!setup) return complain(setup.error().what);
  if (!setup->why_host_network.empty()) {
    fmt::print(stderr, "tailrace: {}; running in the host's network\n", setup->why_host_network);
  }
  Result<RunRecord> record = trouble("");
  {
    ProgressLine progress(line.quiet);
    const InterruptNote note(line.run.out);
    record = run(line.run, *setup, registry, catalogue,
                 [&](const Progress& now) { progress.show(now); });
  }
  if (!record) return complain(record.error().what);
  print_report(*record, line, line.run.out, catalogue);
  std::fflush(stdout);  // The report goes before what is said about it, also into one log.
  add_step_summary(*record);
  if (!line.quiet) {
    fmt::print(stderr, "run folder: {}; as a page: tailrace report {} --format html > run.html\n",
               line.run.out, shell_quoted(line.run.out));
  }
  return exit_status(*record, line.run.fail_on);
}

}  // namespace tailrace
