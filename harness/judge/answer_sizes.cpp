// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/answer_sizes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/judge/ladder.h"

namespace tailrace {
namespace {

struct Answers {
  const Exchange* last = nullptr;
  std::vector<std::size_t> bytes;
};

// By what was asked: all scripts give a tool the same arguments.
std::map<std::string, Answers> answers_of(const Timeline& timeline) {
  std::map<std::string, Answers> all;
  for (const Exchange& exchange : timeline.exchanges) {
    const RpcMessage* final = exchange.final_message();
    if (!exchange.asked || final == nullptr || final->kind != MessageKind::kResult) continue;
    const std::string& tool = exchange.asked->body["params"]["name"].as_string();
    Answers& answers = all[exchange.asked->method + (tool.empty() ? "" : " of " + tool)];
    answers.last = &exchange;
    answers.bytes.push_back(to_text(final->body["result"]).size());
  }
  return all;
}

// As much in the later half as in the earlier one, to a half: what fills once slows down.
bool grows(const std::vector<std::size_t>& bytes) {
  if (bytes.size() < kFewestAnswers || bytes.back() < bytes.front() + kMuchLonger) return false;
  const std::size_t middle = bytes[bytes.size() / 2];
  return std::ranges::is_sorted(bytes) &&
         (bytes.back() - middle) * 2 >= middle - bytes.front();
}

Judgement judge_sizes(const Evidence& evidence) {
  const auto all = answers_of(evidence.timeline);
  for (const auto& [question, answers] : all) {
    if (!grows(answers.bytes)) continue;
    Finding finding = finding_of(evidence, "answers_do_not_grow", Rule{});
    finding.level = Level::kShould;
    finding.required = "the same question is answered with no more in each later session";
    finding.observed =
        fmt::format("{} was answered with {} bytes at first and with {} at last, {} answers later, "
                    "and never with fewer than before",
                    question, answers.bytes.front(), answers.bytes.back(),
                    answers.bytes.size() - 1);
    finding.likely_cause = "what the answer lists is registered again for each session, in a place "
                           "that all sessions share";
    finding.cure = "register it once, or give each session a server object of its own";
    finding.evidence = ladder_of(evidence.timeline, *answers.last);
    return broken(std::move(finding));
  }
  const bool told = std::ranges::any_of(
      all, [](const auto& entry) { return entry.second.bytes.size() >= kFewestAnswers; });
  return told ? held() : not_applicable("no question was answered often enough");
}

}  // namespace

Check answers_do_not_grow() {
  return {"answers_do_not_grow", judge_sizes};
}

}  // namespace tailrace
