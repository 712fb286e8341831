// SPDX-License-Identifier: Apache-2.0
// Tests of what stays in a server of listening streams that their client closed.
#include "harness/judge/closed_get.h"

#include <gtest/gtest.h>

#include "harness/judge/story.h"

namespace tailrace {
namespace {

// So many GETs are closed at 100 ms; then a sample shows so many of their sockets.
Judgement told(std::uint32_t gets, std::uint32_t left, double at, int status = 200,
               const std::string& keep_alive = "30000") {
  Story story;
  story.mark(std::string(kMarkKeepAlive), keep_alive);
  for (std::uint32_t c = 1; c <= gets; ++c) {
    story.at(c).open(c).from_client(c, "GET /mcp HTTP/1.1\r\nHost: a\r\n\r\n");
    if (status == 200) {
      story.sse_head(c);
    } else {
      story.plain(c, status);
    }
    story.at(100).tell(WeEnded{{c}, Ending::kFin, false});
  }
  ProcessSampled sample{std::string(kLeftOfGets), 0, 0, 0, 0, 0, 0, 0, {}, {}};
  for (std::uint32_t c = 1; c <= left; ++c) {
    sample.sockets.push_back(
        {v4_endpoint({127, 0, 0, 1}, 80),
         v4_endpoint({127, 0, 0, 1}, static_cast<std::uint16_t>(40000 + c)), "CLOSE_WAIT"});
  }
  return story.at(at).tell(sample).judge(closed_gets_free_their_sockets());
}

TEST(ClosedGets, LeaveNoSocketsBehind) {
  EXPECT_EQ(told(12, 0, 200).outcome, Outcome::kHeld);
  const Judgement kept = told(12, 12, 36000);
  ASSERT_EQ(kept.outcome, Outcome::kBroken);
  EXPECT_EQ(kept.findings.front().harm, "harm.sockets_grow");
  EXPECT_EQ(told(12, 1, 36000).findings.front().level, Level::kShould);
}

TEST(ClosedGets, MayBeMetOnlyWhenTheServerWritesToThem) {
  EXPECT_EQ(told(12, 12, 15000).outcome, Outcome::kInconclusive);
}

TEST(ClosedGets, AreMetAsOftenAsTheManifestSaysThatTheServerWrites) {
  EXPECT_EQ(told(12, 12, 6200, 200, "1000").findings.front().harm, "harm.sockets_grow");
  EXPECT_EQ(told(12, 12, 6050, 200, "1000").outcome, Outcome::kInconclusive);
}

TEST(ClosedGets, ThatWereRefusedProveNothing) {
  EXPECT_EQ(told(12, 0, 200, 405).outcome, Outcome::kInconclusive);
}

}  // namespace
}  // namespace tailrace
