// SPDX-License-Identifier: Apache-2.0
// The report for a browser: one file that needs nothing else, not even its script, to be read. A
// pure function of the record and of what lies beside it, which the caller reads. Any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/record/run_record.h"
#include "reports/coverage.h"
#include "reports/figures.h"

namespace tailrace {

struct HtmlSources {
  // What was seen in a scenario; none where its history is gone. Called once for each.
  std::function<std::optional<ScenarioStory>(const ScenarioResult&)> story;
  std::vector<RequirementRow> requirements;
};

std::string html_report(const RunRecord& record, const HtmlSources& sources);

}  // namespace tailrace
