// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/unknown_result.h"

#include <gtest/gtest.h>

#include "harness/judge/resume.h"
#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

constexpr std::string_view kRevision = "2026-07-28";

Judgement judged(const std::string& type, const std::string& outcome) {
  Story story;
  story.mark(kMarkCallLimit, "500").open(1, Side::kServer).call(1, 1).sse_head(1);
  story.event(1, R"({"jsonrpc":"2.0","id":1,"result":{)" + type + R"("content":[]}})").end(1);
  story.at(5);
  if (!outcome.empty()) story.tell(ProcessLine{R"({"call":1,"outcome":")" + outcome + "\"}"});
  return story.judge(unknown_result_is_refused(req::kUnknownTypeIsInvalid), kRevision);
}

TEST(UnknownResult, IsAnErrorForTheCaller) {
  const std::string odd = R"("resultType":"odd",)";
  EXPECT_EQ(judged(odd, "error").outcome, Outcome::kHeld);
  const Judgement taken = judged(odd, "result");
  ASSERT_EQ(taken.outcome, Outcome::kBroken);
  EXPECT_EQ(taken.findings.front().level, Level::kMust);
  EXPECT_EQ(judged(odd, "").outcome, Outcome::kInconclusive);
  EXPECT_EQ(judged(R"("resultType":"complete",)", "result").outcome, Outcome::kInconclusive);
}

}  // namespace
}  // namespace tailrace
