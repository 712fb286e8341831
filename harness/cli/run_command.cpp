// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <malloc.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "harness/cli/commands.h"
#include "harness/cli/interrupt_note.h"
#include "harness/cli/print_report.h"
#include "harness/cli/progress_line.h"
#include "harness/cli/run_words.h"
#include "harness/run/runner.h"
#include "harness/wire/escape.h"

namespace tailrace {
namespace {

// What a scenario held goes back to the kernel, in whichever thread it was: by itself glibc keeps
// as much as was ever used in each, and takes the size of a large answer for a usual one from the
// first that is freed (mallopt(3), M_MMAP_THRESHOLD): a run took 60 MiB instead of 45.
#if defined(__GLIBC__)
constexpr int kLarge = 256 << 10;

void keep_little() { ::mallopt(M_MMAP_THRESHOLD, kLarge); }
void give_back() { ::malloc_trim(0); }
#else
void keep_little() {}
void give_back() {}
#endif

}  // namespace

int run_command(const CommandLine& line, const Registry& registry, const Catalogue& catalogue) {
  keep_little();
  auto setup = prepare_process(line.run);
  if (!setup) return complain(setup.error().what);
  if (!setup->why_host_network.empty()) {
    fmt::print(stderr, "tailrace: {}; running in the host's network\n", setup->why_host_network);
  }
  Result<RunRecord> record = trouble("");
  {
    ProgressLine progress(line.quiet);
    const InterruptNote note("; a report of what ran so far: tailrace judge " + line.run.out);
    record = run(line.run, *setup, registry, catalogue, [&](const Progress& now) {
      progress.show(now);
      give_back();
    });
  }
  if (!record) return complain(record.error().what);
  print_report(*record, line, line.run.out, catalogue);
  // The report goes before what is said about it, also into one log.
  if (std::fflush(stdout) != 0) throw std::system_error(errno, std::generic_category());
  add_step_summary(*record);
  if (!line.quiet) {
    fmt::print(stderr, "run folder: {}; as a page: tailrace report {} --format html > run.html\n",
               line.run.out, shell_quoted(line.run.out));
  }
  return exit_status(*record, line.run.fail_on);
}

}  // namespace tailrace
