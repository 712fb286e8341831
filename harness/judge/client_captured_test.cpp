// SPDX-License-Identifier: Apache-2.0
// What is said of clients whose server was none of ours: of what came before, and beside them.
#include <gtest/gtest.h>

#include "harness/judge/client_headers.h"
#include "harness/judge/resume.h"
#include "harness/judge/routing.h"
#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

const std::string kSession = "Mcp-Session-Id: one\r\n";
const std::string kVersion = "MCP-Protocol-Version: 2025-11-25\r\n";
const std::string kAccept = "Accept: application/json, text/event-stream\r\n";

// A capture begins in the midst of sessions, and browsers and others ask beside them.
TEST(RequestsSay, OfCapturesOnlyWhatIsOfSeenSessionsAndOfTheTransport) {
  const Check check = requests_say_what_they_must(req::kNamesItsSession, req::kNamesItsRevision,
                                                  req::kAcceptsBothForms);
  const auto captured = [](const char* request) {
    Story story;
    story.open(1).call(1, 1, "initialize", kAccept).plain(1, 200, kSession).at(1);
    story.call(1, 2, "tools/call", kSession + kVersion + kAccept).plain(1, 200).at(2);
    story.open(2).from_client(2, request);
    return story;
  };
  for (const char* other :
       {"OPTIONS /mcp HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /mcp HTTP/1.1\r\nHost: a\r\nMcp-Session-Id: older\r\n\r\n",
        "POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na=b"}) {
    EXPECT_EQ(captured(other).judge(check).outcome, Outcome::kHeld) << other;
  }
  const char* nameless = "GET /mcp HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(captured(nameless).judge(check).outcome, Outcome::kBroken);
}

// Its stream was closed by the client, or lost, before the Result was written: so it is fetched.
TEST(DoesNotResume, WhoLeftBeforeTheResultMayAskForIt) {
  const Check check = does_not_resume_after(Final::kResult, req::kResumeAfterDisconnect);
  for (const bool left : {true, false}) {
    Story story;
    story.open(1, Side::kServer).call(1, 1, "tools/call", kSession).sse_head(1);
    story.event(1, R"({"jsonrpc":"2.0","method":"notifications/message"})", "a").at(1);
    if (left) story.tell(PeerEnded{{1}, Ending::kFin});
    story.at(2).result(1, 1, "b").end(1).at(3).open(2, Side::kServer);
    story.from_client(2, "GET /mcp HTTP/1.1\r\nHost: a\r\nLast-Event-ID: a\r\n\r\n");
    EXPECT_EQ(story.judge(check).outcome == Outcome::kBroken, !left);
  }
}

TEST(RequestIds, OfClientsWithoutSessionsCountByConnection) {
  const Check check = request_ids_are_unique(req::kRequestIdsAreUnique);
  for (const bool ours : {true, false}) {
    Story story;
    if (ours) story.mark(kMarkContract, "calls");
    for (const std::uint32_t client : {1U, 2U}) {
      story.open(client, Side::kServer).call(client, 1, "initialize").plain(client, 200);
      story.call(client, 2).plain(client, 200);
    }
    EXPECT_EQ(story.judge(check).outcome, ours ? Outcome::kBroken : Outcome::kHeld);
  }
}

}  // namespace
}  // namespace tailrace
