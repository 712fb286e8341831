// SPDX-License-Identifier: Apache-2.0
// A CaptureReport for a terminal: the main cause in one paragraph, the exchanges with their time by
// cause, the packets of the worst wait. Pure; any thread.
#pragma once

#include <string>

#include "harness/flow/capture_report.h"

namespace tailrace {

// `width`: columns that prose is wrapped at; 0: not at all.
std::string console_text(const CaptureReport& report, std::size_t width);

}  // namespace tailrace
