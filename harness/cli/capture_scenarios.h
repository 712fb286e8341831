// SPDX-License-Identifier: Apache-2.0
// What checks say of a capture, for `pcap` and `pair`. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "harness/flow/capture_report.h"
#include "harness/record/run_record.h"
#include "harness/run/judge_capture.h"

namespace tailrace {

// What `judge`, which watched the capture, says of it, and what it did not ask.
void add_scenarios(CaptureJudge& judge, CaptureReport& report);
Json scenarios_json(const std::vector<ScenarioResult>& results);  // As in results.json.
// Lines no wider than `width`, where 0 is any.
std::string scenarios_text(const std::vector<ScenarioResult>& results, std::size_t width);
bool any_failed(const std::vector<ScenarioResult>& results);

}  // namespace tailrace
