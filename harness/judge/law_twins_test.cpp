// SPDX-License-Identifier: Apache-2.0
// What laws spare though it looks like what they convict.
#include <gtest/gtest.h>

#include "harness/judge/header_laws.h"
#include "harness/judge/message_laws.h"
#include "harness/judge/server_laws.h"
#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

constexpr std::string_view kSession = "Mcp-Session-Id: s\r\n";

// A call with the id 1 whose stream brings these lines before its Result.
Story called(const std::string& lines) {
  Story story;
  story.open(1).call(1, 1).sse_head(1);
  story.from_server(1, fmt::format("{:x}\r\n{}\r\n", lines.size(), lines));
  story.result(1, 1, "b").end(1);
  return story;
}

TEST(LawTwins, EventsOfOtherNamesAreNoMessages) {
  const Check check = messages_are_json_rpc(req::kIsJsonRpc);
  const std::string data = "data: {\"at\":\"now\"}\n\n";
  EXPECT_EQ(called("event: heartbeat\n" + data).judge(check).outcome, Outcome::kHeld);
  EXPECT_EQ(called(data).judge(check).outcome, Outcome::kBroken);
  const std::string wrong = "event: answer\ndata: {\"jsonrpc\":\"1.0\",\"method\":\"x\"}\n\n";
  EXPECT_EQ(called(wrong).judge(check).outcome, Outcome::kBroken) << "it says that it is one";
}

TEST(LawTwins, ABlockWithoutDataRepeatsThePosition) {
  const Check unique = event_ids_are_unique(req::kUniqueEventIds);
  const std::string primed = "id: a\ndata: \n\n";
  EXPECT_EQ(called(primed + "id: a\nretry: 500\n\n").judge(unique).outcome, Outcome::kHeld);
  EXPECT_EQ(called(primed + "id: a\ndata: \n\n").judge(unique).outcome, Outcome::kBroken);
}

TEST(LawTwins, AnInvalidRequestGetsAnErrorOrAStatus) {
  const Check check = refused_notices_get_an_error(req::kRefusedNotice);
  const auto told = [&](const std::string& body) {
    Story story;
    story.open(1).post(1, R"({"jsonrpc":"2.0","method":7})");
    story.json(1, body);
    return story.judge(check).outcome;
  };
  EXPECT_EQ(told(R"({"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"?"}})"),
            Outcome::kHeld);
  EXPECT_EQ(told(R"({"jsonrpc":"2.0","id":null,"result":{}})"), Outcome::kBroken);
}

TEST(LawTwins, AGatewaysSessionIdMakesNoSession) {
  const Check check = requests_without_session_get_400(req::kNoSessionIs400);
  const auto of = [&](bool by_initialize) {
    Story story;
    story.open(1).call(1, 1, "initialize");
    story.plain(1, 200, by_initialize ? std::string(kSession) : "");
    story.call(1, 2, "ping").plain(1, 200, std::string(kSession));
    return story.judge(check).outcome;
  };
  EXPECT_EQ(of(false), Outcome::kNotApplicable);
  EXPECT_EQ(of(true), Outcome::kBroken);
}

TEST(LawTwins, TwoReasonsToRefuseAreBothRight) {
  const Check check = disagreeing_requests_get_their_code(req::kMismatchHasCode);
  const auto refused = [&](int code) {
    Story story;
    const std::string body =
        R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{)"
        R"("io.modelcontextprotocol/protocolVersion":"2025-11-25",)"
        R"("io.modelcontextprotocol/clientCapabilities":{}}}})";
    story.open(1).post(1, body,
                       "MCP-Protocol-Version: 2026-07-28\r\nContent-Type: application/json\r\n");
    const std::string error = fmt::format(
        R"({{"jsonrpc":"2.0","id":1,"error":{{"code":{},"message":"m"}}}})", code);
    story.json(1, error, 400);
    return story.judge(check, "2026-07-28").outcome;
  };
  EXPECT_EQ(refused(-32020), Outcome::kHeld);
  EXPECT_EQ(refused(-32022), Outcome::kHeld) << "it does not serve what the body names";
  EXPECT_EQ(refused(-32602), Outcome::kBroken);
}

}  // namespace
}  // namespace tailrace
