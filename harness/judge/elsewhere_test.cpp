// SPDX-License-Identifier: Apache-2.0
// What is asked of other paths than MCP's is judged by no rule of MCP.
#include <gtest/gtest.h>

#include "harness/judge/client_headers.h"
#include "harness/judge/refusal.h"
#include "harness/judge/server_laws.h"
#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n";
}

Story begun(Side we_are) {
  Story story;
  story.open(1, we_are).call(1, 1, "initialize").plain(1, 200, "Mcp-Session-Id: one\r\n");
  return std::move(story.at(1));
}

TEST(Elsewhere, AHealthCheckNeedsNoSession) {
  const Check check = requests_say_what_they_must(req::kNamesItsSession, Rule{}, Rule{});
  const auto asked = [&](const std::string& target) {
    Story story = begun(Side::kServer);
    return story.from_client(1, get(target)).plain(1, 200).judge(check).outcome;
  };
  EXPECT_EQ(asked("/mcp"), Outcome::kBroken);
  EXPECT_EQ(asked("/mcp?tenant=1"), Outcome::kBroken) << "the same path";
  EXPECT_EQ(asked("/health"), Outcome::kInconclusive) << "nothing of MCP was asked";
}

TEST(Elsewhere, TheStreamOfAnotherTransportMayCarryResponses) {
  const Check check = get_carries_no_response(req::kGetBringsNoResponse);
  const auto streamed = [&](const std::string& target) {
    Story story = begun(Side::kClient);
    return story.from_client(1, get(target)).sse_head(1).result(1, 1).judge(check).outcome;
  };
  EXPECT_EQ(streamed("/mcp"), Outcome::kBroken);
  EXPECT_EQ(streamed("/sse"), Outcome::kNotApplicable);
}

TEST(Elsewhere, OnlyGetAndDeleteOfTheEndpointGet405) {
  const Check check = methods_are_refused(req::kNoGetNoDelete);
  const auto answered = [&](const std::string& request) {
    Story story;
    story.open(1).call(1, 1).plain(1, 200);
    story.from_client(1, request + " HTTP/1.1\r\nHost: a\r\n\r\n").plain(1, 204);
    return story.judge(check, "2026-07-28").outcome;
  };
  EXPECT_EQ(answered("DELETE /mcp"), Outcome::kBroken);
  EXPECT_EQ(answered("OPTIONS /mcp"), Outcome::kInconclusive) << "of browsers";
  EXPECT_EQ(answered("GET /health"), Outcome::kInconclusive);
}

}  // namespace
}  // namespace tailrace
