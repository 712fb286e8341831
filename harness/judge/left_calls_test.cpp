// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/left_calls.h"

#include <gtest/gtest.h>

#include "harness/judge/resources.h"
#include "harness/judge/story.h"

namespace tailrace {
namespace {

constexpr const char* kCancel =
    R"({{"jsonrpc":"2.0","method":"notifications/cancelled","params":{{"requestId":{}}}}})";

ProcessSampled batch(int number) {
  ProcessSampled sample;
  sample.label = std::string(kBatchLabel) + std::to_string(number);
  return sample;
}

// A batch of four calls, the last `answered` of which have their Result by then.
Story called(int answered) {
  Story story;
  story.at(1).mark(kCallsPerBatch, "4");
  for (int call = 1; call <= 4; ++call) {
    const auto connection = static_cast<std::uint32_t>(call);
    story.open(connection).call(connection, call).sse_head(connection);
    if (call > 4 - answered) story.result(connection, call).end(connection);
  }
  return story;
}

TEST(LeftCalls, AreJudgedWhereHalfOfThemWereUnderWay) {
  for (const int answered : {0, 2, 3, 4}) {
    Story story = called(answered);
    for (std::uint32_t call = 1; call <= 4; ++call) {
      story.at(20).tell(WeEnded{{call}, Ending::kReset});
    }
    story.at(30).tell(batch(0));
    EXPECT_EQ(story.judge(calls_are_left_under_way()).outcome,
              answered <= 2 ? Outcome::kHeld : Outcome::kInconclusive)
        << answered;
  }
}

TEST(LeftCalls, MayBeAnsweredBehindTheirCancel) {
  Story story = called(0);
  for (int call = 1; call <= 4; ++call) {
    const auto connection = static_cast<std::uint32_t>(10 + call);
    story.at(20).open(connection).post(connection, fmt::format(kCancel, call));
    story.plain(connection, 202);
    story.at(21).error(static_cast<std::uint32_t>(call), call);
  }
  story.at(30).tell(batch(0));
  EXPECT_EQ(story.judge(calls_are_left_under_way()).outcome, Outcome::kHeld);
}

TEST(LeftCalls, SayNothingWithoutABatch) {
  EXPECT_EQ(called(0).judge(calls_are_left_under_way()).outcome, Outcome::kInconclusive);
}

}  // namespace
}  // namespace tailrace
