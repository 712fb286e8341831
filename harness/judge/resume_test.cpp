// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/resume.h"

#include <gtest/gtest.h>

#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

// A call whose stream ended at 10 ms, after the event "a-2" and without a response; retry 100.
Story broken_off() {
  Story story;
  story.mark(kMarkContract, "calls").mark(kMarkCallLimit, "1000").mark(kMarkRetry, "100");
  story.at(1).open(1, Side::kServer).call(1, 1).sse_head(1);
  story.event(1, R"({"jsonrpc":"2.0","id":"p","method":"ping"})", "a-1");
  story.event(1, R"({"jsonrpc":"2.0","id":"q","method":"ping"})", "a-2");
  return std::move(story.at(10).end(1));
}

Story& get(Story& story, const std::string& last_event_id) {
  const std::string id = last_event_id.empty() ? "" : "Last-Event-ID: " + last_event_id + "\r\n";
  return story.from_client(1, "GET /mcp HTTP/1.1\r\nHost: a\r\n" + id + "\r\n");
}

Story& empty_stream(Story& story) {
  return story.sse_head(1).end(1);
}

Check resumes() {
  return resumes_broken_stream(req::kBrokenStreamIsPolled, req::kResumeAfterDisconnect);
}

TEST(ResumesBrokenStream, HoldsForGetWithTheLastId) {
  Story story = broken_off();
  get(story.at(115), "a-2").sse_head(1).result(1, 1, "a-3").end(1);
  const Judgement judgement = story.judge(resumes());
  EXPECT_EQ(judgement.outcome, Outcome::kHeld);
  EXPECT_EQ(judgement.measurements.front().value, "105.00 ms");
}

TEST(ResumesBrokenStream, AnEarlierIdNoIdAndASecondPostAreAShould) {
  Story earlier = broken_off();
  get(earlier.at(115), "a-1");
  Story nameless = broken_off();
  get(nameless.at(115), "");
  Story again = broken_off();
  again.at(20).call(1, 1);
  for (const Story* story : {&earlier, &nameless, &again}) {
    const Judgement judgement = story->judge(resumes());
    ASSERT_EQ(judgement.outcome, Outcome::kBroken);
    EXPECT_EQ(judgement.findings.front().level, Level::kShould);
    EXPECT_EQ(judgement.findings.front().requirements, std::vector<std::string>{"SH-RES-04"});
  }
}

TEST(ResumesBrokenStream, SilenceIsAShouldWherePollingIsARule) {
  Story story = broken_off();
  story.at(20).tell(ProcessLine{R"({"call":1,"outcome":"error"})"});
  story.at(1200).tell(ProcessEnded{0, 0, false});
  EXPECT_EQ(story.judge(resumes()).findings.front().level, Level::kShould);
  EXPECT_EQ(story.judge(resumes(), "2025-06-18").findings.front().level, Level::kNote);
  Story left = broken_off();
  left.at(30).tell(ProcessEnded{0, 0, false});
  EXPECT_EQ(left.judge(resumes()).outcome, Outcome::kNotApplicable);
  EXPECT_EQ(Story().judge(resumes()).outcome, Outcome::kInconclusive);
}

// Where it had listened before, such a GET may listen again: nobody is charged with leaving it out.
TEST(ResumesBrokenStream, AGetWithoutIdIsNamedWhereNoResumeCame) {
  Story story;
  story.mark(kMarkContract, "calls").mark(kMarkCallLimit, "1000").mark(kMarkRetry, "100");
  story.at(1).open(1, Side::kServer);
  get(story, "").plain(1, 405);
  story.at(2).call(1, 1).sse_head(1);
  story.event(1, R"({"jsonrpc":"2.0","id":"p","method":"ping"})", "a-1").at(10).end(1);
  get(story.at(115), "").plain(1, 405);
  story.at(120).tell(ProcessLine{R"({"call":1,"outcome":"error"})"});
  story.at(1200).tell(ProcessEnded{0, 0, false});
  const Judgement judgement = story.judge(resumes());
  ASSERT_EQ(judgement.outcome, Outcome::kBroken);
  EXPECT_EQ(judgement.findings.front().requirements, std::vector<std::string>{"SH-POLL-03"});
  const std::string& cause = judgement.findings.front().likely_cause;
  EXPECT_NE(cause.find("105.00 ms later"), std::string::npos) << cause;
}

TEST(ResumesBrokenStream, AnIdThatNoEventHadIsNamed) {
  Story story = broken_off();
  get(story.at(220), "a").plain(1, 400);
  story.at(230).tell(ProcessLine{R"({"call":1,"outcome":"error"})"});
  story.at(2500).tell(ProcessEnded{0, 0, false});
  const Judgement judgement = story.judge(resumes());
  ASSERT_EQ(judgement.outcome, Outcome::kBroken);
  const std::string& cause = judgement.findings.front().likely_cause;
  EXPECT_NE(cause.find("names an event that never was"), std::string::npos) << cause;
}

TEST(WaitsBeforeResuming, OnlyTooEarlyConvicts) {
  const Check check = waits_before_resuming(req::kWaitsForRetry);
  const auto resumed_at = [&](double ms) {
    Story story = broken_off();
    get(story.at(ms), "a-2");
    return story.judge(check);
  };
  ASSERT_EQ(resumed_at(60).outcome, Outcome::kBroken);
  EXPECT_EQ(resumed_at(60).findings.front().level, Level::kMust);
  EXPECT_EQ(resumed_at(92).outcome, Outcome::kHeld);
  EXPECT_EQ(resumed_at(900).outcome, Outcome::kHeld);
  EXPECT_EQ(broken_off().judge(check).outcome, Outcome::kNotApplicable);
}

