// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/threads.h"

#include <fmt/format.h>

#include "harness/judge/client_calls.h"
#include "harness/judge/resources.h"
#include "harness/record/marks.h"

namespace tailrace {
namespace {

double calls_between(const Timeline& timeline, const Growth& growth) {
  const auto steps = static_cast<double>(growth.values.size() - 1);
  return steps * growth.batches_each * marked_number(timeline, kCallsPerBatch);
}

// Every other call left one, of too few calls to tell it from a pool.
bool may_be_kept(const Timeline& timeline, const Growth& growth) {
  if (growth.values.empty()) return false;
  const double grown = growth.values.back() - growth.values.front();
  return threads_trend(timeline) == Trend::kUnclear && grown >= kFewKept &&
         grown * 2 >= calls_between(timeline, growth);
}

Judgement judge_threads(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const Growth growth = threads_of(timeline);
  if (growth.values.empty()) {
    if (timeline.mark(kNotSampled)) return not_applicable(std::string(kUnwatched));
    return inconclusive("the script came to no sample of its processes");
  }
  Judgement judgement = held();
  if (threads_trend(timeline) == Trend::kGrows) {
    Finding finding =
        finding_of(evidence, "threads_do_not_grow", Rule{}, "harm.threads_grow");
    const double calls = marked_number(timeline, kCallsPerBatch) * growth.batches_each;
    finding.required = "threads return to where they were when calls are done";
    finding.observed = fmt::format("threads after batches of {:.0f} calls: {}", calls,
                                   fmt::join(growth.values, ", "));
    finding.likely_cause = "a thread that was started for a call waits for what never comes";
    finding.cure = "end it where the call's route goes away, whatever became of the call";
    finding.evidence = ladder_of(timeline, growth, "threads");
    judgement = broken(std::move(finding));
  } else if (may_be_kept(timeline, growth)) {
    judgement = inconclusive(fmt::format(
        "from {:.0f} to {:.0f} threads in {:.0f} calls: a pool that fills looks the same; ask "
        "again with more time (--time-scale 3)",
        growth.values.front(), growth.values.back(), calls_between(timeline, growth)));
  }
  judgement.measurements.push_back({"threads", fmt::format("{}", fmt::join(growth.values, ", "))});
  return judgement;
}

}  // namespace

Check threads_do_not_grow() {
  return {"threads_do_not_grow", judge_threads};
}

Trend threads_trend(const Timeline& timeline) {
  const Growth growth = threads_of(timeline);
  return is_let_go(growth) ? Trend::kFlat : trend_of(growth.values, kThreads);
}

Trend memory_or_threads_trend(const Timeline& timeline) {
  const Trend threads = threads_trend(timeline);
  if (threads == Trend::kGrows || may_be_kept(timeline, threads_of(timeline))) return threads;
  return memory_trend(timeline);
}

}  // namespace tailrace
