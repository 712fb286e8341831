// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/in_flight.h"

#include <gtest/gtest.h>

#include "harness/judge/service.h"
#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

// A call that gets its Result after 300 ms, and another one, that gets an Error after so long.
Story failed_after(double took) {
  Story story;
  story.open(1).open(2).mark(kMarkAfterwards, "the end of another stream");
  story.at(0).call(1, 1).sse_head(1).at(300).result(1, 1).end(1);
  story.at(400).call(2, 2).sse_head(2).at(400 + took).error(2, 2).end(2);
  return story;
}

TEST(CallsInFlight, AnErrorThatCameSoonerThanTheResultWasMadeFromOutside) {
  const Judgement cut = failed_after(50).judge(calls_in_flight_get_results());
  ASSERT_EQ(cut.outcome, Outcome::kBroken);
  EXPECT_EQ(cut.findings.front().level, Level::kHarm);
  EXPECT_EQ(failed_after(310).judge(calls_in_flight_get_results()).outcome, Outcome::kHeld)
      << "a tool may fail by itself";
}

// There may be room for one call at a time: what is refused before the other is left was not cut.
TEST(CallsInFlight, AnErrorThatCameBeforeTheCutIsNoneOfIt) {
  const auto failed_at = [](double ms) {
    Story story;
    story.open(1).open(2).open(3).mark(kMarkAfterwards, "another was left");
    story.at(0).call(1, 1).sse_head(1).at(300).result(1, 1).end(1);
    story.at(400).call(3, 3).sse_head(3).call(2, 2).sse_head(2);
    if (ms < 500) story.at(ms).error(2, 2).end(2);
    story.at(500).tell(WeEnded{{3}, Ending::kReset, false});
    if (ms > 500) story.at(ms).error(2, 2).end(2);
    return story.judge(calls_in_flight_get_results()).outcome;
  };
  EXPECT_EQ(failed_at(410), Outcome::kHeld);
  EXPECT_EQ(failed_at(510), Outcome::kBroken);
}

TEST(CallsInFlight, OneCallAloneTellsNothing) {
  Story story;
  story.open(1).mark(kMarkAfterwards, "x").call(1, 1).sse_head(1).error(1, 1).end(1);
  EXPECT_EQ(story.judge(calls_in_flight_get_results()).outcome, Outcome::kNotApplicable);
}

TEST(Disconnect, AnErrorOnTheResumedStreamIsAShould) {
  const auto resumed = [](bool error) {
    Story story;
    const std::string session = "Mcp-Session-Id: s\r\n";
    story.open(1).call(1, 1, "tools/call", session).sse_head(1).event(1, "", "7");
    story.at(10).tell(WeEnded{{1}, Ending::kReset, false}).at(20).open(2);
    story.from_client(2, "GET /mcp HTTP/1.1\r\nHost: a\r\n" + session + "Last-Event-ID: 7\r\n\r\n");
    story.sse_head(2);
    error ? story.error(2, 1) : story.result(2, 1);
    story.end(2).at(30).open(3).call(3, 2, "tools/call", session).sse_head(3).at(330);
    story.result(3, 2).end(3);
    return story.judge(disconnect_is_no_cancel(req::kDisconnectIsNoCancel));
  };
  EXPECT_EQ(resumed(false).outcome, Outcome::kHeld);
  const Judgement failed = resumed(true);
  ASSERT_EQ(failed.outcome, Outcome::kBroken);
  EXPECT_EQ(failed.findings.front().level, Level::kShould);
}

}  // namespace
}  // namespace tailrace
