// SPDX-License-Identifier: Apache-2.0
// What every report counts and says alike of a run. Pure functions, any thread. Texts come escaped
// for a terminal (harness/wire/escape.h) and bounded: a record may be a file that somebody sent.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/record/run_record.h"

namespace tailrace {

// "pass", "fail", ...; of what a baseline lists "expected", or "unstable".
std::string_view shown_word(const ScenarioResult& result);
// "1 scenario", "2 scenarios"
std::string counted(std::size_t count, std::string_view one, std::string_view more);
// By verdict; what the baseline lists as expected is left out.
std::map<Verdict, std::size_t> count_verdicts(const RunRecord& record);
// "12 pass, 1 fail, 2 not_applicable, 1 expected, 3 not asked"
std::string summary_line(const RunRecord& record);
// "exit status 1: ..."; the statuses of fairness: 0 clean, 1 failed, 2 unusable, 3 inconclusive.
std::string exit_line(int status);

std::string name_of_implementation(const RunRecord& record);
// "own network, profile full"; "" of a capture, which had neither of us.
std::string conditions_of(const RunRecord& record);
// What every report says first: that there were no packets, that a part of the run is missing, that
// a client never ended.
std::vector<std::string> banners(const RunRecord& record);

struct NotAsked {
  std::string why;
  std::vector<std::string> ids;
};
std::vector<NotAsked> not_asked_by_reason(const RunRecord& record);  // In order of appearance.

// Runs of --repeat that did not agree: "ID 2025-11-25: fail in 3, pass in 17 of 20 runs".
std::vector<std::string> unstable_lines(const RunRecord& record);

std::string suite_of(const ScenarioResult& result);  // What stands before the first dot of its id.
// "2025-11-25", with mode and repeat where they are not the plain ones.
std::string variant_of(const ScenarioResult& result);

}  // namespace tailrace
