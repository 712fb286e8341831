// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/unknown_result.h"

#include <fmt/format.h>

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/judge/ladder.h"
#include "harness/wire/escape.h"

namespace tailrace {
namespace {

constexpr std::size_t kExcerpt = 60;

Judgement judge_unknown(const Evidence& evidence, Rule rule) {
  std::size_t told = 0;
  for (const ClientCall& call : calls_of(evidence.timeline)) {
    if (call.final == nullptr || call.final->kind != MessageKind::kResult) continue;
    if (call.back.outcome.empty() || limit_was_near(evidence.timeline, call, *call.final_at)) {
      continue;
    }
    const std::string& type = call.final->body["result"]["resultType"].as_string();
    if (type == "complete") continue;  // That it comes back is another check's.
    ++told;
    if (call.back.outcome != "result") continue;
    Finding finding = finding_of(evidence, "unknown_result_is_refused", rule);
    finding.required = "a result of an unknown type is not taken for one";
    finding.observed = fmt::format("{}: a result of the type {} came back as a result",
                                   name_of(call), excerpt(type, kExcerpt));
    finding.likely_cause = "the type of a result is looked at for input_required only";
    finding.cure = "give the caller an error where the type is neither the core's nor one of an "
                   "extension that the client declared";
    finding.evidence = ladder_of(evidence.timeline, *call.exchange);
    return broken(finding);
  }
  return told == 0 ? inconclusive("no call with such a result told its outcome") : held();
}

}  // namespace

Check unknown_result_is_refused(Rule rule) {
  return {"unknown_result_is_refused",
          [=](const Evidence& evidence) { return judge_unknown(evidence, rule); }};
}

}  // namespace tailrace
