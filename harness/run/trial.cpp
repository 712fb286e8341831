// SPDX-License-Identifier: Apache-2.0
#include "harness/run/trial.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/judge/always.h"
#include "harness/run/glob.h"
#include "harness/run/plan.h"

namespace tailrace {
namespace {

// The reference client's own limit: short, so that a call that hangs shows soon, and long beside
// what a loaded machine takes for a call.
constexpr Millis kClientLimit{2000};
// What the reference server needs for an answer, also on a loaded machine, and between two looks at
// its silent streams.
constexpr Millis kAnswer{6000}, kKeepAlive{1000};
constexpr Millis kSlowTool{500};  // Long enough to be cut, cancelled and resumed in flight.
// Scenarios of a trial mostly wait, so several share the machine.
constexpr int kJobs = 4;

template <class Named>
bool names(const std::vector<Named>& list, const std::string& name) {
  return std::any_of(list.begin(), list.end(), [&](const auto& e) { return e.name == name; });
}

bool concerns(const Scenario& scenario, const Trial& trial) {
  if (trial.expected == Expected::kPass) return true;
  if (trial.expected == Expected::kSpared) return names(scenario.spec().spares, trial.name);
  return names(scenario.spec().catches, trial.name) ||
         names(scenario.spec().catches_with_sessions, trial.name);
}

// The only revision that the scenario can be tried at; "": all that it asks in.
std::string_view revision_of(const Scenario& scenario, const Trial& trial) {
  const bool with_sessions = names(scenario.spec().catches_with_sessions, trial.name);
  return with_sessions ? kNewestRevision : scenario.spec().only_in;
}

// What the reference server has for questions that need more than tools/list.
std::map<std::string, ManifestTool> reference_tools() {
  std::map<std::string, ManifestTool> tools;
  const auto add = [&](const char* kind, const char* name, const char* arguments) {
    tools[kind] = {name, *parse_json(arguments)};
  };
  const std::string slow = fmt::format(R"({{"ms":{}}})", stretched(kSlowTool).count());
  add("slow", "slow", slow.c_str());
  add("failing", "fail", "{}");
  add("refused", "refuse", "{}");
  add("chatty", "notify", R"({"n":3})");
  tools["chatty"].notifications = 6;  // Each is logged, and told as progress.
  add("asking", "ask", "{}");
  add("big", "big", R"({"bytes":5000000})");
  add("sized", "big", R"({"bytes":"{bytes}"})");
  return tools;
}

// Those that run alone become trials of their own, so that they do not queue behind each other.
void add_trials(std::vector<Trial>& trials, const Trial& of, const Registry& registry,
                const Selection& selection) {
  Trial shared = of;
  for (const Scenario& scenario : registry) {
    const bool chosen = scenario.under_test() == of.role && selection.takes(scenario.id());
    if (!chosen || !concerns(scenario, of)) continue;
    const std::string_view only_in = revision_of(scenario, of);
    if (!scenario.spec().exclusive && only_in.empty()) {
      shared.scenarios.emplace_back(scenario.id());
      continue;
    }
    Trial alone = of;
    alone.scenarios = {std::string(scenario.id())};
    alone.alone = scenario.spec().exclusive;
    alone.revision = only_in;
    alone.growth = scenario.spec().growth;
    trials.push_back(std::move(alone));
  }
  if (!shared.scenarios.empty()) trials.push_back(std::move(shared));
}

}  // namespace

std::string_view name_of(Expected expected) {
  if (expected == Expected::kPass) return "passes";
  return expected == Expected::kCaught ? "caught" : "spared";
}

bool Selection::takes(std::string_view id) const {
  const auto matches = [id](const std::string& glob) { return glob_matches(glob, id); };
  return (only.empty() || std::ranges::any_of(only, matches)) &&
         std::ranges::none_of(except, matches);
}

std::vector<Trial> all_trials(const Registry& registry, const Selection& selection) {
  std::vector<Trial> trials;
  for (const Side role : {Side::kServer, Side::kClient}) {
    std::set<std::string> faults, oddities;
    for (const Scenario& scenario : registry) {
      if (scenario.under_test() != role) continue;
      for (const Fault& fault : scenario.spec().catches) faults.emplace(fault.name);
      for (const Fault& fault : scenario.spec().catches_with_sessions) faults.emplace(fault.name);
      for (const Oddity& oddity : scenario.spec().spares) oddities.emplace(oddity.name);
    }
    add_trials(trials, {role, "", "", Expected::kPass, {}, false, "", 0}, registry, selection);
    for (const std::string& name : faults) {
      add_trials(trials, {role, "--fault", name, Expected::kCaught, {}, false, "", 0}, registry,
                 selection);
    }
    for (const std::string& name : oddities) {
      add_trials(trials, {role, "--oddity", name, Expected::kSpared, {}, false, "", 0}, registry,
                 selection);
    }
  }
  std::stable_sort(trials.begin(), trials.end(), [](const Trial& a, const Trial& b) {
    return a.scenarios.size() > b.scenarios.size();
  });
  for (std::size_t i = 0; i < trials.size(); ++i) trials[i].number = i;
  return trials;
}

RunOptions options_for(const Trial& trial, const std::string& server, const std::string& client) {
  RunOptions options;
  options.under_test = trial.role;
  std::vector<std::string> command = {trial.role == Side::kServer ? server : client};
  if (trial.role == Side::kServer) command.push_back("{port}");
  if (!trial.flag.empty()) command.insert(command.end(), {trial.flag, trial.name});
  options.manifest = manifest_for_command(trial.role, command);
  options.manifest->counts_calls = true;
  options.manifest->call_limit = stretched(kClientLimit);
  options.manifest->times.answer = kAnswer;
  options.manifest->times.keep_alive = kKeepAlive;
  options.manifest->closes = true;
  options.manifest->stateless = true;
  options.manifest->parallel = true;
  options.manifest->large = true;
  options.manifest->serves = trial.alone;  // For questions about many sessions.
  if (trial.role == Side::kServer) options.manifest->tools = reference_tools();
  options.source = fmt::format("-- {}", fmt::join(command, " "));
  options.only = trial.scenarios;
  if (!trial.revision.empty()) options.revisions = {trial.revision};
  options.jobs = kJobs;
  options.require_packets = true;
  return options;
}

bool holds(const ScenarioResult& result, const Scenario& scenario, Expected expected) {
  const bool clean = result.verdict == Verdict::kPass;
  if (expected == Expected::kPass) return clean;
  if (expected == Expected::kSpared) return clean || result.verdict == Verdict::kNotApplicable;
  const bool convicts = result.verdict == Verdict::kFail || result.verdict == Verdict::kWarn;
  const auto own = [&](const Finding& finding) {
    return std::any_of(scenario.spec().checks.begin(), scenario.spec().checks.end(),
                       [&](const Check& check) { return check.name == finding.check; });
  };
  const auto of_every = [&](const Finding& finding) {
    return std::ranges::any_of(laws_of_every(scenario.under_test()), [&](const Check& law) {
      return law.name == finding.check;
    });
  };
  return convicts && std::ranges::any_of(result.findings, own) &&
         std::ranges::all_of(result.findings,
                             [&](const Finding& f) { return own(f) || of_every(f); });
}

}  // namespace tailrace
