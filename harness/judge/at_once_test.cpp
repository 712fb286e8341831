// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/at_once.h"

#include <gtest/gtest.h>

#include "harness/judge/client_calls.h"
#include "harness/judge/resume.h"
#include "harness/judge/reuse.h"
#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

Story at_once() {
  Story story;
  story.mark(kMarkContract, "calls").mark(kMarkCallLimit, "1000").mark(kMarkAtOnce, "yes");
  return story;
}

Story& ask(Story& story, std::uint32_t connection, int number) {
  return story.open(connection, Side::kServer)
      .post(connection, fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"tools/call",)"
                                    R"("params":{{"name":"t","arguments":{{"call":{}}}}}}})",
                                    10 + number, number));
}

Story& answer(Story& story, std::uint32_t connection, int number) {
  return story.sse_head(connection)
      .event(connection, fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{{"content":[)"
                                     R"({{"type":"text","text":"of {}"}}]}}}})",
                                     10 + number, number))
      .end(connection);
}

Story& tell(Story& story, int number, int text) {
  return story.tell(ProcessLine{
      fmt::format(R"({{"call":{},"outcome":"result","text":"of {}"}})", number, text)});
}

TEST(CallsAtOnce, AreNumberedByWhatTheySayAndReturnByTheirLines) {
  Story story = at_once();
  ask(ask(story.at(1), 1, 2).at(2), 2, 1);
  tell(answer(story.at(3), 2, 1).at(4), 1, 1);
  tell(answer(story.at(5), 1, 2).at(6), 2, 2);
  const auto calls = calls_of(story.timeline());
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].number, 2U);
  EXPECT_EQ(calls[0].back.text, "of 2");
  EXPECT_EQ(story.judge(calls_get_their_own_answers()).outcome, Outcome::kHeld);
  EXPECT_EQ(story.judge(calls_do_not_wait_for_each_other()).outcome, Outcome::kHeld);
}

TEST(CallsAtOnce, AnAnswerOfAnotherCallIsHarm) {
  Story story = at_once();
  ask(ask(story.at(1), 1, 1).at(2), 2, 2);
  tell(answer(story.at(3), 2, 2).at(4), 1, 2);
  tell(answer(story.at(5), 1, 1).at(6), 2, 1);
  const Judgement judgement = story.judge(calls_get_their_own_answers());
  ASSERT_EQ(judgement.outcome, Outcome::kBroken);
  EXPECT_EQ(judgement.findings.front().harm, "harm.answer_to_wrong_caller");
}

TEST(CallsAtOnce, ARefusalThatEndsTheProcessIsToldWhetherOthersWereAnsweredOrNot) {
  for (const bool answered : {false, true}) {
    Story story = at_once();
    ask(ask(story.at(1), 1, 1).at(2), 2, 2);
    story.at(3).plain(1, 500);
    if (answered) answer(story.at(4), 2, 2);
    story.at(5).tell(ProcessEnded{1, 0, false});
    const Judgement judgement = story.judge(calls_get_their_own_answers());
    ASSERT_EQ(judgement.outcome, Outcome::kBroken) << answered;
    ASSERT_EQ(judgement.findings.size(), 1U);
    EXPECT_EQ(judgement.findings.front().level, Level::kShould);
    EXPECT_NE(judgement.findings.front().observed.find(
                  "1 of its calls was under way: call 1 was refused with 500"),
              std::string::npos)
        << judgement.findings.front().observed;
  }
}

TEST(CallsAtOnce, AnAnswerThatNobodyGotIsLostAndNotGivenToAnother) {
  Story story = at_once();
  ask(ask(story.at(1), 1, 1).at(2), 2, 2);
  answer(story.at(3), 2, 2).at(4).tell(ProcessLine{R"({"call":2,"outcome":"error"})"});
  tell(answer(story.at(5), 1, 1).at(6), 1, 1);
  const Judgement judgement = story.judge(calls_get_their_own_answers());
  ASSERT_EQ(judgement.outcome, Outcome::kBroken);
  EXPECT_EQ(judgement.findings.front().harm, "harm.answer_lost");
}

