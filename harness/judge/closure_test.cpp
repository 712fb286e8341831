// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/closure.h"

#include <gtest/gtest.h>

#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

Check ends(Final final = Final::kResult) {
  return stream_ends(final, req::kResponseEndsStream);
}

// Calls on connections of their own, each answered at once and ended `after` ms later; 0: never.
Story calls(int count, double after) {
  Story story;
  for (int i = 1; i <= count; ++i) {
    const auto connection = static_cast<std::uint32_t>(i);
    story.at(i * 10).open(connection).call(connection, i).sse_head(connection);
    story.result(connection, i);
  }
  for (int i = 1; after > 0 && i <= count; ++i) {
    story.at(i * 10 + after).end(static_cast<std::uint32_t>(i));
  }
  return story;
}

TEST(StreamEnds, HoldsWhereEachStreamEndsSoon) {
  const Judgement judgement = calls(3, 1).judge(ends());
  EXPECT_EQ(judgement.outcome, Outcome::kHeld);
  EXPECT_EQ(judgement.measurements.front().value, "3");
}

TEST(StreamEnds, OneOpenStreamIsAShould) {
  Story story = calls(2, 1);
  story.at(50).open(9).call(9, 9).sse_head(9).result(9, 9);
  story.at(6000).tell(WeEnded{{9}, Ending::kFin, false});
  const Judgement judgement = story.judge(ends());
  ASSERT_EQ(judgement.outcome, Outcome::kBroken);
  EXPECT_EQ(judgement.findings.front().level, Level::kShould);
  EXPECT_EQ(judgement.findings.front().requirements, std::vector<std::string>{"SH-CLOSE-03"});
}

TEST(StreamEnds, AllStreamsOpenAreHarm) {
  const Judgement judgement = calls(3, 0).at(6000).mark("x", "").judge(ends());
  ASSERT_EQ(judgement.outcome, Outcome::kBroken);
  EXPECT_EQ(judgement.findings.front().harm, "harm.open_streams");
  EXPECT_EQ(judgement.findings.front().level, Level::kHarm);
}

TEST(StreamEnds, IsInconclusiveWhereWeLeftTooSoon) {
  EXPECT_EQ(calls(3, 0).at(2000).mark("x", "").judge(ends()).outcome, Outcome::kInconclusive);
  EXPECT_EQ(Story().judge(ends()).outcome, Outcome::kInconclusive);
}

TEST(StreamEnds, LateEndsAreReportedOnlyWhenAllOfFiveAreAndRepliesAreQuick) {
  EXPECT_EQ(calls(5, 1500).judge(ends()).outcome, Outcome::kBroken);
  EXPECT_EQ(calls(4, 1500).judge(ends()).outcome, Outcome::kHeld);
  EXPECT_EQ(calls(5, 300).judge(ends()).outcome, Outcome::kHeld);
  Story busy = calls(5, 1500);
  busy.tell(WindowEnded{"watch_ends", Millis(100), Millis(400)});
  EXPECT_EQ(busy.judge(ends()).outcome, Outcome::kInconclusive);
}

// A server ends idle connections after some seconds: that is when a body without an end is over.
TEST(StreamEnds, TellsAnEndThatNeverCameFromOneThatIsLate) {
  Story dropped = calls(5, 0);
  for (std::uint32_t i = 1; i <= 5; ++i) dropped.at(4900).tell(PeerEnded{{i}, Ending::kFin});
  const auto in_order = stream_ends_in_order(Final::kResult, req::kStreamEndsAsHttp);
  for (const Check& check : {ends(), in_order}) {
    const Judgement judgement = dropped.judge(check);
    ASSERT_EQ(judgement.outcome, Outcome::kBroken);
    EXPECT_TRUE(judgement.findings.front().likely_cause.starts_with("the end of the body is not"));
  }
  EXPECT_TRUE(calls(5, 1500).judge(ends()).findings.front().likely_cause.starts_with(
      "the stream is ended by a timer"));
}

// What stays open is told by what it has and what ended beside it has not.
TEST(StreamEnds, TellsWhatOpenStreamsHaveInCommon) {
  const auto cause = [](const std::string& before, bool error, bool ended_before) {
    Story story;
    for (std::uint32_t i = 1; i <= 4; ++i) {
      const bool open = i % 2 == 0;
      story.at(i).open(i).call(i, static_cast<int>(i)).sse_head(i);
      if (!before.empty() && (open || ended_before)) story.event(i, before);
      if (open && error) {
        story.error(i, static_cast<int>(i));
      } else {
        story.result(i, static_cast<int>(i));
      }
      if (!open) story.end(i);
    }
    story.at(6000).mark("x", "");
    return story.judge(ends(Final::kEither)).findings.front().likely_cause;
  };
  const std::string log = R"({"jsonrpc":"2.0","method":"notifications/message"})";
  EXPECT_TRUE(cause(log, false, false).starts_with("a response that comes behind other messages"));
  EXPECT_TRUE(cause(log, false, true).starts_with("the sender of the stream is kept"));
  EXPECT_TRUE(cause("", true, false).starts_with("the path that sends an Error"));
  EXPECT_TRUE(cause(log, true, true).starts_with("the path that sends an Error"));
  EXPECT_TRUE(cause("", false, false).starts_with("the sender of the stream is kept"));
}

