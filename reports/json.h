// SPDX-License-Identifier: Apache-2.0
// The record itself, for programs: harness/record/results.schema.json. A pure function.
#pragma once

#include <string>

#include "harness/record/run_record.h"

namespace tailrace {

std::string json_report(const RunRecord& record);

}  // namespace tailrace
