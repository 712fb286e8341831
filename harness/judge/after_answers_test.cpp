// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/after_answers.h"

#include <gtest/gtest.h>

#include <string>

#include "harness/judge/client_calls.h"
#include "harness/judge/resume.h"
#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

constexpr const char* kSession = "Mcp-Session-Id: s\r\n";

std::string cancel_of(int id) {
  return fmt::format(
      R"({{"jsonrpc":"2.0","method":"notifications/cancelled","params":{{"requestId":{}}}}})", id);
}

// So many calls that got their Error, and were cancelled so long after it.
Story cancelled_after(int calls, double later) {
  Story story;
  story.mark(kMarkCallLimit, "1000").open(1, Side::kServer).open(2, Side::kServer);
  for (int id = 1; id <= calls; ++id) {
    story.at(id * 100).call(1, id, "tools/call", kSession).sse_head(1);
    if (later < 0) story.at(id * 100 - later);
    if (later < 0) story.post(2, cancel_of(id), kSession).plain(2, 202).at(id * 100 + 10);
    story.error(1, id).end(1);
    if (later >= 0) story.at(id * 100 + later).post(2, cancel_of(id), kSession).plain(2, 202);
  }
  return story;
}

TEST(Cancels, OfAnsweredCallsTellWhereThreeCrossedNothing) {
  const Check check = answered_calls_are_not_cancelled(req::kCancelsItsOwn);
  EXPECT_EQ(cancelled_after(3, 5).judge(check).outcome, Outcome::kBroken);
  EXPECT_EQ(cancelled_after(2, 5).judge(check).outcome, Outcome::kHeld) << "they may have crossed";
  EXPECT_EQ(cancelled_after(3, -5).judge(check).outcome, Outcome::kHeld) << "before the answer";
}

Story opened() {
  Story story;
  story.open(1, Side::kServer).call(1, 1, "initialize").plain(1, 200, kSession);
  return story;
}

TEST(Sessions, OutliveErrorsAndNotTheirLoss) {
  const Check check = session_outlives_errors();
  const auto failed = [] {
    Story story = opened();
    story.at(10).call(1, 2, "tools/call", kSession).sse_head(1).error(1, 2).end(1).at(20);
    return story;
  };
  EXPECT_EQ(failed().call(1, 3, "tools/call", kSession).judge(check).outcome, Outcome::kHeld);
  EXPECT_EQ(failed().call(1, 3, "initialize").judge(check).outcome, Outcome::kBroken);
  Story many = opened();  // A session for each call.
  many.at(10).call(1, 2, "tools/call", kSession).sse_head(1).result(1, 2).end(1).at(20);
  many.call(1, 3, "initialize");
  EXPECT_EQ(many.judge(check).outcome, Outcome::kNotApplicable);
  Story lost = failed();
  lost.call(1, 3, "tools/call", kSession).plain(1, 404).call(1, 4, "initialize");
  EXPECT_EQ(lost.judge(check).outcome, Outcome::kHeld);
}

TEST(Delete, IsFollowedByNothingOfItsSession) {
  const Check check = nothing_follows_delete();
  const auto erased = [] {
    Story story = opened();
    story.at(10).from_client(1, fmt::format("DELETE /mcp HTTP/1.1\r\nHost: a\r\n{}\r\n", kSession));
    story.at(11).plain(1, 200).at(15);
    return story;
  };
  EXPECT_EQ(erased().mark("x", "").judge(check).outcome, Outcome::kHeld);
  EXPECT_EQ(erased().call(1, 5, "tools/call", kSession).judge(check).outcome, Outcome::kBroken);
  EXPECT_EQ(erased().call(1, 5, "initialize").judge(check).outcome, Outcome::kHeld);
  Story crossed = erased();  // As a listening stream does that is opened late.
  crossed.open(2, Side::kServer).call(2, 5, "tools/call", kSession);
  EXPECT_EQ(crossed.judge(check).outcome, Outcome::kHeld);
  EXPECT_EQ(opened().judge(check).outcome, Outcome::kNotApplicable);
}

}  // namespace
}  // namespace tailrace
