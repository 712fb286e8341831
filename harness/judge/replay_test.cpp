// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/replay.h"

#include <gtest/gtest.h>

#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

constexpr std::string_view kOne = "Mcp-Session-Id: one\r\n", kTwo = "Mcp-Session-Id: two\r\n";

void get(Story& story, std::uint32_t connection, const std::string& last,
         std::string_view session = kOne) {
  story.open(connection);
  story.from_client(connection, "GET /mcp HTTP/1.1\r\nHost: a\r\n" + std::string(session) +
                                    "Last-Event-ID: " + last + "\r\n\r\n");
}

// A call on connection 1 whose stream gave out the id "e0"; `cut` is our reset of it.
Story call(bool cut = true) {
  Story story;
  story.open(1).call(1, 7, "tools/call", std::string(kOne)).sse_head(1).event(1, "", "e0");
  if (cut) story.at(10).tell(WeEnded{{1}, Ending::kReset, false});
  return story;
}

TEST(ResumeBringsAnswer, AnAcceptedResumeWithoutTheAnswerHasLostIt) {
  const Check check = resume_brings_answer(req::kDisconnectIsNoCancel);
  Story good = call();
  get(good.at(20), 2, "e0");
  good.sse_head(2).result(2, 7, "e1").end(2);
  EXPECT_EQ(good.judge(check).outcome, Outcome::kHeld);
  Story empty = call();
  get(empty.at(20), 2, "e0");
  empty.sse_head(2).end(2);
  EXPECT_EQ(empty.judge(check).findings.front().harm, "harm.answer_lost");
  Story silent = call();
  get(silent.at(20), 2, "e0");
  silent.sse_head(2).at(2000).mark("x", "");
  EXPECT_EQ(silent.judge(check).outcome, Outcome::kInconclusive);
  silent.at(6000).mark("x", "");
  EXPECT_EQ(silent.judge(check).outcome, Outcome::kBroken);
}

TEST(ReplaysOnlyItsStream, AsksNothingOfAServerThatAnswersNoResume) {
  const Check check = replays_only_its_stream(req::kReplaysOneStream);
  EXPECT_EQ(call().judge(check).outcome, Outcome::kInconclusive) << "nothing was resumed";
  Story silent = call();
  get(silent.at(20), 2, "e0");
  EXPECT_EQ(silent.judge(check).outcome, Outcome::kNotApplicable);
  silent.sse_head(2).result(2, 7, "e1").end(2);
  EXPECT_EQ(silent.judge(check).outcome, Outcome::kHeld);
}

TEST(ReplaysOnlyItsStream, ARefusedResumeShowsNothing) {
  const Check check = replays_only_its_stream(req::kReplaysOneStream);
  Story refused = call();
  get(refused.at(20), 2, "e0");
  EXPECT_EQ(refused.plain(2, 405).judge(check).outcome, Outcome::kNotApplicable);
  Story foreign = call();
  get(foreign.at(20), 2, "e0", kTwo);
  EXPECT_EQ(foreign.plain(2, 404).judge(check).outcome, Outcome::kHeld) << "it had to be";
}

TEST(ResumesBringOneResponse, AnotherIsMustAndTheSameEventAgainIsNot) {
  const Check check = resumes_bring_one_response(req::kOneResponse);
  const auto second = [&](const std::string& id) {
    Story story = call();
    get(story.at(20), 2, "e0");
    story.sse_head(2).result(2, 7, "e1").result(2, 7, id).end(2);
    return story.judge(check).outcome;
  };
  EXPECT_EQ(second("e2"), Outcome::kBroken);
  EXPECT_EQ(second("e1"), Outcome::kHeld);
  Story empty = call();
  get(empty.at(20), 2, "e0");
  EXPECT_EQ(empty.sse_head(2).end(2).judge(check).outcome, Outcome::kNotApplicable);
}