TEST(CallsAtOnce, OneThatIsSentAfterAnAnswerHasWaited) {
  Story story = at_once();
  EXPECT_EQ(story.judge(calls_do_not_wait_for_each_other()).outcome, Outcome::kInconclusive);
  tell(answer(ask(story.at(1), 1, 1).at(500), 1, 1), 1, 1);
  tell(answer(ask(story.at(501), 2, 2).at(502), 2, 2), 2, 2);
  const Judgement judgement = story.judge(calls_do_not_wait_for_each_other());
  ASSERT_EQ(judgement.outcome, Outcome::kBroken);
  EXPECT_EQ(judgement.findings.front().level, Level::kShould);
  EXPECT_EQ(story.judge(calls_get_their_own_answers()).outcome, Outcome::kHeld);
}

TEST(UnfinishedConnection, IsNotToBeTakenForAnotherRequest) {
  const auto judged = [](double next_at, bool on_the_same) {
    Story story;
    story.at(1).open(1, Side::kServer).call(1, 1).sse_head(1).result(1, 1);
    if (next_at > 200) story.at(200).end(1);
    story.at(next_at);
    if (!on_the_same) story.open(2, Side::kServer);
    story.call(on_the_same ? 1 : 2, 2);
    if (next_at <= 200) story.at(200).end(1);
    return story.judge(takes_no_unfinished_connection()).outcome;
  };
  EXPECT_EQ(judged(100, true), Outcome::kBroken);
  EXPECT_EQ(judged(190, true), Outcome::kNotApplicable);  // The end was already under way.
  EXPECT_EQ(judged(210, true), Outcome::kNotApplicable);
  Story left;
  left.at(1).open(1, Side::kServer).call(1, 1).sse_head(1).result(1, 1);
  left.at(100).open(2, Side::kServer).call(2, 2);
  EXPECT_EQ(left.judge(takes_no_unfinished_connection()).outcome, Outcome::kHeld);
}

TEST(OpenRequests, ShareNeitherIdNorTokenWhileBothAreUnderWay) {
  const auto asked = [](const char* id, const char* token) {
    return fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"tools/call",)"
                       R"("params":{{"_meta":{{"progressToken":{}}}}}}})",
                       id, token);
  };
  const auto two = [&](bool answered, const char* id, const char* token) {
    Story story;
    story.at(1).open(1, Side::kServer).post(1, asked("1", "1"));
    if (answered) story.at(1.5).sse_head(1).result(1, 1);
    story.at(2).open(2, Side::kServer).post(2, asked(id, token));
    return story;
  };
  const Check ids = open_ids_differ(req::kOpenIdsDiffer);
  const Check tokens = open_progress_tokens_differ(req::kOpenTokensDiffer);
  const std::string_view stateless = "2026-07-28";
  ASSERT_EQ(two(false, "1", "2").judge(ids, stateless).outcome, Outcome::kBroken);
  EXPECT_EQ(two(false, "1", "2").judge(ids, stateless).findings.front().level, Level::kMust);
  EXPECT_EQ(two(false, "1", "2").judge(tokens).outcome, Outcome::kHeld);
  EXPECT_EQ(two(false, "2", "1").judge(ids, stateless).outcome, Outcome::kHeld);
  ASSERT_EQ(two(false, "2", "1").judge(tokens).outcome, Outcome::kBroken);
  EXPECT_EQ(two(false, "2", "1").judge(tokens).findings.front().level, Level::kMust);
  EXPECT_EQ(two(true, "1", "1").judge(ids, stateless).outcome, Outcome::kNotApplicable);
  EXPECT_EQ(two(true, "1", "1").judge(tokens).outcome, Outcome::kNotApplicable);
}

}  // namespace
}  // namespace tailrace
