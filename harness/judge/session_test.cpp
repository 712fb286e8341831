// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/session.h"

#include <gtest/gtest.h>

#include "harness/judge/story.h"

namespace tailrace {
namespace {

// initialize was asked; what then came follows.
Story asked() {
  Story story;
  story.open(1).call(1, 1, "initialize").at(1);
  return story;
}

std::string why(const Story& story, bool is_ours = false) {
  return why_no_endpoint(story.timeline(), is_ours);
}

TEST(NoEndpoint, IsAnErrorStatusAPageOrARedirect) {
  EXPECT_NE(why(asked().plain(1, 404)).find("404"), std::string::npos);
  EXPECT_NE(why(asked().plain(1, 401)).find("--header-env"), std::string::npos);
  EXPECT_EQ(why(asked().plain(1, 403)).find("--header-env"), std::string::npos);
  const std::string page =
      "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi";
  EXPECT_NE(why(asked().from_server(1, page), true).find("text/html"), std::string::npos);
  const std::string moved = why(asked().plain(1, 307, "Location: /mcp/\r\n"), true);
  EXPECT_NE(moved.find("redirected by 307 to /mcp/"), std::string::npos) << moved;
}

TEST(NoEndpoint, IsAnAddressThatSpeaksNoHttpUnlessWeStartedIt) {
  Story reset = asked();
  reset.tell(PeerEnded{{1}, Ending::kReset});
  EXPECT_NE(why(reset).find("reset"), std::string::npos) << why(reset);
  EXPECT_EQ(why(reset, true), "");
  EXPECT_NE(why(asked().at(5000)).find("in time"), std::string::npos);
  EXPECT_EQ(why(asked().at(5000), true), "");
  Story left = asked();
  left.at(5000).tell(WeEnded{{1}, Ending::kFin, false});
  EXPECT_NE(why(left).find("in time"), std::string::npos) << why(left);
}

TEST(NoEndpoint, IsNoneThatAnswersOrWhoseAnswerIsJsonAtLeast) {
  EXPECT_EQ(why(asked().sse_head(1).result(1, 1)), "");
  EXPECT_EQ(why(asked().sse_head(1).end(1)), "");
  const std::string json =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
  EXPECT_EQ(why(asked().from_server(1, json)), "");
  EXPECT_EQ(why(Story()), "");
}

// What tells a server that keeps silent from one that does not speak the revision.
TEST(InitializeLeftOpen, IsSilenceAnEndOrHalfAnAnswer) {
  const std::string half =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
      "2\r\n{}\r\n";
  EXPECT_TRUE(leaves_initialize_open(asked().at(15000).timeline()));
  EXPECT_TRUE(leaves_initialize_open(asked().from_server(1, half).timeline()));
  EXPECT_TRUE(leaves_initialize_open(asked().sse_head(1).end(1).timeline()));
  EXPECT_FALSE(leaves_initialize_open(asked().plain(1, 404).timeline()));
  EXPECT_FALSE(leaves_initialize_open(asked().plain(1, 307).timeline()));
  EXPECT_FALSE(leaves_initialize_open(asked().sse_head(1).error(1, 1).timeline()));
  EXPECT_FALSE(leaves_initialize_open(Story().timeline()));
}

TEST(RefusedForNow, IsByTooManyRequestsOrByAServerThatSaysWhen) {
  const auto refused = [](int status, const std::string& headers = "") {
    Story story;
    story.open(1).call(1, 1).plain(1, status, headers);
    return is_refused_for_now(story.timeline().exchanges.front());
  };
  EXPECT_TRUE(refused(429));
  EXPECT_TRUE(refused(503, "Retry-After: 1\r\n"));
  EXPECT_FALSE(refused(503));
  EXPECT_FALSE(refused(404, "Retry-After: 1\r\n"));
  EXPECT_FALSE(is_refused_for_now(Story().open(1).call(1, 1).timeline().exchanges.front()));
}

}  // namespace
}  // namespace tailrace