TEST(ResumeBringsAnswer, WithoutAnIdBeforeTheResponseNothingInFlightCanBeResumed) {
  const auto resumed = [](bool primed) {
    Story story;
    story.open(1).call(1, 7, "tools/call", std::string(kOne)).sse_head(1);
    if (primed) story.event(1, "", "e0");
    story.result(1, 7, "e1").at(10).tell(WeEnded{{1}, Ending::kReset, false});
    get(story.at(20), 2, "e1");
    story.sse_head(2).end(2);
    return story.judge(resume_brings_answer(req::kDisconnectIsNoCancel)).outcome;
  };
  EXPECT_EQ(resumed(false), Outcome::kNotApplicable);
  EXPECT_EQ(resumed(true), Outcome::kNotApplicable);
}

TEST(ResumeBringsAnswer, RefusingIsLegalAndALaterResumeMayBringIt) {
  const Check check = resume_brings_answer(req::kDisconnectIsNoCancel);
  Story refused = call();
  get(refused.at(20), 2, "e0");
  refused.plain(2, 405);
  EXPECT_EQ(refused.judge(check).outcome, Outcome::kNotApplicable);
  Story polled = call();
  get(polled.at(20), 2, "e0");
  polled.sse_head(2).end(2);
  get(polled.at(600), 3, "e0");
  polled.sse_head(3).result(3, 7).end(3);
  EXPECT_EQ(polled.judge(check).outcome, Outcome::kHeld);
  EXPECT_EQ(call().judge(check).outcome, Outcome::kInconclusive);
}

TEST(ResumedStreamEnds, IsJudgedAsTheFirstOneWouldBe) {
  const Check check = resumed_stream_ends(Final::kEither, req::kResponseEndsStream);
  Story open = call();
  get(open.at(20), 2, "e0");
  open.sse_head(2).result(2, 7).at(6000).mark("x", "");
  ASSERT_EQ(open.judge(check).outcome, Outcome::kBroken);
  EXPECT_EQ(open.judge(check).findings.front().level, Level::kShould);
  open.end(2);
  EXPECT_EQ(open.judge(check).outcome, Outcome::kBroken);  // Too late.
  Story late = call();
  get(late.at(20), 2, "e0");
  late.sse_head(2).result(2, 7).at(400).end(2);
  EXPECT_EQ(late.judge(check).outcome, Outcome::kHeld);
}

TEST(AnswerComesOnce, TwoOpenStreamsMayNotBothGetIt) {
  const Check check = answer_comes_once(req::kOneStreamPerMessage);
  Story both = call(false);
  get(both.at(20), 2, "e0");
  both.sse_head(2).at(100).result(1, 7).end(1).result(2, 7).end(2);  // Its end in one read with it.
  ASSERT_EQ(both.judge(check).outcome, Outcome::kBroken);
  EXPECT_EQ(both.judge(check).findings.front().level, Level::kMust);
  Story replayed = call(false);  // The first one had it before the resume began.
  replayed.at(20).result(1, 7);
  get(replayed.at(30), 2, "e0");
  replayed.sse_head(2).result(2, 7);
  EXPECT_EQ(replayed.judge(check).outcome, Outcome::kHeld);
  Story crossed = call(false);  // ... or while it was on its way.
  get(crossed.at(20), 2, "e0");
  crossed.result(1, 7).at(21).sse_head(2).result(2, 7);
  EXPECT_EQ(crossed.judge(check).outcome, Outcome::kHeld);
}

TEST(ReplaysOnlyItsStream, MessagesOfOtherStreamsAreMustOfOtherSessionsHarm) {
  const Check check = replays_only_its_stream(req::kReplaysOneStream);
  const auto resumed = [&](std::string_view session, int answer) {
    Story story = call();
    story.open(3).call(3, 8, "tools/call", std::string(kOne)).sse_head(3).event(3, "", "f0");
    get(story.at(20), 2, "e0", session);
    story.sse_head(2).result(2, answer).end(2);
    return story.judge(check);
  };
  EXPECT_EQ(resumed(kOne, 7).outcome, Outcome::kHeld);
  ASSERT_EQ(resumed(kOne, 8).outcome, Outcome::kBroken);
  EXPECT_EQ(resumed(kOne, 8).findings.front().level, Level::kMust);
  EXPECT_EQ(resumed(kTwo, 7).findings.front().harm, "harm.answer_to_wrong_caller");
  EXPECT_EQ(resumed(kOne, 8).findings.front().likely_cause.find("takes over"), std::string::npos);
  Story stolen = call();
  stolen.open(3).call(3, 8, "tools/call", std::string(kOne)).sse_head(3).event(3, "", "f0");
  get(stolen.at(20), 2, "e0");
  stolen.sse_head(2).at(300).result(2, 8).end(2);
  const std::string cause = stolen.judge(check).findings.front().likely_cause;
  EXPECT_NE(cause.find("takes over"), std::string::npos) << cause;
  Story refused = call();
  get(refused.at(20), 2, "e0", kTwo);
  refused.plain(2, 400);
  EXPECT_EQ(refused.judge(check).outcome, Outcome::kHeld);
}

