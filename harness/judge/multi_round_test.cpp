// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/multi_round.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

const std::string kAsks = R"("result":{"resultType":"input_required","requestState":"s"}})";
const std::string kDone = R"("result":{"resultType":"complete"}})";

Story& round(Story& story, int id, const std::string& state, const std::string& answer) {
  const std::string with = state.empty() ? "" : R"(,"requestState":")" + state + "\"";
  story.post(1, fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"tools/call",)"
                            R"("params":{{"name":"ask","inputResponses":{{}}{}}}}})",
                            id, with));
  const std::string message = fmt::format(R"({{"jsonrpc":"2.0","id":{},{})", id, answer);
  return story.sse_head(1).event(1, message).end(1);
}

TEST(ForgedState, IsRejectedWhereItDecidesAnything) {
  const Check check = forged_state_is_rejected(req::kForgedStateIsRejected);
  const auto taken = [&](const std::string& forged, const std::string& without) {
    Story story;
    story.open(1).call(1, 1).sse_head(1);
    story.event(1, R"({"jsonrpc":"2.0","id":1,)" + kAsks).end(1);
    round(story, 2, "forged", forged);
    if (!without.empty()) round(story, 3, "", without);
    return story.judge(check, "2026-07-28").outcome;
  };
  EXPECT_EQ(taken(kDone, kAsks), Outcome::kBroken);
  EXPECT_EQ(taken(kAsks, kAsks), Outcome::kHeld);
  EXPECT_EQ(taken(kDone, kDone), Outcome::kNotApplicable) << "a label that nobody reads";
  EXPECT_EQ(taken(kDone, ""), Outcome::kInconclusive);
}

}  // namespace
}  // namespace tailrace
