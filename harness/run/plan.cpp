// SPDX-License-Identifier: Apache-2.0
#include "harness/run/plan.h"

#include <algorithm>
#include <charconv>
#include <random>
#include <set>

#include "harness/run/glob.h"

namespace tailrace {
namespace {

// Our own instances of a server, each in memory of its own: as many as two cores keep busy.
constexpr int kOwnJobs = 4;

bool is_selected(const RunOptions& options, const Scenario& scenario) {
  return options.only.empty() ||
         std::any_of(options.only.begin(), options.only.end(),
                     [&](const std::string& word) { return selects(word, scenario); });
}

Status check_selection(const RunOptions& options, const Registry& registry) {
  std::vector<std::string> ids;
  for (const Scenario& scenario : registry) {
    if (scenario.under_test() == options.under_test) ids.emplace_back(scenario.id());
  }
  for (const std::string& glob : options.only) {
    const bool any = std::any_of(registry.begin(), registry.end(), [&](const Scenario& scenario) {
      return scenario.under_test() == options.under_test && selects(glob, scenario);
    });
    if (any) continue;
    const std::string near = nearest_selection(glob, ids);
    return trouble("--only '" + glob + "' selects no scenario for a " +
                   name_of(options.under_test) +
                   (near.empty() ? "; see tailrace list" : "; did you mean " + near + "?"));
  }
  return {};
}

std::vector<std::string> modes_of(const RunOptions& options) {
  if (!options.modes.empty()) return options.modes;
  std::vector<std::string> modes = {"default"};
  if (options.manifest && !options.url) {  // What runs already is in the mode it is in.
    for (const auto& mode : options.manifest->modes) modes.push_back(mode.first);
  }
  return modes;
}

// Every count-th run, so that suites and their long scenarios spread over the shards.
void keep_shard(const Shard& shard, std::vector<PlannedRun>& runs) {
  std::vector<PlannedRun> kept;
  for (std::size_t at = shard.index - 1; at < runs.size(); at += shard.count) {
    kept.push_back(runs[at]);
  }
  runs = std::move(kept);
}

// `--revision all` is all that it speaks, and of a client the manifest says whether the stateless
// one is among them. Named, it is meant.
bool is_unspoken(const RunOptions& options, const std::string& revision) {
  return options.under_test == Side::kClient && options.manifest && !options.manifest->stateless &&
         options.revisions.size() == std::size(kRevisions) && revision == kStatelessRevision;
}

std::string asked_about(const Scenario& scenario) {
  const std::string_view one = scenario.spec().only_in;
  if (!one.empty()) return "revision " + std::string(one) + ", which is not";
  const bool sessions = scenario.spec().era == Era::kSessions;
  return std::string("revisions ") + (sessions ? "with" : "without") +
         " sessions, and none of them is";
}

}  // namespace

std::string nearest_selection(std::string_view word, std::vector<std::string> ids) {
  std::set<std::string> suites;
  for (const std::string& id : ids) suites.insert(id.substr(0, id.find('.')));
  for (const std::string& suite : suites) {
    ids.push_back(suite);
    if (word.ends_with(".*")) ids.push_back(suite + ".*");
  }
  return nearest_word(word, ids);
}

std::optional<Shard> shard_of(std::string_view text) {
  constexpr std::size_t kMostShards = 10'000;
  Shard shard{0, 0};
  const char* end = text.data() + text.size();
  const auto index = std::from_chars(text.data(), end, shard.index);
  if (index.ptr == end || *index.ptr != '/') return std::nullopt;
  const auto count = std::from_chars(index.ptr + 1, end, shard.count);
  const bool whole = count.ec == std::errc() && count.ptr == end;
  const bool fits = shard.index >= 1 && shard.index <= shard.count && shard.count <= kMostShards;
  return whole && fits ? std::optional(shard) : std::nullopt;
}

int jobs_of(const RunOptions& options) {
  if (options.jobs > 0) return options.jobs;
  return options.url || options.safe ? 1 : kOwnJobs;
}

int told_notices(const RunOptions& options) {
  if (options.tools.chatty || !options.manifest) return 0;
  const auto chatty = options.manifest->tools.find("chatty");
  return chatty == options.manifest->tools.end() ? 0 : chatty->second.notifications.value_or(0);
}

bool selects(std::string_view word, const Scenario& scenario) {
  const std::string_view id = scenario.id();
  if (glob_matches(word, id) || word == id.substr(0, id.find('.'))) return true;
  const auto& covers = scenario.spec().covers;
  return std::any_of(covers.begin(), covers.end(), [&](const Rule& rule) {
    return std::any_of(rule.begin(), rule.end(), [&](const auto& r) { return r.id == word; });
  });
}

Result<Plan> make_plan(const RunOptions& options, const Registry& registry,
                       const std::vector<std::string>& revisions) {
  if (auto good = check_selection(options, registry); !good) {
    return std::unexpected(good.error());
  }
  Plan plan;
  for (const std::string& mode : modes_of(options)) {
    for (const std::string& revision : revisions) {
      if (is_unspoken(options, revision)) continue;
      for (const Scenario& scenario : registry) {
        if (scenario.under_test() != options.under_test) continue;
        if (!is_selected(options, scenario)) continue;
        if (options.quick && scenario.spec().growth) continue;
        if (!scenario.asks_in(revision)) continue;
        for (int repeat = 1; repeat <= options.repeat; ++repeat) {
          plan.runs.push_back({&scenario, revision, mode, repeat});
        }
      }
    }
  }
  if (options.under_test == Side::kServer && options.revisions.empty() && options.only.empty() &&
      revisions.front() > kRevisions[0] && revisions.front() < kStatelessRevision) {
    plan.not_asked.emplace_back("older revisions: asked only where --revision names them");
  }
  if (is_unspoken(options, revisions.back())) {
    plan.not_asked.push_back(revisions.back() + ": the manifest does not say that the client "
                                                "speaks it (`stateless`)");
  }
  for (const Scenario& scenario : registry) {
    const bool asked = options.quick && scenario.spec().growth && is_selected(options, scenario) &&
                       scenario.under_test() == options.under_test &&
                       std::ranges::any_of(revisions, [&](const std::string& revision) {
                         return !is_unspoken(options, revision) && scenario.asks_in(revision);
                       });
    if (!asked) continue;
    plan.not_asked.push_back(std::string(scenario.id()) +
                             ": a question of growth, left out by --quick");
  }
  // What was asked for by name and holds in none of the revisions is said, not forgotten.
  for (const Scenario& scenario : registry) {
    if (options.only.empty() || scenario.under_test() != options.under_test ||
        !is_selected(options, scenario) || (options.quick && scenario.spec().growth)) {
      continue;
    }
    const bool planned = std::any_of(plan.runs.begin(), plan.runs.end(),
                                     [&](const auto& run) { return run.scenario == &scenario; });
    if (planned) continue;
    plan.not_asked.push_back(std::string(scenario.id()) + ": it asks about " +
                             asked_about(scenario) + " spoken or chosen");
  }
  keep_shard(options.shard, plan.runs);
  if (options.shuffle_seed) {
    std::mt19937_64 random(*options.shuffle_seed);
    std::shuffle(plan.runs.begin(), plan.runs.end(), random);
  }
  std::stable_partition(plan.runs.begin(), plan.runs.end(),
                        [](const PlannedRun& run) { return !run.scenario->spec().exclusive; });
  return plan;
}

}  // namespace tailrace
