// SPDX-License-Identifier: Apache-2.0
// Checks of what a client does after the end of a response stream: it does not resume one whose
// final message it has (fairness.md, section 2, drain, clients). Pure.
#pragma once

#include "harness/judge/check.h"
#include "harness/judge/closure.h"

namespace tailrace {

// Marks by which the scripted server tells the checks what it knows of the client.
inline constexpr std::string_view kMarkContract = "client_contract";  // "calls", "conformance"
inline constexpr std::string_view kMarkCallLimit = "call_limit_ms";
inline constexpr std::string_view kMarkRetry = "retry_ms";

// A client is given this long beyond `retry` to show that it does not resume.
inline constexpr Millis kResumePatience{1000};

Check does_not_resume_after(Final final, Rule rule);

}  // namespace tailrace
