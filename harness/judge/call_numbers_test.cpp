// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/call_numbers.h"

#include <gtest/gtest.h>

#include <string>

#include "harness/judge/calls.h"
#include "harness/judge/closed_connection.h"
#include "harness/judge/resume.h"
#include "harness/judge/story.h"
#include "harness/record/marks.h"

namespace tailrace {
namespace {

Story begun() {
  Story story;
  story.mark(kMarkContract, "calls").mark(kMarkCallLimit, "1000");
  return story;
}

Story& answered(Story& story, std::uint32_t connection, double ms) {
  const int id = static_cast<int>(connection);
  story.at(ms).open(connection, Side::kServer).call(connection, id).sse_head(connection);
  return story.result(connection, id).end(connection);
}

Story& told(Story& story, double ms, int number, const std::string& outcome) {
  return story.at(ms).tell(ProcessLine{
      R"({"call":)" + std::to_string(number) + R"(,"outcome":")" + outcome + R"("})"});
}

std::vector<std::size_t> numbers(const Story& story) {
  std::vector<std::size_t> numbers;
  for (const ClientCall& call : calls_of(story.timeline())) numbers.push_back(call.number);
  return numbers;
}

using Numbers = std::vector<std::size_t>;

TEST(CallNumbers, AreTheOrderOfTheCallsWhereEachWasSent) {
  Story story = begun();
  told(answered(story, 1, 1), 2, 1, "result");
  told(answered(story, 2, 3), 4, 2, "error");
  EXPECT_EQ(numbers(story), (Numbers{1, 2}));
  answered(story, 3, 5);
  EXPECT_EQ(numbers(story), (Numbers{1, 2, 3})) << "the line of the last one is still to come";
}

// Who asks again, under another id, tells of both attempts by one line.
TEST(CallNumbers, AttemptsUnderIdsOfTheirOwnAreOneCall) {
  const auto twice = [](bool left) {
    Story story = begun();
    story.at(1).open(1, Side::kServer).call(1, 1).plain(1, 503);
    told(answered(story, 2, 5), 7, 1, "result");
    told(answered(story, 3, 8), 9, 2, "result");
    if (left) story.at(10).tell(ProcessEnded{0, 0, false});
    return story;
  };
  const Story story = twice(true);
  const auto calls = calls_of(story.timeline());
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].exchange->asked->id, rpc_id(2));
  EXPECT_EQ(calls[1].number, 2U);
  EXPECT_EQ(story.judge(call_returns_what_was_sent(Rule{})).outcome, Outcome::kHeld);
  EXPECT_EQ(calls_of(twice(false).timeline()).size(), 3U) << "a line may be still to come";
  Story other = begun();  // Its line had come before the next was asked.
  other.at(1).open(1, Side::kServer).call(1, 1).plain(1, 503);
  told(other, 3, 1, "error");
  told(answered(other, 2, 5), 7, 2, "result");
  other.at(10).tell(ProcessEnded{0, 0, false});
  EXPECT_EQ(numbers(other), (Numbers{1, 2}));
}

TEST(CallNumbers, ACallThatNeverCameIsLeftOut) {
  const auto skewed = [](double second_line) {
    Story story = begun();
    told(answered(story, 1, 1), 2, 1, "result");
    answered(story, 2, 5);  // The third: the second failed before it was sent.
    told(story, second_line, 2, "error");
    told(story, 8, 3, "result");
    EXPECT_EQ(numbers(story), (Numbers{1, 3}));
    EXPECT_EQ(story.judge(call_returns_what_was_sent(Rule{})).outcome, Outcome::kHeld);
    EXPECT_EQ(story.judge(calls_outlive_connections()).findings.front().level, Level::kShould);
  };
  skewed(3);
  skewed(7);  // Read late, when the next call had been answered.
}

TEST(CallNumbers, ALineThatWasReadBeforeTheRequestIsOfAnEarlierCall) {
  Story story = begun();
  told(story, 1, 1, "error");
  answered(story, 1, 2);
  EXPECT_EQ(numbers(story), Numbers{2});
  Story late = begun();
  told(late, 1, 1, "limit");  // It may have come before its request was read.
  answered(late, 1, 2);
  EXPECT_EQ(numbers(late), Numbers{1});
}

// Each has two calls from `ms` on, of the ids 1 and 2, and takes its time to close.
Story& session(Story& story, std::uint32_t connection, double ms, double closes) {
  story.open(connection, Side::kServer);
  for (const int call : {1, 2}) {
    const double at = ms + 10 * call;
    story.at(at).call(connection, call).sse_head(connection).result(connection, call);
    told(story.end(connection), at + 5, call, "result");
  }
  return story.at(closes).tell(ProcessLine{R"({"done":true})"});
}

