// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/subscription.h"

#include <gtest/gtest.h>

#include "harness/judge/stateless_laws.h"
#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

Judgement judge(const Story& story) {
  return story.judge(subscription_begins_with_acknowledgement(
                         req::kSubscriptionIsAcknowledged,
                         req::kSubscriptionIdIsTold),
                     "2026-07-28");
}

Story listens() {
  Story story;
  story.open(1).call(1, 3, "subscriptions/listen");
  return story;
}

// Another request is answered at this time, and we leave the subscription after that.
Story& and_left_at(Story& story, double ms) {
  story.at(ms).open(2).call(2, 4).sse_head(2).result(2, 4).end(2);
  return story.at(ms + 10).tell(WeEnded{{1}, Ending::kFin, true});
}

TEST(Subscription, ASilentOneIsTold) {
  Story opened = listens();
  opened.at(1).sse_head(1);
  const Judgement silent = judge(and_left_at(opened, 5500));
  ASSERT_EQ(silent.outcome, Outcome::kBroken);
  EXPECT_EQ(silent.findings.front().level, Level::kShould);
  EXPECT_NE(silent.findings.front().observed.find("a stream, and nothing on it"),
            std::string::npos);
}

TEST(Subscription, OneWhoseHeadWaitsForTheFirstEventIsSilentToo) {
  Story bare = listens();
  const Judgement silent = judge(and_left_at(bare, 5500));
  ASSERT_EQ(silent.outcome, Outcome::kBroken);
  EXPECT_EQ(silent.findings.front().level, Level::kShould);
  EXPECT_NE(silent.findings.front().observed.find("nothing at all"), std::string::npos);
}

TEST(Subscription, WhatWasNotWatchedForLongIsNotSilent) {
  Story early = listens();
  EXPECT_EQ(judge(and_left_at(early, 3000)).outcome, Outcome::kInconclusive);
  Story slow = listens();  // Nothing else was answered: the whole server may be at work.
  EXPECT_EQ(judge(slow.at(6000).mark("x", "")).outcome, Outcome::kInconclusive);
}

TEST(Subscription, OneThatEndsWithoutAMessageIsTold) {
  Story empty = listens();
  empty.at(1).sse_head(1).end(1);
  const Judgement ended = judge(and_left_at(empty, 100));
  ASSERT_EQ(ended.outcome, Outcome::kBroken);
  EXPECT_EQ(ended.findings.front().level, Level::kShould);
  EXPECT_NE(ended.findings.front().observed.find("ended without a message"), std::string::npos);
}

TEST(Subscription, ARefusedOneIsALegalChoice) {
  Story refused = listens();
  EXPECT_EQ(judge(refused.plain(1, 404)).outcome, Outcome::kNotApplicable);
}

Story& listen_as(Story& story, std::uint32_t connection, int id) {
  return story.open(connection).call(connection, id, "subscriptions/listen");
}

Story& acknowledge(Story& story, std::uint32_t connection) {
  return story.sse_head(connection)
      .event(connection,
             R"({"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged",)"
             R"("params":{}})");
}

// Two with ids of their own, the request of one with the first one's id, and a last one.
Story three(int status_of_last = 0) {
  Story story;
  acknowledge(listen_as(story, 1, 5), 1);
  acknowledge(listen_as(story.at(1), 2, 6), 2);
  listen_as(story.at(2), 3, 5);
  listen_as(story, 4, 7);
  if (status_of_last == 0) acknowledge(story, 4);
  else story.plain(4, status_of_last);
  return story;
}

Judgement apart(const Story& story) {
  return story.judge(subscriptions_are_apart(req::kServesManyAtOnce), "2026-07-28");
}

TEST(Subscription, EqualIdsOfTwoClientsAreServed) {
  Story served = three();
  EXPECT_EQ(apart(acknowledge(served, 3)).outcome, Outcome::kHeld);
  Story unseen = three();
  EXPECT_EQ(apart(unseen.sse_head(3)).outcome, Outcome::kInconclusive);
}

