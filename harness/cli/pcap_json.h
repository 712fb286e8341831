// SPDX-License-Identifier: Apache-2.0
// A CaptureReport as the JSON of schema tailrace.capture/1 (capture.schema.json). Pure; any thread.
#pragma once

#include "harness/flow/capture_report.h"
#include "harness/wire/json_writer.h"

namespace tailrace {

inline constexpr std::string_view kCaptureSchema = "tailrace.capture/1";

Json to_json(const CaptureReport& report);
// The same text, without the whole of it in memory.
void write_json(const CaptureReport& report, JsonWriter& writer);

}  // namespace tailrace
