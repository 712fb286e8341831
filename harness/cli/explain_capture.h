// SPDX-License-Identifier: Apache-2.0
// What `pcap` and `pair` share: a capture read and explained. Any thread.
#pragma once

#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/flow/capture_analysis.h"

namespace tailrace {

// The files of one capture. `filter` as tcpdump takes it, or "". Error: one cannot be read, or what
// is wrong with the filter.
Result<CaptureReport> explain_capture(const std::vector<std::string>& files,
                                      const std::string& filter, const AnalysisOptions& options);

// What a reader should know: what could not be read, and why.
void add_notes(CaptureReport& report);

// What convicts is a stall of high confidence or a failed check; what only explains is clean.
int status_of(const CaptureReport& report);

// Where its verdict is insufficient-evidence.
std::string why_insufficient(const CaptureReport& report);

// By the capture itself: what was not seen may have been there.
bool lost_packets(const CaptureReport& report);

}  // namespace tailrace
