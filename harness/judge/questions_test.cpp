// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/questions.h"

#include <gtest/gtest.h>

#include "harness/judge/story.h"

namespace tailrace {
namespace {

// Two calls that ask, on connections 1 and 2; what is POSTed goes over connection 3 and gets this.
Story two_asked() {
  Story story;
  for (const int call : {1, 2}) {
    const auto connection = static_cast<std::uint32_t>(call);
    story.at(call).open(connection).call(connection, call).sse_head(connection);
    story.event(connection, fmt::format(R"({{"jsonrpc":"2.0","id":"q{}","method":"ping"}})", call));
  }
  story.open(3);
  return story;
}

class Questions : public testing::Test {
 protected:
  void ask(int call, const std::string& more = "") {
    story_.event(static_cast<std::uint32_t>(call),
                 fmt::format(R"({{"jsonrpc":"2.0","id":"q{}{}","method":"ping"}})", call, more));
  }
  void reply(int call, int status = 202, const std::string& more = "") {
    story_.post(3, fmt::format(R"({{"jsonrpc":"2.0","id":"q{}{}","result":{{}}}})", call, more));
    story_.plain(3, status);
  }
  void answer(int call) {
    story_.result(static_cast<std::uint32_t>(call), call).end(static_cast<std::uint32_t>(call));
  }
  Judgement judged() { return story_.judge(answered_questions_go_on()); }

  Story story_ = two_asked();
};

TEST_F(Questions, GoOnWithTheirOwnAnswers) {
  story_.at(10);
  reply(2);
  answer(2);
  reply(1);
  answer(1);
  EXPECT_EQ(judged().outcome, Outcome::kHeld);
}

TEST_F(Questions, WhoseAnswersAreLostAreHarm) {
  story_.at(10);
  reply(2);
  story_.at(5600);
  reply(1);
  story_.at(11200).mark("x", "");
  const Judgement judgement = judged();
  ASSERT_EQ(judgement.outcome, Outcome::kBroken);
  EXPECT_EQ(judgement.findings.front().harm, "harm.answer_lost");
  EXPECT_TRUE(judgement.findings.front().likely_cause.starts_with("a response that comes by POST "
                                                                  "is accepted and dropped"));
}

// The machine stood still in one wait, and another one as long kept time: or none did.
TEST(QuestionsOnABusyMachine, AreToldByAWaitThatKeptTime) {
  const auto waited = [](Millis took) {
    Story story = two_asked();
    story.at(10);
    for (const int call : {2, 1}) {
      story.post(3, fmt::format(R"({{"jsonrpc":"2.0","id":"q{}","result":{{}}}})", call));
      story.plain(3, 202);
    }
    story.at(6100).tell(WindowEnded{"answer_window", Millis(5500), Millis(6080)});
    story.at(6100.0 + static_cast<double>(took.count()) + 10);
    return story.tell(WindowEnded{"watch_ends", Millis(5500), took})
        .judge(answered_questions_go_on())
        .outcome;
  };
  EXPECT_EQ(waited(Millis(5500)), Outcome::kBroken);
  EXPECT_EQ(waited(Millis(5800)), Outcome::kBroken) << "longer by less than it could spare";
  EXPECT_EQ(waited(Millis(6100)), Outcome::kInconclusive);
  EXPECT_EQ(waited(Millis(100)), Outcome::kInconclusive) << "it ended before its time was over";
}

TEST_F(Questions, WhoseAnswersAreRefusedAreToldApart) {
  story_.at(10);
  reply(2, 400);
  reply(1, 400);
  story_.at(5600).mark("x", "");
  const Judgement judgement = judged();
  ASSERT_EQ(judgement.outcome, Outcome::kBroken);
  EXPECT_NE(judgement.findings.front().observed.find("got 400"), std::string::npos);
  EXPECT_NE(judgement.findings.front().likely_cause.find("refused"), std::string::npos);
}

TEST_F(Questions, GetNoAnswerOfAnotherOne) {
  story_.at(10);
  reply(2);
  story_.at(11);
  answer(1);
  story_.at(1000).error(2, 2).end(2);
  const Judgement judgement = judged();
  ASSERT_EQ(judgement.outcome, Outcome::kBroken);
  EXPECT_NE(judgement.findings.front().observed.find("got its Result instead"), std::string::npos);
}

// A tool may give up waiting, and one alone may take its time.
TEST_F(Questions, SayNothingWhereATimerMayHaveEnded) {
  story_.at(10);
  reply(2);
  answer(2);
  story_.at(3000).result(1, 1).end(1);  // Nobody answered it.
  EXPECT_EQ(judged().outcome, Outcome::kHeld);
}

TEST_F(Questions, OfOneCallAloneAreNotJudged) {
  story_.at(10);
  reply(2);
  story_.at(5600).mark("x", "");
  EXPECT_EQ(judged().outcome, Outcome::kInconclusive);
}

TEST_F(Questions, ThatComeAfterAnAnswerAreWaitedFor) {
  story_.at(10);
  reply(1);
  ask(1, "again");
  reply(2);
  answer(2);
  story_.at(5600).mark("x", "");
  EXPECT_EQ(judged().outcome, Outcome::kHeld) << "its second question has no answer";
  reply(1, 202, "again");
  story_.at(11200).mark("x", "");
  EXPECT_EQ(judged().outcome, Outcome::kBroken);
}

TEST(NoQuestions, AreNotApplicable) {
  Story story;
  story.open(1).call(1, 1).sse_head(1).result(1, 1).end(1);
  EXPECT_EQ(story.judge(answered_questions_go_on()).outcome, Outcome::kNotApplicable);
}

}  // namespace
}  // namespace tailrace