TEST(StreamEnds, TellsResultsAndErrorsApart) {
  Story story;
  story.open(1).call(1, 1).sse_head(1).error(1, 1);
  story.at(7000).mark("x", "");
  EXPECT_EQ(story.judge(ends(Final::kResult)).outcome, Outcome::kNotApplicable);
  EXPECT_EQ(story.judge(ends(Final::kError)).outcome, Outcome::kBroken);
}

TEST(StreamEnds, JsonAnswersMakeItNotApplicable) {
  Story story;
  story.open(1).call(1, 1).from_server(
      1,
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 36\r\n\r\n"
      R"({"jsonrpc":"2.0","id":1,"result":{}})");
  EXPECT_EQ(story.judge(ends()).outcome, Outcome::kNotApplicable);
}

TEST(StreamEnds, AnswersThatAreFetchedMakeItNotApplicable) {
  const std::string resume = "GET /mcp HTTP/1.1\r\nHost: x\r\nLast-Event-ID: a\r\n\r\n";
  Story story;
  story.open(1).call(1, 1).sse_head(1).from_server(1, "d\r\nid: a\ndata:\n\n\r\n").end(1);
  story.at(10).open(2).from_client(2, resume).sse_head(2).result(2, 1).end(2);
  const Judgement judgement = story.judge(ends());
  EXPECT_EQ(judgement.outcome, Outcome::kNotApplicable);
  EXPECT_NE(judgement.reason.find("come back"), std::string::npos) << judgement.reason;
}

TEST(StreamEndsInOrder, FinAndResetInsideTheMessageAreMust) {
  const Check check = stream_ends_in_order(Final::kResult, req::kStreamEndsAsHttp);
  EXPECT_EQ(calls(2, 1).judge(check).outcome, Outcome::kHeld);
  for (const Ending how : {Ending::kFin, Ending::kReset}) {
    Story story;
    story.open(1).call(1, 1).sse_head(1).result(1, 1).tell(PeerEnded{{1}, how});
    const Judgement judgement = story.judge(check);
    ASSERT_EQ(judgement.outcome, Outcome::kBroken);
    EXPECT_EQ(judgement.findings.front().level, Level::kMust);
  }
  EXPECT_EQ(calls(1, 0).judge(check).outcome, Outcome::kNotApplicable);
}

TEST(NothingFollows, TellsWhatFollowsByItsKind) {
  const Check check = nothing_follows(Final::kEither, req::kOneResponse, req::kResponseEndsStream);
  const auto cause = [&](const std::string& data) {
    Story story;
    story.open(1).call(1, 1).sse_head(1).result(1, 1).event(1, data).end(1);
    return story.judge(check).findings.front().likely_cause;
  };
  EXPECT_TRUE(cause("null").starts_with("an empty value or a marker"));
  EXPECT_TRUE(cause("[DONE]").starts_with("an empty value or a marker"));
  EXPECT_TRUE(cause(R"({"jsonrpc":"2.0","id":1,"result":{}})").starts_with("the response is sent"));
  EXPECT_TRUE(cause(R"({"jsonrpc":"2.0","id":2,"result":{}})").starts_with("messages of the"));
}

TEST(NothingFollows, GradesWhatFollows) {
  const Check check = nothing_follows(Final::kEither, req::kOneResponse, req::kResponseEndsStream);
  const auto followed_by = [&](const std::string& data, std::string_view in = "2025-11-25") {
    Story story;
    story.open(1).call(1, 1).sse_head(1).result(1, 1).event(1, data).end(1);
    const Judgement judgement = story.judge(check, in);
    return judgement.findings.empty() ? Level::kNote : judgement.findings.front().level;
  };
  EXPECT_EQ(followed_by(R"({"jsonrpc":"2.0","id":1,"result":{}})"), Level::kMust);
  EXPECT_EQ(followed_by("{not json"), Level::kMust);
  EXPECT_EQ(followed_by(R"({"jsonrpc":"2.0","method":"notifications/progress"})"), Level::kMust);
  const std::string log = R"({"jsonrpc":"2.0","method":"notifications/message"})";
  EXPECT_EQ(followed_by(log), Level::kShould);
  EXPECT_EQ(followed_by(log, "2026-07-28"), Level::kMust);
  const std::string other = R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})";
  EXPECT_EQ(followed_by(other, "2026-07-28"), Level::kShould);
  Story comments;
  comments.open(1).call(1, 1).sse_head(1).result(1, 1).from_server(1, "5\r\n: hi\n\r\n").end(1);
  EXPECT_EQ(comments.judge(check).outcome, Outcome::kHeld);
}

}  // namespace
}  // namespace tailrace