TEST(WaitsBeforeResuming, TheNewestRetryCounts) {
  const auto resumed_again_at = [](double ms) {
    Story story = broken_off();
    get(story.at(115), "a-2").sse_head(1);
    story.from_server(1, "1b\r\nid: a-3\nretry: 400\ndata: \n\n\r\n").end(1);
    get(story.at(ms), "a-3");
    return story.judge(waits_before_resuming(req::kWaitsForRetry)).outcome;
  };
  EXPECT_EQ(resumed_again_at(115 + 210), Outcome::kBroken);
  EXPECT_EQ(resumed_again_at(115 + 405), Outcome::kHeld);
}

TEST(ResumesInBounds, ElevenAtOnePaceAreAStormAndSlowerOnesAreNot) {
  const auto resumed = [](int count, double pace, double growth) {
    Story story = broken_off();
    double at = 110;
    for (int i = 0; i < count; ++i, at += pace, pace *= growth) {
      empty_stream(get(story.at(at), "a-2"));
    }
    return story.judge(resumes_in_bounds());
  };
  ASSERT_EQ(resumed(11, 500, 1).outcome, Outcome::kBroken);
  EXPECT_EQ(resumed(11, 500, 1).findings.front().harm, "harm.resume_storm") << "beyond the limit";
  EXPECT_EQ(resumed(11, 50, 1).findings.front().harm, "harm.resume_storm") << "`retry` is 100";
  EXPECT_EQ(resumed(11, 96, 1).findings.front().level, Level::kShould) << "as `retry` asks for";
  EXPECT_EQ(resumed(10, 500, 1).outcome, Outcome::kHeld);
  EXPECT_EQ(resumed(12, 1100, 1).outcome, Outcome::kHeld);
  EXPECT_EQ(resumed(11, 100, 1.3).outcome, Outcome::kHeld);
  EXPECT_EQ(resumed(12, 0.7, 1.2).outcome, Outcome::kBroken) << "at once, on a host with noise";
  EXPECT_EQ(resumed(12, 1, 2).outcome, Outcome::kHeld);
}

// As HTTP libraries do once with a GET that got no answer (RFC 9110, 9.2.2).
TEST(ResumesInBounds, ALibrarysRepeatIsNotTheClientsPace) {
  const auto resumed = [](int repeats, bool answered) {
    Story story = broken_off();
    std::uint32_t connection = 1;
    const auto attempt = [&](double at) {
      story.at(at).open(++connection, Side::kServer);
      story.from_client(connection,
                        "GET /mcp HTTP/1.1\r\nHost: a\r\nLast-Event-ID: a-2\r\n\r\n");
      if (answered) story.sse_head(connection);
      story.tell(WeEnded{{connection}, Ending::kReset});
    };
    for (int waited = 0; waited < 9; ++waited) {
      for (int repeat = 0; repeat <= repeats; ++repeat) attempt(110 + 100 * waited + repeat);
    }
    return story.judge(resumes_in_bounds()).findings.front();
  };
  EXPECT_EQ(resumed(1, false).harm, "");
  EXPECT_EQ(resumed(1, false).level, Level::kShould);
  EXPECT_EQ(resumed(1, true).harm, "harm.resume_storm") << "it had an answer";
  EXPECT_EQ(resumed(2, false).harm, "harm.resume_storm") << "once";
}

TEST(ResumesInBounds, ABusyHostHidesNoBackOff) {
  Story story = broken_off();
  double at = 110;
  // Waits that grow from 5 ms, of which the host made most of the earlier ones longer.
  for (const double wait : {5, 180, 175, 190, 180, 70, 120, 203, 230, 260}) {
    empty_stream(get(story.at(at), "a-2"));
    at += wait;
  }
  empty_stream(get(story.at(at), "a-2"));
  EXPECT_EQ(story.judge(resumes_in_bounds()).outcome, Outcome::kHeld);
}

TEST(ResumedResponseIsFinal, ItsStreamIsNotAskedForAgain) {
  const Check check = resumed_response_is_final(req::kResumeAfterDisconnect);
  const auto then = [&](const std::string& id, double left_at) {
    Story story = broken_off();
    get(story.at(220), "a-2").sse_head(1).result(1, 1, "b-1").end(1);
    story.tell(ProcessLine{R"({"call":1,"outcome":"result"})"});
    if (!id.empty()) get(story.at(450), id);
    return story.at(left_at).tell(ProcessEnded{0, 0, false}).judge(check);
  };
  EXPECT_EQ(then("", 2000).outcome, Outcome::kHeld);
  EXPECT_EQ(then("", 500).outcome, Outcome::kInconclusive);
  ASSERT_EQ(then("b-1", 2000).outcome, Outcome::kBroken);
  EXPECT_EQ(then("b-1", 2000).findings.front().level, Level::kShould);
  EXPECT_EQ(then("g-1", 2000).outcome, Outcome::kHeld) << "a listening stream of its own";
  EXPECT_EQ(broken_off().judge(check).outcome, Outcome::kNotApplicable);
}

TEST(ResumesInBounds, ResumesOfAReturnedCallAreAShould) {
  Story story = broken_off();
  story.at(1010).tell(ProcessLine{R"({"call":1,"outcome":"limit"})"});
  empty_stream(get(story.at(1100), "a-2"));
  EXPECT_EQ(story.judge(resumes_in_bounds()).outcome, Outcome::kHeld);
  empty_stream(get(story.at(1600), "a-2"));
  ASSERT_EQ(story.judge(resumes_in_bounds()).outcome, Outcome::kBroken);
  EXPECT_EQ(story.judge(resumes_in_bounds()).findings.front().level, Level::kShould);
}

}  // namespace
}  // namespace tailrace
