// SPDX-License-Identifier: Apache-2.0
// A CaptureReport for a terminal: the main cause in one paragraph, the exchanges with their time by
// cause, the packets of the worst wait. Pure; any thread.
#pragma once

#include <string>

#include "harness/flow/capture_report.h"

namespace tailrace {

std::string console_text(const CaptureReport& report);

}  // namespace tailrace
