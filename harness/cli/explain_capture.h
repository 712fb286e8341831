// SPDX-License-Identifier: Apache-2.0
// What `pcap` and `pair` share: a capture file read and explained. Any thread.
#pragma once

#include <string>

#include "harness/base/result.h"
#include "harness/flow/capture_analysis.h"

namespace tailrace {

// `filter` as tcpdump takes it, or "". Error: the file cannot be read, or what is wrong with it.
Result<CaptureReport> explain_capture(const std::string& path, const std::string& filter,
                                      const AnalysisOptions& options);

// What convicts is a stall of high confidence; what only explains is clean.
int status_of(const CaptureReport& report);

}  // namespace tailrace
