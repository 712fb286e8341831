// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/stopping.h"

#include <gtest/gtest.h>

#include <csignal>

#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

const Check kStopsCleanly = stops_with_open_streams(req::kStopEndsStreams);

constexpr std::string_view kStateless = "2026-07-28";

// A subscription is open, with the id 3, when the server is told to stop.
Story told() {
  Story story;
  story.open(1).call(1, 3, "subscriptions/listen").sse_head(1).at(10).mark(kMarkStop, "TERM");
  story.at(20);
  return story;
}

Story& gone(Story& story, int signal) {
  return story.tell(ProcessEnded{signal == 0 ? 0 : -1, signal, true});
}

Judgement ends(const Story& story) {
  return story.judge(stop_ends_subscriptions(req::kStopEndsSubscription,
                                             req::kStopNamesSubscription, req::kStopClosesStream),
                     kStateless);
}

TEST(Stopping, AStreamWhoseResponseHadComeIsNotOpen) {
  Story story;
  story.open(1).call(1, 3).sse_head(1).result(1, 3).at(10).mark(kMarkStop, "TERM").at(20).end(1);
  EXPECT_EQ(gone(story, 0).judge(kStopsCleanly).outcome, Outcome::kNotApplicable);
}

TEST(Stopping, AServerThatHadToBeKilledIsWarned) {
  Story stays = told();
  gone(stays, SIGKILL);
  ASSERT_EQ(stays.judge(kStopsCleanly).outcome, Outcome::kBroken);
  EXPECT_EQ(stays.judge(kStopsCleanly).findings.front().level, Level::kShould);
  EXPECT_EQ(ends(stays).findings.front().level, Level::kShould);
  Story dies = told();
  gone(dies.tell(PeerEnded{{1}, Ending::kFin}), SIGTERM);
  EXPECT_EQ(dies.judge(kStopsCleanly).outcome, Outcome::kHeld);
  EXPECT_EQ(ends(dies).outcome, Outcome::kNotApplicable);
  EXPECT_EQ(told().judge(kStopsCleanly).outcome, Outcome::kInconclusive);
}

TEST(Stopping, ACrashIsWarned) {
  for (const int signal : {SIGSEGV, SIGABRT}) {
    Story story = told();
    gone(story.tell(PeerEnded{{1}, Ending::kFin}), signal);
    const Judgement judgement = story.judge(kStopsCleanly);
    ASSERT_EQ(judgement.outcome, Outcome::kBroken);
    EXPECT_EQ(judgement.findings.front().level, Level::kShould);
    EXPECT_NE(judgement.findings.front().observed.find("died by signal"), std::string::npos);
  }
}

TEST(Stopping, AResetIsWarned) {
  Story story = told();
  gone(story.tell(PeerEnded{{1}, Ending::kReset}), 0);
  EXPECT_EQ(story.judge(kStopsCleanly).outcome, Outcome::kBroken);
}

TEST(Stopping, ASubscriptionEndsWithItsResult) {
  Story told_so = told();
  const std::string meta = R"({"io.modelcontextprotocol/subscriptionId":3})";
  told_so.event(1, R"({"jsonrpc":"2.0","id":3,"result":{"_meta":)" + meta + "}}").end(1);
  gone(told_so, 0);
  EXPECT_EQ(ends(told_so).outcome, Outcome::kHeld);
  Story unnamed = told();
  gone(unnamed.result(1, 3).end(1), 0);
  ASSERT_EQ(ends(unnamed).outcome, Outcome::kBroken);
  EXPECT_EQ(ends(unnamed).findings.front().level, Level::kMust);
  Story untold = told();
  gone(untold.end(1), 0);
  ASSERT_EQ(ends(untold).outcome, Outcome::kBroken);
  EXPECT_EQ(ends(untold).findings.front().level, Level::kShould);
}

TEST(Stopping, AServerCancelsSubscriptionsOnly) {
  const Check check = server_cancels_only_subscriptions(req::kCancelOfSubscription);
  const auto cancelled = [&](const char* id) {
    Story story = told();
    story.event(1, std::string(R"({"jsonrpc":"2.0","method":"notifications/cancelled",)") +
                       R"("params":{"requestId":)" + id + "}}");
    return story.judge(check, kStateless);
  };
  EXPECT_EQ(cancelled("3").outcome, Outcome::kHeld);
  ASSERT_EQ(cancelled("4").outcome, Outcome::kBroken);
  EXPECT_EQ(cancelled("4").findings.front().level, Level::kMust);
  EXPECT_EQ(told().judge(check, kStateless).outcome, Outcome::kNotApplicable);
}

}  // namespace
}  // namespace tailrace
