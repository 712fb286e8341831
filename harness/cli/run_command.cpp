// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>

#include "harness/cli/commands.h"
#include "harness/cli/interrupt_note.h"
#include "harness/cli/print_report.h"
#include "harness/cli/progress_line.h"
#include "harness/cli/run_words.h"
#include "harness/run/runner.h"

namespace tailrace {

int run_command(const CommandLine& line, const Registry& registry, const Catalogue& catalogue) {
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
