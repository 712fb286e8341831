// SPDX-License-Identifier: Apache-2.0
// Captures that are still going on, explained when Ctrl-C ends them. One thread.
#pragma once

#include <string>

#include "harness/base/result.h"
#include "harness/flow/capture_analysis.h"

namespace tailrace {

// What passes an interface. `filter` as tcpdump takes it, or "" for all of TCP.
Result<CaptureReport> explain_interface(const std::string& interface, const std::string& filter,
                                        const AnalysisOptions& options, bool quiet);
// A file that another program writes.
Result<CaptureReport> explain_followed(const std::string& file, const std::string& filter,
                                       const AnalysisOptions& options, bool quiet);

}  // namespace tailrace
