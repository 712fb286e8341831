// SPDX-License-Identifier: Apache-2.0
// Verdicts: judgements of one scenario's checks merged into its result, results of a run into an
// exit status (fairness.md, section 1). Pure.
#pragma once

#include <map>
#include <string>

#include "harness/record/run_record.h"
#include "harness/scenario/scenario.h"

namespace tailrace {

// Where the line between a clean run and a failed one stands: --fail-on.
enum class FailOn : std::uint8_t { kMust, kHarm, kShould };

inline constexpr int kExitClean = 0;         // Nothing failed, or exactly as baselined.
inline constexpr int kExitFailed = 1;        // A failure, or a stale baseline entry.
inline constexpr int kExitUnusable = 2;      // Wrong usage, nothing judged, or trouble of ours.
inline constexpr int kExitInconclusive = 3;  // Nothing failed, but something was not seen.

// Fills verdict, reason, findings and measurements of `result`.
void judge_scenario(const Scenario& scenario, const Evidence& evidence, ScenarioResult& result);
// The same for one of several scenarios that are judged by the same evidence, of one side: what the
// laws of every history say of it is asked once.
using HeardLaws = std::map<std::string, Judgement>;
void judge_scenario(const Scenario& scenario, const Evidence& evidence, HeardLaws& heard,
                    ScenarioResult& result);

int exit_status(const RunRecord& record, FailOn fail_on);

}  // namespace tailrace
