// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "harness/cli/capture_record.h"
#include "harness/cli/harms.h"
#include "harness/cli/print_report.h"
#include "harness/run/glob.h"
#include "harness/run/judge_run.h"
#include "harness/run/plan.h"
#include "reports/wrap.h"

namespace tailrace {
namespace {

std::string_view role_word(const Scenario& scenario) {
  return name_of(scenario.under_test());
}

template <class Named>
std::string names(const std::vector<Named>& list) {
  std::string text;
  for (const auto& entry : list) text += (text.empty() ? "" : ", ") + std::string(entry.name);
  return text.empty() ? "none" : text;
}

void explain_row(const CatalogueRow& row) {
  fmt::print("{}  binds {}, {}\n", row.id, row.binds, row.state);
  for (const auto& [revision, level] : row.levels) {
    fmt::print("  {}  {}\n", revision, name_of(level));
  }
  fmt::print("  source   {}\n", row.source);
  if (!row.text.empty()) fmt::print("  says     {}\n", row.text);
  if (!row.reason.empty()) fmt::print("  excluded {}\n", row.reason);
}

void explain_harm(const Harm& harm, const Registry& registry, std::string_view told_harms) {
  fmt::print("{}\n  {}\n", harm.id, wrapped(harm.what, 2, console_width()));
  for (const Scenario& scenario : registry) {
    // Each in a line of its own, of which only the first has no other before it.
    const std::string told = fmt::format("{} {}\n", harm.id, scenario.id());
    const bool tells = told_harms.starts_with(told) ||
                       told_harms.find("\n" + told) != std::string_view::npos;
    if (tells) fmt::print("  told by {}: {}\n", scenario.id(), scenario.spec().question);
  }
}

std::vector<const Scenario*> askers(const Registry& registry,
                                    const std::function<bool(const Scenario&)>& asks) {
  std::vector<const Scenario*> found;
  for (const Scenario& scenario : registry) {
    if (asks(scenario)) found.push_back(&scenario);
  }
  return found;
}

void print_askers(const std::vector<const Scenario*>& scenarios) {
  for (const Scenario* scenario : scenarios) {
    fmt::print("  asked by {}: {}\n", scenario->id(), scenario->spec().question);
  }
}

void explain_scenario(const Scenario& scenario, const Catalogue& catalogue) {
  const ScenarioSpec& spec = scenario.spec();
  fmt::print("{}\n  {}\n  judges a {}\n", spec.id, spec.question, role_word(scenario));
  for (const Check& check : spec.checks) fmt::print("  check    {}\n", check.name);
  fmt::print("  catches  {}\n", names(spec.catches));
  if (!spec.catches_with_sessions.empty()) {
    fmt::print("           {} (of servers with sessions)\n", names(spec.catches_with_sessions));
  }
  fmt::print("  spares   {}\n", names(spec.spares));
  if (spec.covers.empty()) {
    fmt::print(
        "  No row of the specification: it convicts only for harm shown in the run, or\n"
        "  warns of a regression known from the field.\n");
  }
  for (const Rule& rule : spec.covers) {
    for (const Requirement& requirement : rule) {
      if (const CatalogueRow* row = catalogue.find(requirement.id)) explain_row(*row);
    }
  }
}

}  // namespace

int complain(const std::string& what) {
  fmt::print(stderr, "tailrace: {}\n", what);
  return kExitUnusable;
}

Result<RunRecord> finished_record(const std::string& folder) {
  if (folder.empty()) return trouble(why_no_run(folder));  // And not the root.
  std::error_code failure;
  if (std::filesystem::exists(folder + "/results.json", failure)) return load_run_record(folder);
  if (!std::filesystem::exists(folder + "/run.json", failure)) return trouble(why_no_run(folder));
  return trouble("'" + folder + "' holds a run that was interrupted, without results.json: " +
                 "tailrace judge " + folder + " judges what was recorded");
}

namespace {

// The packets are not in such a folder: what was said of them stands, against the baseline given.
int judge_captures(RunRecord record, const Baseline& baseline, const CommandLine& line,
                   const Catalogue& catalogue) {
  apply_baseline(baseline, record);
  if (auto saved = save_run_record(record, line.folder); !saved) {
    return complain(saved.error().what);
  }
  print_report(record, line, line.folder, catalogue);
  return capture_exit_status(std::move(record), line.run.fail_on);
}

}  // namespace

int judge_command(const CommandLine& line, const Registry& registry, const Catalogue& catalogue) {
  Baseline baseline;
  // Later reports show it, and `baseline write` keeps it.
  const auto tell = [&line] {
    if (line.run.baseline_file.empty()) return;
    fmt::print(stderr, "{}/results.json holds this baseline from now on; judge it without "
                       "--baseline to undo that\n",
               line.folder);
  };
  if (!line.run.baseline_file.empty()) {
    auto loaded = load_baseline(line.run.baseline_file);
    if (!loaded) return complain(loaded.error().what);
    baseline = std::move(*loaded);
  }
  auto known = load_run_record(line.folder);
  if (known && is_of_captures(*known)) {
    tell();
    return judge_captures(std::move(*known), baseline, line, catalogue);
  }
  if (known && known->shards.size() > 1) {
    return complain("'" + line.folder + "' was merged: it holds no capture to judge; judge each "
                    "shard's own folder, and merge them again");
  }
  auto folder = RunFolder::open(line.folder);
  if (!folder) return complain(folder.error().what);
  auto record = judge_run(*folder, registry, catalogue, baseline);
  if (!record) return complain(record.error().what);
  const auto saved = save_run_record(*record, line.folder);
  print_report(*record, line, line.folder, catalogue);
  if (saved) {
    tell();
  } else {
    fmt::print(stderr, "tailrace: {}; the report is told, and not kept\n", saved.error().what);
  }
  return exit_status(*record, line.run.fail_on);
}

int list_command(const CommandLine& line, const Registry& registry, const Catalogue& catalogue) {
  std::vector<std::string> ids;
  for (const Scenario& scenario : registry) ids.emplace_back(scenario.id());
  for (const std::string& word : line.run.only) {
    if (std::ranges::any_of(registry, [&](const Scenario& one) { return selects(word, one); })) {
      continue;
    }
    const std::string near = nearest_selection(word, ids);
    return complain("'" + word + "' selects no scenario" +
                    (near.empty() ? "" : "; did you mean " + near + "?"));
  }
  std::vector<const Scenario*> listed;
  std::size_t widest = 0;
  for (const Scenario& scenario : registry) {
    const bool wanted = std::ranges::any_of(line.run.only, [&](const std::string& word) {
      return selects(word, scenario);
    });
    if (!wanted && !line.run.only.empty()) continue;
    listed.push_back(&scenario);
    widest = std::max(widest, scenario.id().size());
  }
  for (const Scenario* scenario : listed) {
    fmt::print("{:<{}} {}  {}\n", scenario->id(), widest, role_word(*scenario),
               scenario->spec().question);
  }
  if (!line.run.only.empty()) {
    fmt::print("\n{} of {} scenarios\n", listed.size(), registry.size());
    return kExitClean;
  }
  const auto covered = std::count_if(catalogue.rows().begin(), catalogue.rows().end(),
                                     [](const auto& row) { return row.state == "covered"; });
  fmt::print("\n{} scenarios; {} of {} requirement rows covered\n", registry.size(), covered,
             catalogue.rows().size());
  return kExitClean;
}

int explain_command(const CommandLine& line, const Registry& registry, const Catalogue& catalogue,
                    std::string_view told_harms) {
  std::vector<std::string> ids;
  for (const Scenario& scenario : registry) {
    if (scenario.id() == line.id) {
      explain_scenario(scenario, catalogue);
      return kExitClean;
    }
    ids.emplace_back(scenario.id());
  }
  if (const CatalogueRow* row = catalogue.find(line.id)) {
    explain_row(*row);
    print_askers(askers(registry, [&](const Scenario& s) { return selects(row->id, s); }));
    return kExitClean;
  }
  for (const Harm& harm : harms()) {
    if (harm.id == line.id) {
      explain_harm(harm, registry, told_harms);
      return kExitClean;
    }
    ids.emplace_back(harm.id);
  }
  // The name of a check, as reports and baselines have it, or of a suite.
  const auto named = askers(registry, [&](const Scenario& scenario) {
    return std::ranges::any_of(scenario.spec().checks,
                               [&](const Check& check) { return check.name == line.id; }) ||
           scenario.id().starts_with(line.id + ".");
  });
  if (!named.empty()) {
    fmt::print("{}\n", line.id);
    print_askers(named);
    return kExitClean;
  }
  const std::string near = nearest_word(line.id, ids);
  return complain("'" + line.id + "' is no scenario, suite, check, requirement or harm" +
                  (near.empty() ? "" : "; did you mean " + near + "?"));
}

int report_command(const CommandLine& line, const Catalogue& catalogue) {
  auto record = finished_record(line.folder);
  if (!record) return complain(record.error().what);
  if (!line.run.baseline_file.empty()) {
    const auto baseline = load_baseline(line.run.baseline_file);
    if (!baseline) return complain(baseline.error().what);
    apply_baseline(*baseline, *record);
  }
  print_report(*record, line, line.folder, catalogue);
  return kExitClean;
}

}  // namespace tailrace
