// SPDX-License-Identifier: Apache-2.0
#include "harness/run/plan.h"

#include <algorithm>
#include <random>

#include "harness/run/glob.h"

namespace tailrace {
namespace {

bool is_selected(const RunOptions& options, std::string_view id) {
  return options.only.empty() ||
         std::any_of(options.only.begin(), options.only.end(),
                     [&](const std::string& glob) { return glob_matches(glob, id); });
}

Status check_selection(const RunOptions& options, const Registry& registry) {
  std::vector<std::string> ids;
  for (const Scenario& scenario : registry) {
    if (scenario.under_test() == options.under_test) ids.emplace_back(scenario.id());
  }
  for (const std::string& glob : options.only) {
    const bool selects = std::any_of(ids.begin(), ids.end(),
                                     [&](const std::string& id) { return glob_matches(glob, id); });
    if (selects) continue;
    const std::string near = nearest_word(glob, ids);
    return trouble("--only '" + glob + "' selects no scenario for a " +
                   name_of(options.under_test) +
                   (near.empty() ? "; see tailrace list" : "; did you mean " + near + "?"));
  }
  return {};
}

std::vector<std::string> modes_of(const RunOptions& options) {
  if (!options.modes.empty()) return options.modes;
  std::vector<std::string> modes = {"default"};
  if (options.manifest) {
    for (const auto& mode : options.manifest->modes) modes.push_back(mode.first);
  }
  return modes;
}

}  // namespace

Result<Plan> make_plan(const RunOptions& options, const Registry& registry,
                       const std::vector<std::string>& revisions) {
  if (auto good = check_selection(options, registry); !good) {
    return std::unexpected(good.error());
  }
  Plan plan;
  for (const std::string& mode : modes_of(options)) {
    for (const std::string& revision : revisions) {
      for (const Scenario& scenario : registry) {
        if (scenario.under_test() != options.under_test) continue;
        if (!is_selected(options, scenario.id())) continue;
        if (scenario.spec().era != era_of(revision)) continue;
        for (int repeat = 1; repeat <= options.repeat; ++repeat) {
          plan.runs.push_back({&scenario, revision, mode, repeat});
        }
      }
    }
  }
  // What was asked for by name and holds in none of the revisions is said, not forgotten.
  for (const Scenario& scenario : registry) {
    if (options.only.empty() || scenario.under_test() != options.under_test ||
        !is_selected(options, scenario.id())) {
      continue;
    }
    const bool planned = std::any_of(plan.runs.begin(), plan.runs.end(),
                                     [&](const auto& run) { return run.scenario == &scenario; });
    if (planned) continue;
    const bool sessions = scenario.spec().era == Era::kSessions;
    plan.not_asked.push_back(std::string(scenario.id()) + ": it asks about revisions " +
                             (sessions ? "with sessions" : "without sessions") +
                             ", and none of them is spoken or chosen");
  }
  if (options.shuffle_seed) {
    std::mt19937_64 random(*options.shuffle_seed);
    std::shuffle(plan.runs.begin(), plan.runs.end(), random);
  }
  std::stable_partition(plan.runs.begin(), plan.runs.end(),
                        [](const PlannedRun& run) { return !run.scenario->spec().exclusive; });
  return plan;
}

}  // namespace tailrace
