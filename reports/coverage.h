// SPDX-License-Identifier: Apache-2.0
// Which requirements a run asked for and what came of it, as a section of the HTML report. A pure
// function, any thread.
#pragma once

#include <string>
#include <vector>

#include "harness/record/run_record.h"

namespace tailrace {

// A row of the catalogue, as far as a reader of reports wants it.
struct RequirementRow {
  std::string id, level, binds, source, state, reason;
};

std::string coverage_section(const RunRecord& record, const std::vector<RequirementRow>& rows);

}  // namespace tailrace
