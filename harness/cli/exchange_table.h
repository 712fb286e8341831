// SPDX-License-Identifier: Apache-2.0
// The exchanges of a capture for a terminal: all of a few, the longest of many, each with its time
// by cause. A pure function, any thread.
#pragma once

#include <cstddef>
#include <string>

#include "harness/flow/capture_report.h"

namespace tailrace {

// `width`: columns that causes are broken at, between each other; 0: not at all. Empty where there
// is no exchange.
std::string exchange_table(const CaptureReport& report, std::size_t width);

}  // namespace tailrace
