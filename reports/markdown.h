// SPDX-License-Identifier: Apache-2.0
// Markdown for a pull request or a job's summary: what did not pass as a table, each finding
// folded, what passed folded. A pure function, any thread. Bounded: a comment may hold 65,536
// characters, so further findings are counted and left to the other reports.
#pragma once

#include <string>

#include "harness/record/run_record.h"

namespace tailrace {

std::string markdown_report(const RunRecord& record);

}  // namespace tailrace
