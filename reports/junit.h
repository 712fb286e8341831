// SPDX-License-Identifier: Apache-2.0
// JUnit XML as the readers of CI systems take it. A pure function, any thread.
//
// A pass and a warn pass (a warn with the properties `verdict` and `level`, its text in
// system-out); not_applicable is skipped with its reason; fail is a failure with the six parts;
// inconclusive and harness_error are errors; a failure that the baseline expects is skipped. What
// was not asked stands as skipped in a suite of its own, a stale baseline entry as a failure.
#pragma once

#include <string>

#include "harness/record/run_record.h"

namespace tailrace {

std::string junit_report(const RunRecord& record);

}  // namespace tailrace
