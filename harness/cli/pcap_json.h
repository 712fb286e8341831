// SPDX-License-Identifier: Apache-2.0
// A CaptureReport as the JSON of schema tailrace.capture/1 (capture.schema.json). Pure; any thread.
#pragma once

#include "harness/flow/capture_report.h"

namespace tailrace {

inline constexpr std::string_view kCaptureSchema = "tailrace.capture/1";

Json to_json(const CaptureReport& report);

}  // namespace tailrace
