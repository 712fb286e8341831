// SPDX-License-Identifier: Apache-2.0
// Plan: which scenarios run, at which revision and in which mode, in which order. Pure.
#pragma once

#include "harness/run/options.h"
#include "harness/scenario/scenario.h"

namespace tailrace {

// The newest with sessions: what initialize asks for where nothing else is known.
inline constexpr std::string_view kNewestRevision = "2025-11-25";
inline constexpr std::string_view kStatelessRevision = "2026-07-28";
inline constexpr std::string_view kRevisions[] = {"2025-03-26", "2025-06-18", "2025-11-25",
                                                  kStatelessRevision};

struct PlannedRun {
  const Scenario* scenario = nullptr;
  std::string revision;  // "auto" for a client that names its own.
  std::string mode;
  int repeat = 1;
};

struct Plan {
  std::vector<PlannedRun> runs;  // Exclusive ones last.
  std::vector<std::string> not_asked;
};

// Scenarios at once: as asked for; otherwise one at a time against somebody else's server, and
// several instances of what we start ourselves, since scenarios mostly wait.
int jobs_of(const RunOptions& options);
// "2/3" as one of three parts. None: it is not K/N with 1 <= K <= N, or N is beyond 10,000.
std::optional<Shard> shard_of(std::string_view text);
// How many notifications its owner says that a call of the chatty tool brings; 0: not told.
int told_notices(const RunOptions& options);

// Whether a word of --only selects the scenario: a glob over ids, the name of a suite, or a
// requirement that it covers.
bool selects(std::string_view word, const Scenario& scenario);

// Of ids and their suites, also as "suite.*", what is nearest to a word that selects none of them;
// "" where nothing is near.
std::string nearest_selection(std::string_view word, std::vector<std::string> ids);

// Error: a word of `only` that selects nothing, with the nearest id.
Result<Plan> make_plan(const RunOptions& options, const Registry& registry,
                       const std::vector<std::string>& revisions);

}  // namespace tailrace