TEST(ReplaysOnlyItsStream, UnderNewIdsThatLeadToItToo) {
  const Check check = replays_only_its_stream(req::kReplaysOneStream);
  Story story;
  story.open(1).call(1, 7, "tools/call", std::string(kOne)).sse_head(1).event(1, "", "e1");
  story.result(1, 7, "e2").end(1);
  get(story.at(20), 2, "e1");
  story.sse_head(2).event(2, "", "new").result(2, 7, "newer").end(2);
  get(story.at(40), 3, "new");
  EXPECT_EQ(story.sse_head(3).result(3, 7, "newer").end(3).judge(check).outcome, Outcome::kHeld);
}

TEST(GetIsAnswered, ByAStreamOrARefusalButNotByNothing) {
  const Check check = get_is_answered(req::kGetIsAnswered);
  Story hangs;
  get(hangs, 1, "unknown");
  hangs.at(2000).mark("x", "");
  EXPECT_EQ(hangs.judge(check).outcome, Outcome::kInconclusive);
  hangs.at(6000).mark("x", "");
  EXPECT_EQ(hangs.judge(check).findings.front().level, Level::kMust);
  Story refused;
  get(refused, 1, "unknown");
  EXPECT_EQ(refused.plain(1, 400).judge(check).outcome, Outcome::kHeld);
  Story stream;
  get(stream, 1, "unknown");
  EXPECT_EQ(stream.sse_head(1).judge(check).outcome, Outcome::kHeld);
  Story other;
  get(other, 1, "unknown");
  EXPECT_EQ(other.plain(1, 200).judge(check).outcome, Outcome::kBroken);
}

TEST(FinishedStream, IsOverForAResumeToo) {
  const Check check = finished_stream_stays_over(req::kResponseEndsStream);
  const auto resumed = [&](auto&& answer) {
    Story story;
    story.open(1).call(1, 7, "tools/call", std::string(kOne)).sse_head(1);
    story.result(1, 7, "e1").end(1);
    get(story.at(20), 2, "e1");
    answer(story);
    return story.at(6000).mark("x", "").judge(check).outcome;
  };
  EXPECT_EQ(resumed([](Story& s) { s.plain(2, 400); }), Outcome::kHeld);
  EXPECT_EQ(resumed([](Story& s) { s.plain(2, 204); }), Outcome::kHeld);
  EXPECT_EQ(resumed([](Story& s) { s.sse_head(2).end(2); }), Outcome::kHeld);
  EXPECT_EQ(resumed([](Story& s) { s.sse_head(2); }), Outcome::kBroken);
  EXPECT_EQ(resumed([](Story& s) { s.sse_head(2).result(2, 7).end(2); }), Outcome::kBroken);
  Story counts;  // All events of the stream have one id.
  counts.open(1).call(1, 7, "tools/call", std::string(kOne)).sse_head(1).event(1, "", "e1");
  counts.result(1, 7, "e1").end(1);
  get(counts.at(20), 2, "e1");
  counts.sse_head(2).result(2, 7, "e1").end(2).at(6000).mark("x", "");
  EXPECT_EQ(counts.judge(check).outcome, Outcome::kNotApplicable);
  // An id that two streams gave out leads to either.
  EXPECT_EQ(resumed([](Story& s) {
              s.open(3).call(3, 8, "ping", std::string(kOne)).sse_head(3).event(3, "", "e1");
              s.sse_head(2);
            }),
            Outcome::kNotApplicable);
}

}  // namespace
}  // namespace tailrace
