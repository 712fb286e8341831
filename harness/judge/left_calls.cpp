// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/left_calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/judge/client_calls.h"
#include "harness/judge/resources.h"
#include "harness/judge/session.h"

namespace tailrace {
namespace {

bool was_closed_on(const Timeline& timeline, const Exchange& call) {
  const auto& ended = timeline.connection(call.connection)->we_ended;
  const auto answered = call.final_at();
  return ended && (!answered || *answered > ended->at);
}

// What answers a cancel comes behind it.
std::set<StreamId> cancelled_in_time(const Timeline& timeline) {
  std::set<StreamId> calls;
  for (const Exchange& notice : timeline.exchanges) {
    const Exchange* call = cancelled_by(timeline, notice);
    if (call == nullptr) continue;
    const auto answered = call->final_at();
    if (!answered || *answered > notice.request_at) calls.insert(call->id);
  }
  return calls;
}

// The warm-up is not counted: it is over when the size of a batch is marked.
Judgement judge_left(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const auto size = std::ranges::find_if(
      timeline.marks, [](const At<Marked>& mark) { return mark.what.name == kCallsPerBatch; });
  const auto batches = std::ranges::count_if(timeline.samples, [](const auto& sample) {
    return sample.what.label.starts_with(kBatchLabel);
  });
  if (size == timeline.marks.end() || batches == 0) return inconclusive("no batch was finished");
  const auto expected = marked_number(timeline, kCallsPerBatch) * batches;
  const std::set<StreamId> cancelled = cancelled_in_time(timeline);
  const auto left = std::ranges::count_if(timeline.exchanges, [&](const Exchange& call) {
    return is_tool_call(call) && call.request_at >= size->at &&
           (cancelled.contains(call.id) || was_closed_on(timeline, call));
  });
  if (left * 2 >= expected) return held();
  return inconclusive(fmt::format(
      "only {} of {} calls were under way when they were left: the slow tool is too quick for this "
      "machine, so name one that takes longer",
      left, expected));
}

}  // namespace

Check calls_are_left_under_way() {
  return {"calls_are_left_under_way", judge_left};
}

}  // namespace tailrace
