// SPDX-License-Identifier: Apache-2.0
// Captures that were explained as a RunRecord, so that every report tells them. Pure; any thread.
#pragma once

#include <vector>

#include "harness/flow/capture_report.h"
#include "harness/record/run_record.h"
#include "harness/run/verdict.h"

namespace tailrace {

// One scenario for each capture: no call of it waits for a delayed ACK. What only explains is a
// note. `capture` of the record holds the whole reports, one as an object and several as a list.
RunRecord record_of(const std::vector<CaptureReport>& reports);

// Whether a record is of captures, and its exit status: what checks could not see of a capture is
// told, and does not count.
bool is_of_captures(const RunRecord& record);
int capture_exit_status(RunRecord record, FailOn fail_on);

}  // namespace tailrace
