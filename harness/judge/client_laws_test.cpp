// SPDX-License-Identifier: Apache-2.0
// Each law of clients on a story that breaks it and on one that it spares.
#include "harness/judge/client_laws.h"

#include <gtest/gtest.h>

#include "harness/judge/client_calls.h"
#include "harness/judge/client_headers.h"
#include "harness/judge/message_laws.h"
#include "harness/judge/resume.h"
#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

const std::string kInitialized = R"({"jsonrpc":"2.0","method":"notifications/initialized"})";
const std::string kJson = "Content-Type: application/json\r\n";

std::string request(const std::string& id, const std::string& method, const std::string& params) {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":")" + method + R"(","params":{)" + params +
         "}}";
}

// initialize, answered with this revision.
Story begun(const std::string& agreed = "2025-11-25", const std::string& who = "clientInfo") {
  Story story;
  story.mark(kMarkContract, "calls").mark(kMarkCallLimit, "1000");
  story.open(1, Side::kServer)
      .post(1, request("1", "initialize", R"("protocolVersion":"2025-11-25","capabilities":{},")" +
                                              who + R"(":{})"));
  const std::string body =
      R"({"jsonrpc":"2.0","id":1,"result":{"protocolVersion":")" + agreed + R"("}})";
  story.json(1, body);
  story.at(1);
  return story;
}

Story said(const std::string& message, const std::string& headers = kJson) {
  Story story = begun();
  story.post(1, message, headers).plain(1, 202);
  return story;
}

Story asked(const std::string& head) {
  Story story = begun();
  story.from_client(1, head).plain(1, 405);
  return story;
}

void expect_apart(const Check& check, const Story& wrong, const Story& right) {
  EXPECT_EQ(wrong.judge(check).outcome, Outcome::kBroken) << check.name;
  const Judgement spared = right.judge(check);
  EXPECT_EQ(spared.outcome, Outcome::kHeld) << check.name << ": " << spared.reason;
}

TEST(ClientLaws, TellMessagesApart) {
  const Story good = said(request("2", "tools/call", ""));
  expect_apart(request_ids_are_text_or_integers(req::kIdIsTextOrInteger),
               said(request("2.5", "ping", "")), good);
  expect_apart(request_ids_are_not_null(req::kIdIsNotNull), said(request("null", "ping", "")),
               good);
  expect_apart(posts_carry_one_message(req::kOneMessageAPost), said(kInitialized + kInitialized),
               good);
  expect_apart(progress_tokens_are_text_or_integers(req::kTokenKind),
               said(request("2", "ping", R"("_meta":{"progressToken":true})")),
               said(request("2", "ping", R"("_meta":{"progressToken":7})")));
  expect_apart(cancels_its_own(req::kCancelsItsOwn),
               said(R"({"jsonrpc":"2.0","method":"notifications/cancelled",)"
                    R"("params":{"requestId":9}})"),
               good);
}

// Whose id was used before: that is another law's matter.
TEST(ClientLaws, ACancelIsOfTheLastRequestWithItsId) {
  const std::string cancel = R"({"jsonrpc":"2.0","method":"notifications/cancelled",)"
                             R"("params":{"requestId":1}})";
  Story reused = begun();
  reused.post(1, request("1", "tools/call", ""), kJson).plain(1, 200);
  reused.post(1, cancel, kJson).plain(1, 202);
  expect_apart(cancels_its_own(req::kCancelsItsOwn), said(cancel), reused);
}

TEST(ClientLaws, TellHeadersApart) {
  const Story typed = said(kInitialized);
  EXPECT_EQ(said(kInitialized, "").judge(posts_say_their_type()).findings.front().level,
            Level::kShould);
  Story only_typed;
  only_typed.open(1, Side::kServer).post(1, kInitialized, kJson).plain(1, 202);
  EXPECT_EQ(only_typed.judge(posts_say_their_type()).outcome, Outcome::kHeld);
  expect_apart(gets_accept_events(req::kGetAcceptsEvents),
               asked("GET /mcp HTTP/1.1\r\nAccept: application/json\r\n\r\n"),
               asked("GET /mcp HTTP/1.1\r\nAccept: text/event-stream\r\n\r\n"));
  const auto accepting = [](const std::string_view accept) {
    return asked(fmt::format("GET /mcp HTTP/1.1\r\nAccept: {}\r\n\r\n", accept));
  };
  for (const std::string_view accept : {"text/event-stream;q=0.5", "Text/Event-Stream",
                                        "application/json\r\nAccept: text/event-stream"}) {
    EXPECT_EQ(accepting(accept).judge(gets_accept_events(req::kGetAcceptsEvents)).outcome,
              Outcome::kHeld);
    EXPECT_EQ(accepting(accept).judge(gets_list_events(req::kGetAcceptsEvents)).outcome,
              Outcome::kHeld);
  }
  const Judgement range = accepting("*/*").judge(gets_list_events(req::kGetAcceptsEvents));
  ASSERT_EQ(range.outcome, Outcome::kBroken);
  EXPECT_EQ(range.findings.front().level, Level::kShould);
  expect_apart(names_the_agreed_revision(req::kRevisionAsAgreed),
               said(kInitialized, "MCP-Protocol-Version: 2025-06-18\r\n"),
               said(kInitialized, "MCP-Protocol-Version: 2025-11-25\r\n"));
  expect_apart(only_posts_carry_messages(req::kMessagesInPosts),
               asked("DELETE /mcp HTTP/1.1\r\nContent-Length: 10\r\n\r\n{\"jsonrpc\""),
               asked("DELETE /mcp HTTP/1.1\r\n\r\n"));
  expect_apart(resumes_by_get(req::kResumesByGet),
               said(request("2", "tools/call", ""), "Last-Event-ID: a\r\n"),
               asked("GET /mcp HTTP/1.1\r\nLast-Event-ID: a\r\n\r\n"));
}