TEST(Subscription, AnEqualIdCostsNoSubscription) {
  Story ended = three();
  const Judgement empty = apart(ended.at(3).sse_head(3).end(3));
  ASSERT_EQ(empty.outcome, Outcome::kBroken);
  EXPECT_EQ(empty.findings.front().level, Level::kShould);
  Story refused = three();
  EXPECT_EQ(apart(refused.at(3).plain(3, 409)).outcome, Outcome::kBroken);
  Story full = three(429);  // Two at most.
  EXPECT_EQ(apart(full.at(3).plain(3, 429)).outcome, Outcome::kNotApplicable);
  Story taken = three();
  const Judgement over = apart(acknowledge(taken.at(3).end(1), 3));
  ASSERT_EQ(over.outcome, Outcome::kBroken);
  EXPECT_NE(over.findings.front().observed.find("ended 1.00 ms after"), std::string::npos);
}

TEST(Subscription, EndsThatAreNotTheIdsDoingConvictNobodyOfIt) {
  Story by_result = three();
  by_result.at(3).result(1, 5).end(1);
  EXPECT_EQ(apart(acknowledge(by_result, 3)).outcome, Outcome::kHeld);
  Story both = three();  // By their age, or all at once.
  both.at(3).end(1).end(2);
  EXPECT_EQ(apart(acknowledge(both, 3)).outcome, Outcome::kHeld);
}

Story two() {
  Story story;
  acknowledge(listen_as(story, 1, 5), 1);
  acknowledge(listen_as(story.at(1), 2, 6), 2);
  return story;
}

TEST(Subscription, BringsNothingOfOtherRequests) {
  const Check answers = subscriptions_bring_no_answers(req::kAnswerCarriesId);
  const Check progress = subscriptions_bring_no_progress(req::kProgressStaysHome);
  const auto brings = [&](const Check& check, const std::string& message) {
    Story story = two();
    story.at(3).open(3).call(3, 9).sse_head(3).result(3, 9).end(3);
    return story.event(2, message).judge(check, "2026-07-28").outcome;
  };
  const std::string changed = R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})";
  EXPECT_EQ(brings(answers, changed), Outcome::kHeld);
  EXPECT_EQ(brings(progress, changed), Outcome::kHeld);
  EXPECT_EQ(brings(answers, R"({"jsonrpc":"2.0","id":6,"result":{}})"), Outcome::kHeld);
  EXPECT_EQ(brings(answers, R"({"jsonrpc":"2.0","id":7,"result":{}})"), Outcome::kBroken);
  EXPECT_EQ(brings(progress, R"({"jsonrpc":"2.0","method":"notifications/progress"})"),
            Outcome::kBroken);
  EXPECT_EQ(listens().judge(answers, "2026-07-28").outcome, Outcome::kNotApplicable);
  EXPECT_EQ(two().judge(answers, "2026-07-28").outcome, Outcome::kInconclusive);
}

TEST(Subscription, LivesOnWhenAnotherIsLeft) {
  const Check check =
      subscriptions_outlive_others(req::kServesManyAtOnce, req::kStopEndsSubscription);
  const auto judged = [&](const Story& story) { return story.judge(check, "2026-07-28"); };
  const auto left = [] {
    Story story = two();
    story.at(10).tell(WeEnded{{1}, Ending::kFin, false});
    return story;
  };
  EXPECT_EQ(judged(left()).outcome, Outcome::kInconclusive) << "it was not watched for long";
  Story watched = left();
  watched.at(1010).tell(WindowEnded{"end_window", Millis(1000), Millis(1000)});
  EXPECT_EQ(judged(watched).outcome, Outcome::kHeld);
  const Judgement with_it = judged(left().at(12).end(2));
  ASSERT_EQ(with_it.outcome, Outcome::kBroken);
  EXPECT_EQ(with_it.findings.front().level, Level::kShould);
  EXPECT_NE(with_it.findings.front().observed.find("2.00 ms after"), std::string::npos);
  EXPECT_NE(judged(left().at(12).result(2, 6).end(2)).outcome, Outcome::kBroken);
  const Judgement alone = judged(two().at(5).end(2));
  ASSERT_EQ(alone.outcome, Outcome::kBroken);
  EXPECT_NE(alone.findings.front().observed.find("by itself"), std::string::npos);
  EXPECT_EQ(judged(listens()).outcome, Outcome::kNotApplicable);
}

TEST(Subscription, WhoServesOneAtATimeIsNotAskedForTwo) {
  Story one;
  acknowledge(listen_as(one, 1, 5), 1);
  listen_as(one.at(1), 2, 6).plain(2, 503);
  listen_as(one.at(2), 3, 5).plain(3, 503);
  EXPECT_EQ(apart(one).outcome, Outcome::kNotApplicable);
}

}  // namespace
}  // namespace tailrace
