// SPDX-License-Identifier: Apache-2.0
// Markdown for the summary of a pull request. A pure function.
#pragma once

#include <string>

#include "harness/record/run_record.h"

namespace tailrace {

std::string markdown_report(const RunRecord& record);

}  // namespace tailrace