TEST(CallNumbers, BeginAnewInEachSession) {
  Story story = begun();
  session(story, 1, 0, 15000);
  session(story, 2, 15000, 30000);
  EXPECT_EQ(numbers(story), (Numbers{1, 2, 1, 2}));
  EXPECT_EQ(story.judge(call_returns_what_was_sent(Rule{})).outcome, Outcome::kHeld);
  told(answered(story, 3, 30001), 30002, 1, "error");
  const Judgement lost = story.judge(call_returns_what_was_sent(Rule{}));
  ASSERT_EQ(lost.outcome, Outcome::kBroken);
  EXPECT_NE(lost.findings.front().observed.find("call 1 of session 3"), std::string::npos);
}

TEST(CallNumbers, ACallThatNothingWasToldOfCameBackByTheEndOfItsSession) {
  Story story = begun();
  answered(story, 1, 1).at(5).tell(ProcessLine{R"({"done":true,"status":1})"});
  session(story, 2, 15000, 30000);
  const auto calls = calls_of(story.timeline());
  ASSERT_EQ(calls.size(), 3U) << "equal ids in two sessions are two calls";
  EXPECT_EQ(calls[0].back.at, story.timeline().lines.front().at);
  EXPECT_EQ(calls[1].back.outcome, "result");
  EXPECT_EQ(story.judge(call_returns_what_was_sent(Rule{})).outcome, Outcome::kInconclusive);
}

TEST(CallNumbers, AnAnswerThatWasLostStaysLost) {
  Story story = begun();
  told(answered(story, 1, 1), 2, 1, "error");
  told(story, 3, 2, "error");  // Never sent.
  told(answered(story, 3, 4), 5, 3, "result");
  EXPECT_EQ(numbers(story), (Numbers{1, 3}));
  const Judgement judgement = story.judge(call_returns_what_was_sent(Rule{}));
  ASSERT_EQ(judgement.outcome, Outcome::kBroken);
  EXPECT_NE(judgement.findings.front().observed.find("call 1"), std::string::npos);
}

TEST(CallsOutliveConnections, AClientThatIsSlowToLeaveDoesNotHangBeforeACall) {
  const auto judged = [](const std::string& asked) {
    Story story = begun();
    story.mark(kMarkEnvironment, R"({"TAILRACE_CALLS":")" + asked + R"("})");
    told(answered(story, 1, 1), 2, 1, "result");
    story.at(9000).tell(ProcessEnded{0, 9, true});
    return story.judge(calls_outlive_connections()).outcome;
  };
  EXPECT_EQ(judged("1"), Outcome::kHeld);
  EXPECT_EQ(judged("2"), Outcome::kBroken);
}

TEST(LimitWasNear, WhereTheCallHadBegunLongBeforeItsRequestWasRead) {
  const auto judged = [](const std::string& took) {
    Story story = begun();
    answered(story, 1, 800);
    story.at(1000).tell(ProcessLine{R"({"call":1,"outcome":"limit")" + took + "}"});
    return story.judge(call_returns_what_was_sent(Rule{})).outcome;
  };
  EXPECT_EQ(judged(""), Outcome::kBroken);
  EXPECT_EQ(judged(R"(,"ms":201.5)"), Outcome::kBroken);
  EXPECT_EQ(judged(R"(,"ms":1000.3)"), Outcome::kInconclusive);
}

TEST(RefusedCallsReturn, ACallThatRanOutOfItsLimitOnABusyHostMayHaveBeenSent) {
  const auto judged = [](const std::string& first_took, const std::string& second) {
    Story story = begun();
    story.at(600).open(1, Side::kServer).call(1, 1).plain(1, 413);
    story.at(650).tell(ProcessLine{R"({"call":1,"outcome":"error","ms":)" + first_took + "}"});
    story.at(1700).tell(ProcessLine{R"({"call":2,"outcome":")" + second + R"(","ms":1000})"});
    return story.judge(refused_calls_return()).outcome;
  };
  EXPECT_EQ(judged("60", "limit"), Outcome::kBroken);
  EXPECT_EQ(judged("640", "limit"), Outcome::kInconclusive);
  EXPECT_EQ(judged("640", "error"), Outcome::kBroken);
}

}  // namespace
}  // namespace tailrace
