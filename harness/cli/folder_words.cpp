// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/folder_words.h"

#include "harness/cli/choice.h"

namespace tailrace {

namespace {

const std::map<std::string, FailOn> kFailOns = {
    {"must", FailOn::kMust}, {"harm", FailOn::kHarm}, {"should", FailOn::kShould}};
const std::map<std::string, Format> kFormats = {{"console", Format::kConsole},
                                                {"json", Format::kJson},
                                                {"junit", Format::kJunit},
                                                {"markdown", Format::kMarkdown},
                                                {"html", Format::kHtml}};

CLI::App& add_command(CLI::App& app, CommandLine& line, Command command, const std::string& name,
                      const std::string& help) {
  CLI::App& added = *app.add_subcommand(name, help);
  added.callback([&line, command] { line.command = command; });
  return added;
}

void add_folder(CLI::App& app, CommandLine& line, bool needed) {
  app.add_option("folder", line.folder, "The run's folder")->type_name("RUN_DIR")->required(needed);
}

void add_baseline(CLI::App& app, CommandLine& line) {
  CLI::App& baseline = *app.add_subcommand("baseline", "Write or check a list of known failures");
  baseline.require_subcommand(1);
  CLI::App& write = add_command(baseline, line, Command::kBaselineWrite, "write",
                                "Expect exactly what failed in a run");
  add_folder(write, line, true);
  write.add_option("--reason", line.reason, "Why the new entries are expected");
  write.add_option("--out", line.file, "Write it there (default: standard output)")
      ->type_name("FILE");
  write.add_flag("--force", line.force, "Over a file that exists");
  CLI::App& check = add_command(baseline, line, Command::kBaselineCheck, "check",
                                "Check a list, and hold it against a run");
  check.add_option("file", line.file, "The list (JSON)")->type_name("FILE")->required();
  add_folder(check, line, false);
  // Exactly as listed is without a warning that is not.
  check.preparse_callback([&line](std::size_t) { line.run.fail_on = FailOn::kShould; });
  add_choice(check, "--fail-on", line.run.fail_on, kFailOns,
             "What makes it fail: a broken MUST, also harm, also a SHOULD (default)");
}

}  // namespace

void add_fail_on(CLI::App& app, FailOn& fail_on) {
  add_choice(app, "--fail-on", fail_on, kFailOns,
             "What makes the run fail: a broken MUST, also harm (default), also a SHOULD");
}

void add_report_options(CLI::App& app, CommandLine& line) {
  add_choice(app, "--format", line.format, kFormats, "Form of the report on standard output");
  app.add_flag("-v,--verbose", line.verbose, "Also notes and the measurements of what passed");
}

void add_folder_commands(CLI::App& app, CommandLine& line) {
  add_baseline(app, line);
  CLI::App& diff =
      add_command(app, line, Command::kDiff, "diff", "What changed from one run to another");
  diff.add_option("folders", line.folders, "Their folders")
      ->type_name("RUN_DIR")
      ->expected(2)
      ->required();
  add_report_options(diff, line);
  CLI::App& merge =
      add_command(app, line, Command::kMerge, "merge", "Merge the runs of --shard into one folder");
  merge.add_option("folders", line.folders, "Their folders")->type_name("RUN_DIR")->required();
  merge.add_option("--out", line.file, "The merged run's folder")->type_name("DIR")->required();
  add_fail_on(merge, line.run.fail_on);
  add_report_options(merge, line);
  CLI::App& redact =
      add_command(app, line, Command::kRedact, "redact", "Rewrite a run's folder without secrets");
  add_folder(redact, line, true);
  redact.add_option("--secret-env", line.secrets, "A variable whose value is a secret")
      ->type_name("VAR")
      ->allow_extra_args(false);
  CLI::App& reproduce = add_command(app, line, Command::kReproduce, "reproduce",
                                    "A scenario as a Python program that needs no Tailrace");
  add_folder(reproduce, line, true);
  reproduce.add_option("id", line.id, "The scenario's id")->type_name("ID")->required();
}

}  // namespace tailrace
