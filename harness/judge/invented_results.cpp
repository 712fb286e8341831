// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/invented_results.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/client_calls.h"
#include "harness/judge/ladder.h"
#include "harness/judge/session.h"

namespace tailrace {
namespace {

// What came in place of the response, for the finding.
std::string what_came(const Exchange& exchange) {
  if (!exchange.response) return "its connection ended before any answer";
  if (is_refused(exchange)) return fmt::format("it was refused by {}", exchange.response->status);
  if (exchange.is_event_stream()) return "its stream brought no response";
  return fmt::format("it was answered by {} without a response", exchange.response->status);
}

// No client has to expect a 2xx that is neither a stream nor a JSON-RPC message.
bool is_illegal_of_us(const Exchange& exchange) {
  return exchange.response && is_success(exchange) && !exchange.is_event_stream() &&
         exchange.end == BodyEnd::kComplete;
}

Judgement judge(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const auto calls = calls_of(timeline);
  // Where more were sent than told of, one was sent anew, and the numbers of all say nothing.
  if (calls.empty() || told_calls(timeline).size() != calls.size()) {
    return not_applicable("the client does not tell of each of its calls");
  }
  const auto invented = std::ranges::find_if(calls, [](const ClientCall& call) {
    return call.back.outcome == "result" && call.final == nullptr;
  });
  if (invented == calls.end()) return held();
  const bool ours = is_illegal_of_us(*invented->exchange);
  Finding finding = finding_of(evidence, "failures_are_no_results", Rule{},
                               ours ? "" : "harm.answer_invented");
  if (ours) finding.level = Level::kShould;
  finding.required = "a call without a response fails: its caller is told so";
  finding.observed = fmt::format("{} came back as a result, and {}", name_of(*invented),
                                 what_came(*invented->exchange));
  finding.likely_cause = "the end of a stream, or a status, completes the pending call with an "
                         "empty value";
  finding.cure = "complete a call by its Result alone, and fail it by whatever else ends it";
  finding.evidence = ladder_of(timeline, *invented->exchange);
  return broken(finding);
}

}  // namespace

Check failures_are_no_results() {
  return {"failures_are_no_results", judge};
}

}  // namespace tailrace
