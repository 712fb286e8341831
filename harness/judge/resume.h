// SPDX-License-Identifier: Apache-2.0
// Checks of what a client does after the end of a response stream: it does not resume one whose
// final message it has (fairness.md, section 2, drain, clients). Pure.
#pragma once

#include "harness/judge/check.h"
#include "harness/judge/closure.h"
#include "harness/judge/session.h"

namespace tailrace {

// Marks by which the scripted server tells the checks what it knows of the client.
inline constexpr std::string_view kMarkCallLimit = "call_limit_ms";
inline constexpr std::string_view kMarkRetry = "retry_ms";

// A client is given this long beyond `retry` to show that it does not resume.
inline constexpr Millis kResumePatience{1000};

Check does_not_resume_after(Final final, Rule rule);
// The same of a stream that was resumed, and then brought the response.
Check resumed_response_is_final(Rule rule);

// A call whose stream broke off after an event id is resumed (`poll`), by GET with the last id of
// that stream and not by asking again (`with_id`).
Check resumes_broken_stream(Rule poll, Rule with_id);

// Where several streams have ids: the GET that follows a break names one of the stream that broke.
Check resumes_name_their_own_stream(Rule rule);

// ... and not before the time that `retry` names, measured from our end of the stream.
inline constexpr Millis kRetryTolerance{20};
inline constexpr int kRetryTolerancePercent = 2;
Check waits_before_resuming(Rule rule);

// Resumes that bring nothing come to an end: so many in this time without back-off are a storm,
// and none of them outlives its call.
inline constexpr std::size_t kStormResumes = 10;
inline constexpr Millis kStormWindow{10000};
Check resumes_in_bounds();
// How these came, in the order of their times.
enum class Repetition {
  kCalm,
  // Fewer, since the client left before; at their pace it would have been a storm.
  kOfStorm,
  kStorm,
};
Repetition repetition_of(const std::vector<const Exchange*>& requests, const Timeline& timeline);

}  // namespace tailrace
