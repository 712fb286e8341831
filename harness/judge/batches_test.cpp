// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/batches.h"

#include <gtest/gtest.h>

#include "harness/judge/closure.h"
#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

constexpr std::string_view kWithBatches = "2025-03-26";
constexpr const char* kTwoCalls = R"([{"jsonrpc":"2.0","id":1,"method":"ping"},)"
                                  R"({"jsonrpc":"2.0","id":2,"method":"tools/call"}])";
constexpr const char* kTwoAnswers = R"([{"jsonrpc":"2.0","id":2,"result":{}},)"
                                    R"({"jsonrpc":"2.0","id":1,"result":{}}])";

Story two_calls() {
  Story story;
  story.open(1).post(1, kTwoCalls, "Mcp-Session-Id: one\r\n");
  return story;
}

Judgement answered(const Story& story) {
  return story.judge(
      batches_are_answered(req::kBatchesAreRead, req::kBatchIsAnswered, req::kOneResponse),
      kWithBatches);
}

Judgement ends(const Story& story) {
  return story.judge(stream_ends(Final::kEither, req::kResponseEndsStream), kWithBatches);
}

Judgement followed(const Story& story) {
  return story.judge(
      nothing_follows(Final::kEither, req::kOneResponse, req::kResponseEndsStream), kWithBatches);
}

TEST(Batches, AreAnsweredByOneResponseEachInAnyOrderAndForm) {
  Story one_by_one = two_calls();
  one_by_one.sse_head(1).error(1, 2).result(1, 1).end(1);
  Story in_array = two_calls();
  in_array.sse_head(1).event(1, kTwoAnswers).end(1);
  Story as_json = two_calls();
  as_json.json(1, kTwoAnswers);
  for (const Story* story : {&one_by_one, &in_array, &as_json}) {
    EXPECT_EQ(answered(*story).outcome, Outcome::kHeld);
    EXPECT_NE(story->timeline().exchanges.front().final_message(), nullptr);
  }
  EXPECT_EQ(ends(one_by_one).outcome, Outcome::kHeld);
  EXPECT_EQ(followed(one_by_one).outcome, Outcome::kHeld) << "two responses, to two requests";
  EXPECT_EQ(followed(in_array).outcome, Outcome::kHeld);
}

TEST(Batches, EndAfterTheLastAnswerAndNotAfterTheFirst) {
  Story early = two_calls();
  early.sse_head(1).result(1, 1).end(1);
  const Judgement lost = answered(early);
  ASSERT_EQ(lost.outcome, Outcome::kBroken);
  EXPECT_EQ(lost.findings.front().harm, "harm.answer_lost");
  EXPECT_TRUE(lost.findings.front().observed.starts_with("tools/call (id 2) of the batch"))
      << lost.findings.front().observed;
  Story open = two_calls();
  open.sse_head(1).result(1, 1).at(4000).mark("x", "");
  EXPECT_EQ(answered(open).outcome, Outcome::kInconclusive);
  open.at(6000).mark("x", "");
  EXPECT_EQ(answered(open).outcome, Outcome::kBroken);
  open.result(1, 2).at(12000).mark("x", "");
  EXPECT_EQ(answered(open).outcome, Outcome::kHeld);
  EXPECT_EQ(ends(open).outcome, Outcome::kBroken);
}

TEST(Batches, AnsweredTwiceOrRefusedAreToldByTheRuleThatIsBroken) {
  Story twice = two_calls();
  twice.sse_head(1).result(1, 1).result(1, 2).event(1, kTwoAnswers).end(1);
  EXPECT_EQ(answered(twice).findings.front().requirements.front(), "RPC-RES-06");
  EXPECT_EQ(followed(twice).outcome, Outcome::kBroken);
  Story refused = two_calls();
  refused.plain(1, 400);
  EXPECT_EQ(answered(refused).findings.front().requirements.front(), "RPC-BAT-02");
}

Story cancelled(const std::string& reply) {
  Story story = two_calls();
  story.sse_head(1).result(1, 1).at(10).open(2);
  story.post(2,
             R"([{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}])",
             "Mcp-Session-Id: one\r\n");
  story.from_server(2, reply);
  return story;
}

TEST(CancelledPartOfBatch, IsNotWaitedFor) {
  const Check check = cancelled_part_ends_batch(req::kCancelFreesStream);
  Story good = cancelled("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(answered(good).outcome, Outcome::kHeld) << "it need not be answered";
  Story open = cancelled("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
  open.at(4000).mark("x", "");
  EXPECT_EQ(open.judge(check, kWithBatches).outcome, Outcome::kInconclusive);
  open.at(6000).mark("x", "");
  EXPECT_EQ(open.judge(check, kWithBatches).findings.front().level, Level::kShould);
  good.end(1);
  EXPECT_EQ(good.judge(check, kWithBatches).outcome, Outcome::kHeld);
  Story refused = cancelled("HTTP/1.1 400 X\r\nContent-Length: 0\r\n\r\n");
  refused.at(9000).mark("x", "");
  EXPECT_EQ(refused.judge(check, kWithBatches).outcome, Outcome::kNotApplicable);
}

TEST(BatchOfNotifications, GetsNoArray) {
  const Check check = batches_of_notifications_get_no_array(req::kBatchOfNoticesGetsNothing);
  const auto outcome = [&](const std::string& reply) {
    return cancelled(reply).judge(check, kWithBatches).outcome;
  };
  EXPECT_EQ(outcome("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"), Outcome::kHeld);
  EXPECT_EQ(outcome("HTTP/1.1 400 X\r\nContent-Length: 2\r\n\r\n{}"), Outcome::kHeld);
  EXPECT_EQ(outcome("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                    "Content-Length: 2\r\n\r\n[]"),
            Outcome::kBroken);
}

}  // namespace
}  // namespace tailrace