TEST(ClientLaws, TellHandshakesApart) {
  Story good = said(kInitialized);
  good.post(1, request("2", "tools/call", "")).plain(1, 200);
  expect_apart(initialize_says_who_asks(req::kInitializeSaysWho), begun("2025-11-25", "client"),
               good);
  expect_apart(initialized_is_said(req::kInitializedSaid), said(request("2", "tools/call", "")),
               good);
  Story pings = begun();
  pings.post(1, request("2", "ping", "")).plain(1, 200).post(1, kInitialized).plain(1, 202);
  EXPECT_EQ(pings.judge(initialized_is_said(req::kInitializedSaid)).outcome, Outcome::kHeld);
  Story early;
  early.open(1, Side::kServer).post(1, request("1", "tools/list", "")).plain(1, 400);
  expect_apart(initialize_comes_first(req::kInitializeFirst), early, good);
  expect_apart(initialize_is_awaited(req::kInitializeAwaited), early, good);
  expect_apart(offers_what_it_speaks(req::kOffersOwnRevision), begun(), good);
  Story goes_on = begun("1999-01-01");
  goes_on.post(1, kInitialized).plain(1, 202);
  expect_apart(leaves_unknown_revision(req::kLeavesUnknownRevision), goes_on, begun("1999-01-01"));
}

// As a client whose JSON answers reach nobody: it leaves when its own limit is over.
TEST(ClientLaws, WhoWaitsOutItsLimitAfterInitializeHasNotSeenTheAnswer) {
  const Check check = offers_what_it_speaks(req::kOffersOwnRevision);
  const auto left = [&](double ms) {
    Story story = begun();
    story.at(ms).tell(ProcessEnded{1, 0, false});
    return story.judge(check).findings.front();
  };
  EXPECT_EQ(left(990).harm, "harm.answer_lost");
  EXPECT_TRUE(left(990).requirements.empty());
  EXPECT_EQ(left(20).harm, "");
  EXPECT_EQ(left(20).requirements.front(), "LC-07");
}

// What followed was refused, or the answer had been long in coming: it left for that.
TEST(ClientLaws, WhoMetWithSomethingElseOffersWhatItSpeaks) {
  const Check check = offers_what_it_speaks(req::kOffersOwnRevision);
  Story refused = begun();
  refused.post(1, R"({"jsonrpc":"2.0","id":9,"result":{}})").plain(1, 400).at(20);
  refused.tell(ProcessEnded{1, 0, false});
  EXPECT_NE(refused.judge(check).outcome, Outcome::kBroken);
  Story late;
  late.mark(kMarkContract, "calls").mark(kMarkCallLimit, "1000").open(1, Side::kServer);
  late.post(1, request("1", "initialize", R"("protocolVersion":"2025-11-25")")).at(600);
  const std::string answer =
      R"({"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25"}})";
  late.json(1, answer);
  late.at(620).tell(ProcessEnded{1, 0, false});
  EXPECT_NE(late.judge(check).outcome, Outcome::kBroken);
}

TEST(ClientLaws, WhoSpeaksBothErasMayAskInTheNewerOneFirst) {
  const Check check = names_the_agreed_revision(req::kRevisionAsAgreed);
  const std::string newer = kJson + "MCP-Protocol-Version: 2026-07-28\r\n";
  Story probes;
  probes.open(1, Side::kServer).post(1, request("1", "tools/list", ""), newer).plain(1, 400).at(1);
  probes.post(1, request("2", "initialize", R"("protocolVersion":"2025-11-25")"));
  const std::string body =
      R"({"jsonrpc":"2.0","id":2,"result":{"protocolVersion":"2025-11-25"}})";
  probes.json(1, body);
  EXPECT_NE(probes.judge(check).outcome, Outcome::kBroken);
  probes.at(2).post(1, request("3", "tools/list", ""), newer).plain(1, 200);
  EXPECT_EQ(probes.judge(check).outcome, Outcome::kBroken);
}

