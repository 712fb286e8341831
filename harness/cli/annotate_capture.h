// SPDX-License-Identifier: Apache-2.0
// A capture written back as pcapng, with a comment on each packet that a finding names. One thread.
#pragma once

#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/flow/capture_report.h"

namespace tailrace {

// All packets of `files`, also those that a filter left out of the report. Error: which file cannot
// be read again or written; standard input cannot.
Status annotate_capture(const std::vector<std::string>& files, const CaptureReport& report,
                        const std::string& out);

}  // namespace tailrace
