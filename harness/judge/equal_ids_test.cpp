// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/equal_ids.h"

#include <gtest/gtest.h>

#include "harness/judge/story.h"

namespace tailrace {
namespace {

// Of two sessions: a ping is asked for while a request with its id is in flight.
Story met(int other_id = 7) {
  const auto of = [](const char* session) {
    return fmt::format("Mcp-Session-Id: {}\r\n", session);
  };
  Story story;
  story.open(1).call(1, 1, "ping", of("two")).sse_head(1).result(1, 1).end(1).at(1);
  story.open(2).call(2, other_id, "tools/call", of("one")).sse_head(2).at(2);
  story.call(1, 7, "ping", of("two"));
  return story;
}

TEST(EqualIds, OfTwoClientsAreServed) {
  const Check check = equal_ids_are_served();
  Story served = met();
  EXPECT_EQ(served.sse_head(1).result(1, 7).end(1).at(3).judge(check).outcome, Outcome::kHeld);
  for (const bool by_status : {true, false}) {
    Story refused = met();
    if (by_status) {
      refused.plain(1, 409);
    } else {
      refused.sse_head(1).error(1, 7).end(1);
    }
    const Judgement judgement = refused.at(3).judge(check);
    ASSERT_EQ(judgement.outcome, Outcome::kBroken);
    EXPECT_EQ(judgement.findings.front().harm, "harm.request_refused");
  }
  Story busy = met();
  EXPECT_EQ(busy.plain(1, 503, "Retry-After: 1\r\n").at(3).judge(check).outcome, Outcome::kHeld);
  Story apart = met(8);
  EXPECT_EQ(apart.plain(1, 409).at(3).judge(check).outcome, Outcome::kNotApplicable);
}

}  // namespace
}  // namespace tailrace