TEST(ClientLaws, InitializedAndACallMayRaceOnTwoConnections) {
  const Check check = initialized_is_said(req::kInitializedSaid);
  const auto late = [&](double ms) {
    Story story = begun();
    story.open(2, Side::kServer).post(2, request("2", "tools/call", "")).plain(2, 200);
    story.at(ms).post(1, kInitialized).plain(1, 202);
    return story.judge(check).outcome;
  };
  EXPECT_EQ(late(2), Outcome::kHeld);
  EXPECT_EQ(late(500), Outcome::kBroken);
}

TEST(ClientLaws, AFloodOfPingsIsWarned) {
  Story flood = begun(), few = begun();
  for (int ping = 2; ping < 15; ++ping) {
    flood.post(1, request(std::to_string(ping), "ping", "")).plain(1, 200);
    few.at(ping * 500).post(1, request(std::to_string(ping), "ping", "")).plain(1, 200);
  }
  expect_apart(pings_are_few(req::kFewPings), flood, few);
}

TEST(ClientLaws, ACallWithoutALimitIsHarm) {
  const Check check = unanswered_call_returns(req::kCallHasLimit);
  const auto at = [](double ms) {
    Story story = begun();
    story.post(1, request("2", "tools/call", "")).sse_head(1).at(ms).mark("later", "");
    return story;
  };
  EXPECT_EQ(at(1500).judge(check).outcome, Outcome::kInconclusive);
  ASSERT_EQ(at(3500).judge(check).outcome, Outcome::kBroken);
  EXPECT_EQ(at(3500).judge(check).findings.front().level, Level::kHarm);
  Story told = at(1100);
  told.tell(ProcessLine{R"({"call":1,"outcome":"limit"})"});
  EXPECT_EQ(told.judge(check).outcome, Outcome::kHeld);
}

TEST(ClientLaws, ALateAnswerOfAnotherCallIsHarm) {
  const auto back_with = [](const std::string& text) {
    Story story = begun();
    story.post(1, request("2", "tools/call", "")).sse_head(1).at(1100);
    story.tell(ProcessLine{R"({"call":1,"outcome":"limit"})"});
    story.open(2, Side::kServer).post(2, request("3", "tools/call", "")).sse_head(2).at(1200);
    const auto answer = [](int id, const std::string& content) {
      return fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{{"content":[{{"text":"{}"}}]}}}})",
                         id, content);
    };
    story.event(1, answer(2, "late")).event(2, answer(3, "in time")).at(1300);
    story.tell(ProcessLine{R"({"call":2,"outcome":"result","text":")" + text + "\"}"});
    return story;
  };
  const Check check = late_answer_is_ignored(req::kLateAnswerIgnored);
  expect_apart(check, back_with("late"), back_with("in time"));
  EXPECT_EQ(back_with("late").judge(check).findings.front().level, Level::kHarm);
  const Check stray = stray_answer_is_ignored(req::kLateAnswerIgnored);
  EXPECT_EQ(back_with("late").judge(stray).findings.front().level, Level::kShould);
}

TEST(ClientLaws, AStrayAnswerFailsNoCallThatWaitsForAnother) {
  const auto back_with = [](const std::string& members) {
    Story story = begun();
    story.post(1, request("2", "tools/call", "")).sse_head(1).at(1100);
    story.tell(ProcessLine{R"({"call":1,"outcome":"limit"})"});
    story.open(2, Side::kServer).post(2, request("3", "tools/call", "")).sse_head(2).at(1200);
    const auto answer = [](int id, const std::string& content) {
      return fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{{"content":[{{"text":"{}"}}]}}}})",
                         id, content);
    };
    story.event(2, answer(2, "late")).event(2, answer(3, "in time")).at(1300);
    story.tell(ProcessLine{R"({"call":2,)" + members + "}"});
    return story;
  };
  const Check stray = stray_answer_is_ignored(req::kLateAnswerIgnored);
  expect_apart(stray, back_with(R"("outcome":"error")"),
               back_with(R"("outcome":"result","text":"in time")"));
  EXPECT_EQ(back_with(R"("outcome":"error")").judge(stray).findings.front().level, Level::kShould);
  EXPECT_NE(back_with(R"("outcome":"limit")").judge(stray).outcome, Outcome::kBroken);
}

}  // namespace
}  // namespace tailrace
