// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/subscription.h"

#include <gtest/gtest.h>

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

TEST(Subscription, ARefusedOneIsALegalChoice) {
  Story refused = listens();
  EXPECT_EQ(judge(refused.plain(1, 404)).outcome, Outcome::kNotApplicable);
}

}  // namespace
}  // namespace tailrace
