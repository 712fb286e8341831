// SPDX-License-Identifier: Apache-2.0
// JUnit XML as Jenkins, GitLab and GitHub actions read it. A pure function.
//
// warn is a pass with a property; not_applicable is skipped with its reason; inconclusive and
// harness_error are errors; expected failures of the baseline are skipped.
#pragma once

#include <string>

#include "harness/record/run_record.h"

namespace tailrace {

std::string junit_report(const RunRecord& record);

}  // namespace tailrace
