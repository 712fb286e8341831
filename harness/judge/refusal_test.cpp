// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/refusal.h"

#include <gtest/gtest.h>

#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

// So many requests, each refused in a body without an end, which we left after `seen` ms.
Judgement refused_openly(std::uint32_t count, int seen) {
  Story story;
  for (std::uint32_t i = 1; i <= count; ++i) {
    story.open(i).call(i, static_cast<int>(i));
    story.from_server(i, "HTTP/1.1 400 X\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n");
  }
  story.at(seen);
  for (std::uint32_t i = 1; i <= count; ++i) story.tell(WeEnded{{i}, Ending::kFin, false});
  return story.judge(refusals_are_complete(req::kStreamEndsAsHttp));
}

TEST(Refusals, OneWithoutAnEndMayBeAnAccidentAndThreeAreNone) {
  const Judgement one = refused_openly(1, 5600);
  ASSERT_EQ(one.outcome, Outcome::kBroken);
  EXPECT_EQ(one.findings.front().level, Level::kShould);
  const Judgement three = refused_openly(3, 5600);
  ASSERT_EQ(three.outcome, Outcome::kBroken);
  EXPECT_EQ(three.findings.front().level, Level::kHarm);
  EXPECT_NE(three.findings.front().observed.find("3 like this"), std::string::npos);
  EXPECT_NE(three.findings.front().likely_cause.find("no last chunk"), std::string::npos);
}

TEST(Refusals, WhatWeLeftEarlyOrWhatEndedTellsNothing) {
  EXPECT_EQ(refused_openly(3, 900).outcome, Outcome::kNotApplicable);
  Story whole;
  whole.open(1).call(1, 1).plain(1, 400);
  EXPECT_EQ(whole.judge(refusals_are_complete(req::kStreamEndsAsHttp)).outcome, Outcome::kHeld);
}

}  // namespace
}  // namespace tailrace
