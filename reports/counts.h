// SPDX-License-Identifier: Apache-2.0
// What every report counts and says alike. Pure functions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/record/run_record.h"

namespace tailrace {

std::map<Verdict, std::size_t> count_verdicts(const RunRecord& record);
std::string summary_line(const RunRecord& record);   // "12 pass, 1 fail, 2 not_applicable"
std::string suite_of(const ScenarioResult& result);  // What stands before the first dot of its id.
// "2025-11-25", with mode and repeat where they are not the plain ones.
std::string variant_of(const ScenarioResult& result);
std::string level_text(const Finding& finding, const std::string& revision);
// "" when packets were captured; otherwise the banner that every report carries.
std::string packet_banner(const RunRecord& record);
std::string name_of_implementation(const RunRecord& record);
// "+12.34 ms  server  what" lines, the gap marked.
std::vector<std::string> ladder_lines(const Finding& finding);

}  // namespace tailrace
