// SPDX-License-Identifier: Apache-2.0
// What checks say of a capture, for `pcap` and `pair`. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "harness/record/run_record.h"

namespace tailrace {

Json scenarios_json(const std::vector<ScenarioResult>& results);  // As in results.json.
// Lines no wider than `width`, where 0 is any.
std::string scenarios_text(const std::vector<ScenarioResult>& results, std::size_t width);
bool any_failed(const std::vector<ScenarioResult>& results);

}  // namespace tailrace
