// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/listening.h"

#include <gtest/gtest.h>

#include "harness/judge/calls.h"
#include "harness/judge/resume.h"
#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

constexpr const char* kPing = R"({"jsonrpc":"2.0","id":"p","method":"ping"})";

Story& get(Story& story, std::uint32_t connection, const std::string& last_event_id) {
  const std::string id = last_event_id.empty() ? "" : "Last-Event-ID: " + last_event_id + "\r\n";
  return story.open(connection, Side::kServer)
      .from_client(connection, "GET /mcp HTTP/1.1\r\nHost: a\r\n" + id + "\r\n");
}

// A listening stream that we cut at 10 ms, after the event "g-2"; retry 100.
Story cut_listening() {
  Story story;
  story.mark(kMarkContract, "calls").mark(kMarkRetry, "100");
  get(story.at(1), 1, "").sse_head(1).event(1, kPing, "g-1").event(1, kPing, "g-2");
  story.at(10).tell(WeEnded{{1}, Ending::kFin});
  return story;
}

TEST(ListeningStream, IsResumedByTheLastIdOfItsEvents) {
  const Check check = listening_stream_is_resumed(req::kResumeAfterDisconnect);
  const auto back_with = [&](const std::string& id) {
    Story story = cut_listening();
    get(story.at(115), 2, id);
    return story.judge(check);
  };
  EXPECT_EQ(back_with("g-2").outcome, Outcome::kHeld);
  for (const char* other : {"", "g-1"}) {
    ASSERT_EQ(back_with(other).outcome, Outcome::kBroken);
    EXPECT_EQ(back_with(other).findings.front().level, Level::kShould);
    EXPECT_EQ(back_with(other).findings.front().requirements.front(), "SH-RES-04");
  }
  EXPECT_EQ(cut_listening().judge(check).outcome, Outcome::kNotApplicable);
  EXPECT_EQ(Story().judge(check).outcome, Outcome::kNotApplicable);
}

TEST(ListeningStream, ASecondOneBesideItConvictsNobody) {
  Story story = cut_listening();
  get(story.at(50), 2, "");
  get(story.at(115), 3, "g-2");
  EXPECT_EQ(story.judge(listening_stream_is_resumed(req::kResumeAfterDisconnect)).outcome,
            Outcome::kHeld);
  EXPECT_EQ(story.judge(waits_before_listening_again(req::kWaitsForRetry)).outcome,
            Outcome::kHeld);
}

TEST(ListeningStream, WithoutAnIdMayBeOpenedAnew) {
  Story story;
  get(story.at(1), 1, "").sse_head(1).event(1, kPing);
  story.at(10).tell(WeEnded{{1}, Ending::kFin});
  get(story.at(115), 2, "");
  EXPECT_EQ(story.judge(listening_stream_is_resumed(req::kResumeAfterDisconnect)).outcome,
            Outcome::kNotApplicable);
}

TEST(ListeningStream, IsNotAskedForBeforeRetry) {
  const Check check = waits_before_listening_again(req::kWaitsForRetry);
  const auto back_at = [&](double ms) {
    Story story = cut_listening();
    get(story.at(ms), 2, "g-2");
    return story.judge(check);
  };
  ASSERT_EQ(back_at(60).outcome, Outcome::kBroken);
  EXPECT_EQ(back_at(60).findings.front().level, Level::kMust);
  EXPECT_EQ(back_at(92).outcome, Outcome::kHeld);
  EXPECT_EQ(back_at(900).outcome, Outcome::kHeld);
}

TEST(ListeningStream, ThatItsClientHadLeftDidNotBreakOff) {
  Story story;
  story.mark(kMarkContract, "calls").mark(kMarkRetry, "100");
  get(story.at(1), 1, "").sse_head(1).event(1, kPing, "g-1");
  story.at(5).tell(PeerEnded{{1}, Ending::kFin}).event(1, kPing, "g-2");
  story.at(10).tell(WeEnded{{1}, Ending::kFin});
  get(story.at(50), 2, "g-1");
  const Check resumed = listening_stream_is_resumed(req::kResumeAfterDisconnect);
  EXPECT_EQ(story.judge(resumed).outcome, Outcome::kNotApplicable);
  EXPECT_EQ(story.judge(waits_before_listening_again(req::kWaitsForRetry)).outcome,
            Outcome::kNotApplicable);
}

TEST(ListensInBounds, ARefusalIsNoEndOfTheClient) {
  const auto ended = [](int status) {
    Story story;
    story.mark(kMarkContract, "calls").mark(kMarkCallLimit, "1000");
    story.at(1).open(2, Side::kServer).call(2, 1).sse_head(2);
    get(story.at(2), 1, "").plain(1, 405);
    return story.at(10).tell(ProcessEnded{status, 0, false}).judge(listens_in_bounds());
  };
  ASSERT_EQ(ended(1).outcome, Outcome::kBroken);
  EXPECT_EQ(ended(1).findings.front().harm, "harm.answer_lost");
  EXPECT_EQ(ended(0).outcome, Outcome::kHeld);
}

TEST(ListensInBounds, ABusyHostThatAnswersLateSeesNoPace) {
  const auto listened = [](double busy_ms, double left_at) {
    Story story;
    std::uint32_t connection = 1;
    for (double at = 0; at + busy_ms < left_at; at += busy_ms + 1, busy_ms *= 1.4) {
      get(story.at(at), connection, "").at(at + busy_ms);
      story.sse_head(connection).tell(WeEnded{{connection}, Ending::kReset});
      ++connection;
    }
    return story.at(left_at).tell(ProcessEnded{0, 0, false}).judge(listens_in_bounds()).outcome;
  };
  EXPECT_EQ(listened(5, 800), Outcome::kInconclusive);   // More than a storm has, at last slower.
  EXPECT_EQ(listened(20, 150), Outcome::kInconclusive);  // Few.
  Story stops;
  get(stops.at(0), 1, "").at(20).sse_head(1).tell(WeEnded{{1}, Ending::kReset});
  stops.at(2000).tell(ProcessEnded{0, 0, false});
  EXPECT_EQ(stops.judge(listens_in_bounds()).outcome, Outcome::kHeld);
}

}  // namespace
}  // namespace tailrace
