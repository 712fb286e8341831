// SPDX-License-Identifier: Apache-2.0
// Each law on a story that breaks it and on one that it spares.
#include <gtest/gtest.h>

#include "harness/judge/header_laws.h"
#include "harness/judge/message_laws.h"
#include "harness/judge/server_laws.h"
#include "harness/judge/stateless_laws.h"
#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

const std::string kEvents = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

// A call with the id 1 and one message of the server's on its stream.
Story answered(const std::string& message) {
  Story story;
  story.open(1).call(1, 1).sse_head(1).event(1, message).end(1);
  return story;
}

Story replied(const std::string& request, const std::string& head, const std::string& body = "") {
  Story story;
  story.open(1).post(1, request).from_server(
      1, fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\n\r\n{}", head, body.size(), body));
  return story;
}

constexpr std::string_view kPing = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";

std::string result(const std::string& members) {
  return R"({"jsonrpc":"2.0","id":1,"result":{)" + members + "}}";
}

std::string error(const std::string& members) {
  return R"({"jsonrpc":"2.0","id":1,"error":{)" + members + "}}";
}

std::string notice(const std::string& method, const std::string& more = "") {
  return R"({"jsonrpc":"2.0","method":"notifications/)" + method + "\"" + more + "}";
}

void expect_apart(const Check& check, const Story& wrong, const Story& right,
                  std::string_view revision = "2025-11-25") {
  EXPECT_EQ(wrong.judge(check, revision).outcome, Outcome::kBroken) << check.name;
  const Judgement spared = right.judge(check, revision);
  EXPECT_EQ(spared.outcome, Outcome::kHeld) << check.name << ": " << spared.reason;
}

TEST(Law, ThatNoExchangeShowsIsNotApplicable) {
  const Check check = messages_are_json_rpc(req::kIsJsonRpc);
  EXPECT_EQ(Story().judge(check).outcome, Outcome::kNotApplicable);
}

TEST(Law, OfAnotherRevisionIsNotApplicable) {
  const Story story = answered(result(""));
  EXPECT_EQ(story.judge(results_have_a_type(req::kResultHasType)).outcome,
            Outcome::kNotApplicable);
}

TEST(Law, OfARevisionThatIsNotSpokenIsNotApplicable) {
  Story story = answered("{}");
  story.tell(Declined{"it does not speak it"});
  EXPECT_EQ(story.judge(messages_are_json_rpc(req::kIsJsonRpc)).outcome, Outcome::kNotApplicable);
}

TEST(MessageLaws, TellShapesApart) {
  const Story good = answered(result(""));
  const Story bad = answered(error(R"("code":1,"message":"m")"));
  expect_apart(messages_are_json_rpc(req::kIsJsonRpc), answered(R"({"id":1,"result":{}})"), good);
  expect_apart(responses_are_result_or_error(req::kResultOrError),
               answered(R"({"jsonrpc":"2.0","id":1,"result":{},"error":{}})"), good);
  expect_apart(errors_have_code_and_message(req::kErrorHasParts), answered(error(R"("code":1)")),
               bad);
  expect_apart(error_codes_are_integers(req::kCodeIsInteger),
               answered(error(R"("code":"1","message":"m")")), bad);
  expect_apart(error_messages_are_one_line(req::kErrorIsSentence),
               answered(error(R"("code":1,"message":"a\nb")")), bad);
  expect_apart(notifications_have_no_id(req::kNoticeHasNoId),
               answered(notice("message", R"(,"id":1)")), answered(notice("message")));
  expect_apart(answers_name_their_request(req::kAnswerCarriesId),
               answered(R"({"jsonrpc":"2.0","id":"1","result":{}})"), good);
  expect_apart(keeps_to_its_revision(req::kKeepsRevision), answered("[" + result("") + "]"), good);
}

TEST(MessageLaws, ARefusedIdIsNoMangledText) {
  const auto answered_with = [](const std::string& answer) {
    Story story;
    story.open(1).post(1, "{\"jsonrpc\":\"2.0\",\"id\":\"\xc3\xa9 x\",\"method\":\"tools/list\"}");
    return std::move(story.sse_head(1).event(1, answer).end(1));
  };
  const Story refused = answered_with(
      R"({"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"m"}})");
  const Judgement told = refused.judge(answers_name_their_request(req::kAnswerCarriesId));
  ASSERT_EQ(told.outcome, Outcome::kBroken);
  EXPECT_NE(told.findings.front().likely_cause.find("refused as invalid"), std::string::npos);
  EXPECT_EQ(refused.judge(text_comes_back_in_utf8(req::kUtf8)).outcome, Outcome::kNotApplicable);
}

TEST(MessageLaws, TellKeysOfMetaApart) {
  const auto with = [](const std::string& key) {
    return answered(result(R"("_meta":{")" + key + R"(":1})"));
  };
  const Story good = with("com.example-2/a.b_c-d");
  expect_apart(meta_prefixes_are_labels(req::kMetaPrefix), with("a..b/c"), good);
  expect_apart(meta_labels_are_well_formed(req::kMetaLabel), with("1a.com/c"), good);
  expect_apart(meta_labels_are_well_formed(req::kMetaLabel), with("com-/c"), with("plain"));
  expect_apart(meta_names_are_well_formed(req::kMetaName), with("com.example/-c"), with("a.b/"));
}

TEST(MessageLaws, TellAnswersToWhatIsNoRequestApart) {
  const std::string json = "400 Bad\r\nContent-Type: application/json";
  const auto unreadable = [&](const std::string& id) {
    return replied("{", json,
                   R"({"jsonrpc":"2.0","id":)" + id + R"(,"error":{"code":-32700,"message":"m"}})");
  };
  expect_apart(unreadable_requests_get_no_id(req::kNoInventedId), unreadable("0"),
               unreadable("null"));
  Story unknown, known;
  unknown.open(1).call(1, 1, "tailrace/x").sse_head(1).result(1, 1).end(1);
  known.open(1).call(1, 1, "tailrace/x").sse_head(1).event(
      1, error(R"("code":-32601,"message":"m")"));
  expect_apart(unknown_methods_are_refused(req::kRefusesUnknown), unknown, known);
  Story other;
  other.open(1).call(1, 1, "tailrace/x").sse_head(1).error(1, 1);
  expect_apart(errors_have_standard_codes(req::kStandardCodes), other, known);
}

TEST(ServerLaws, TellRepliesApart) {
  const std::string request = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
  const Story good = answered(result(""));
  expect_apart(requests_get_json_or_events(req::kJsonOrEvents),
               replied(request, "200 OK\r\nContent-Type: text/html", "x"), good);
  expect_apart(requests_get_json_or_events(req::kJsonOrEvents), replied(request, "202 OK"), good);
  const Story accepted = replied(notice("initialized"), "202 Accepted");
  expect_apart(notifications_are_accepted(req::kNoticeGets202),
               replied(notice("initialized"), "200 OK"), accepted);
  expect_apart(notifications_get_no_response(req::kNoticeUnanswered),
               replied(notice("initialized"), "200 OK\r\nContent-Type: application/json",
                       R"({"jsonrpc":"2.0","id":null,"result":{}})"),
               accepted);
  const std::string broken = R"({"jsonrpc":"2.0","method":7})";
  expect_apart(refused_notices_get_an_error(req::kRefusedNotice), replied(broken, "204 No"),
               replied(broken, "400 Bad"));
}

TEST(ServerLaws, TellTextThatNobodyReadFromTextThatWasRefused) {
  const Check check = unreadable_text_is_refused(Rule{});
  const std::string broken = R"({"jsonrpc":"2.0","id":)";
  for (const char* status : {"200 OK", "202 Accepted"}) {
    const Judgement told = replied(broken, status).judge(check);
    ASSERT_EQ(told.outcome, Outcome::kBroken) << status;
    EXPECT_EQ(told.findings.front().level, Level::kShould);
  }
  EXPECT_EQ(replied(broken, "400 Bad").judge(check).outcome, Outcome::kHeld);
  const std::string error = R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"?"}})";
  const Story told = replied(broken, "200 OK\r\nContent-Type: application/json", error);
  EXPECT_EQ(told.judge(check).outcome, Outcome::kHeld) << "the Error says it";
  Story closed;
  closed.open(1).post(1, broken).tell(PeerEnded{{1}, Ending::kFin});
  EXPECT_EQ(closed.judge(check).outcome, Outcome::kBroken);
  const Story read = replied(R"({"jsonrpc":"2.0","method":7})", "202 Accepted");
  EXPECT_EQ(read.judge(check).outcome, Outcome::kNotApplicable) << "it is JSON";
}

// What is written where nothing is owed is one thing wrong, and no message of a wrong shape.
TEST(ServerLaws, TellABodyOfA202FromAMessage) {
  const Story null = replied(notice("initialized"),
                             "202 Accepted\r\nContent-Type: application/json", "null");
  EXPECT_EQ(null.judge(messages_are_json_rpc(req::kIsJsonRpc)).outcome, Outcome::kNotApplicable);
  const Judgement told = null.judge(notifications_are_accepted(req::kNoticeGets202));
  ASSERT_EQ(told.outcome, Outcome::kBroken);
  EXPECT_TRUE(told.findings.front().likely_cause.starts_with("a reply that says nothing"));
}

TEST(ServerLaws, TellANotificationThatIsNotAnsweredFromOneThatWasNotAwaited) {
  const Check check = notifications_are_accepted(req::kNoticeGets202);
  const auto silent = [](double until) {
    Story story;
    story.open(1).post(1, notice("initialized")).at(until);
    story.tell(DeadlinePassed{"answer", "the answer to a notification", Millis(5000)});
    return story;
  };
  const Judgement told = silent(6000).judge(check);
  ASSERT_EQ(told.outcome, Outcome::kBroken);
  EXPECT_EQ(told.findings.front().level, Level::kMust);
  EXPECT_NE(told.findings.front().observed.find("no answer after 6000"), std::string::npos);
  EXPECT_NE(silent(900).judge(check).outcome, Outcome::kBroken);
  Story left;
  left.open(1).post(1, notice("initialized")).at(50).tell(WeEnded{{1}, Ending::kFin, false});
  left.at(6000).tell(DeadlinePassed{"answer", "the answer to another", Millis(5000)});
  EXPECT_NE(left.judge(check).outcome, Outcome::kBroken);
  Story ended;  // The end of its connection is a question of its own.
  ended.open(1).post(1, notice("initialized")).tell(PeerEnded{{1}, Ending::kFin}).at(6000);
  ended.tell(DeadlinePassed{"answer", "the answer to a notification", Millis(5000)});
  EXPECT_NE(ended.judge(check).outcome, Outcome::kBroken);
}

// The status or the code of a refusal shows that what is wrong was seen.
TEST(ServerLaws, TellAnotherRefusalFromNone) {
  const auto cause_of = [](const std::string& head, const std::string& body) {
    Story story;
    story.open(1).from_client(
        1, fmt::format("POST /mcp HTTP/1.1\r\nMCP-Protocol-Version: 1999-01-01\r\n"
                       "Content-Length: {}\r\n\r\n{}", kPing.size(), kPing));
    story.from_server(1, fmt::format("HTTP/1.1 {}\r\nContent-Type: application/json\r\n"
                                     "Content-Length: {}\r\n\r\n{}", head, body.size(), body));
    const Judgement judged = story.judge(unknown_revisions_get_400(req::kUnknownRevisionIs400));
    return judged.findings.empty() ? "" : judged.findings.front().likely_cause;
  };
  EXPECT_EQ(cause_of("400 Bad", error(R"("code":1,"message":"m")")), "");
  EXPECT_EQ(cause_of("200 OK", result("")), "the header is not looked at");
  EXPECT_TRUE(cause_of("404 No", error(R"("code":1,"message":"m")")).starts_with("it is refused"));
  EXPECT_TRUE(cause_of("200 OK", error(R"("code":1,"message":"m")")).starts_with("the Error is"));
}

TEST(ServerLaws, TellChunksToOldClients) {
  const auto asked = [](const std::string& version, const std::string& coding) {
    Story story;
    story.open(1).from_client(1, "POST /mcp HTTP/" + version + "\r\nContent-Length: 0\r\n\r\n");
    story.from_server(1, "HTTP/1.1 200 OK\r\n" + coding + "\r\n");
    return story;
  };
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  expect_apart(http10_gets_no_chunks(), asked("1.0", chunked), asked("1.0", ""));
  EXPECT_EQ(asked("1.0", chunked).judge(http10_gets_no_chunks()).findings.front().level,
            Level::kShould);
  EXPECT_EQ(asked("1.1", chunked).judge(http10_gets_no_chunks()).outcome,
            Outcome::kNotApplicable);
}

TEST(ServerLaws, TellGetsApart) {
  const auto got = [](const std::string& reply) {
    Story story;
    story.open(1).from_client(1, "GET /mcp HTTP/1.1\r\nHost: a\r\n\r\n").from_server(1, reply);
    return story;
  };
  const Story refused =
      got("HTTP/1.1 405 No\r\nAllow: POST\r\nContent-Length: 0\r\n\r\n");
  expect_apart(get_is_served_at_the_endpoint(req::kGetAtEndpoint),
               got("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"), refused);
  expect_apart(refused_methods_name_the_allowed(req::k405NamesAllowed),
               got("HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n"), refused);
  expect_apart(get_carries_no_response(req::kGetBringsNoResponse),
               got(kEvents + "data: " + result("") + "\n\n"), got(kEvents + ": hello\n\n"));
  expect_apart(progress_is_not_on_get(req::kGetBringsNoProgress),
               got(kEvents + "data: " + notice("progress", R"(,"params":{})") + "\n\n"),
               got(kEvents + ": hello\n\n"));
}

TEST(ServerLaws, TellStreamsApart) {
  Story primed, late, cut, told;
  primed.open(1).call(1, 1).sse_head(1).event(1, "", "a").result(1, 1, "b").end(1);
  late.open(1).call(1, 1).sse_head(1).event(1, notice("message"), "a").result(1, 1, "b").end(1);
  expect_apart(streams_begin_with_an_id(req::kPriming), late, primed);
  Story twice;
  twice.open(1).call(1, 1).sse_head(1).result(1, 1, "a").end(1);
  twice.call(1, 2).sse_head(1).event(1, notice("message"), "b").result(1, 2, "a").end(1);
  expect_apart(event_ids_are_unique(req::kUniqueEventIds), twice, primed);
  Story named;  // By the session's id, which is legal and no event id.
  const std::string session = "Mcp-Session-Id: s\r\n";
  named.open(1).call(1, 1, "tools/call", session).sse_head(1).result(1, 1, "s").end(1);
  named.call(1, 2, "tools/call", session).sse_head(1).result(1, 2, "s").end(1);
  EXPECT_EQ(named.judge(event_ids_are_unique(req::kUniqueEventIds)).outcome,
            Outcome::kNotApplicable);
  Story again, replayed;
  const auto resume = [](Story& story, const std::string& id_of_rest) -> Story& {
    story.open(1).call(1, 1).sse_head(1).event(1, notice("message"), "a").end(1);
    story.open(2).from_client(2, "GET /mcp HTTP/1.1\r\nLast-Event-ID: a\r\n\r\n");
    return story.sse_head(2).event(2, "", "a").result(2, 1, id_of_rest).end(2);
  };
  resume(replayed, "b").open(3).from_client(3, "GET /mcp HTTP/1.1\r\nLast-Event-ID: a\r\n\r\n");
  replayed.sse_head(3).result(3, 1, "b").end(3);
  expect_apart(event_ids_are_unique(req::kUniqueEventIds), resume(again, "a"), replayed);
  cut.open(1).call(1, 1).sse_head(1).event(1, "", "a").end(1);
  told.open(1).call(1, 1).sse_head(1).from_server(1, "1a\r\nid: a\nretry: 500\ndata: \n\n\r\n");
  EXPECT_EQ(cut.judge(streams_bring_their_response(req::kStreamBringsResponse)).outcome,
            Outcome::kNotApplicable);
  EXPECT_EQ(cut.judge(cut_streams_tell_when_to_return(req::kRetryBeforeCut)).outcome,
            Outcome::kBroken);
  Story empty;
  empty.open(1).call(1, 1).sse_head(1).end(1);
  EXPECT_EQ(empty.judge(streams_bring_their_response(req::kStreamBringsResponse)).outcome,
            Outcome::kBroken);
}

TEST(ServerLaws, TellProgressApart) {
  const auto story = [](const std::string& token, const std::string& values) {
    Story made;
    made.open(1).post(1, R"({"jsonrpc":"2.0","id":1,"method":"tools/call",)"
                         R"("params":{"_meta":{"progressToken":"t"}}})");
    made.sse_head(1);
    for (const char value : values) {
      if (value == 'r') made.result(1, 1);
      if (value == 'r') continue;
      made.event(1, notice("progress", R"(,"params":{"progressToken":)" + token +
                                           R"(,"progress":)" + value + "}"));
    }
    return made;
  };
  const Story good = story("\"t\"", "12r");
  expect_apart(progress_has_a_token(req::kProgressHasToken), story("7", "1r"), good);
  expect_apart(progress_grows(req::kProgressGrows), story("\"t\"", "11r"), good);
  expect_apart(progress_stops_with_the_response(req::kProgressStops), story("\"t\"", "1r2"), good);
}

// A token is of the session whose request gave it.
TEST(ServerLaws, TellProgressOfAnotherSession) {
  const auto asked = [](Story& story, std::uint32_t connection, const std::string& session) {
    story.open(connection)
        .post(connection,
              fmt::format(R"({{"jsonrpc":"2.0","id":1,"method":"tools/call",)"
                          R"("params":{{"_meta":{{"progressToken":"of {}"}}}}}})", session),
              "Mcp-Session-Id: " + session + "\r\n")
        .sse_head(connection);
  };
  const auto told = [&](const std::string& whose) {
    Story story;
    asked(story, 1, "one");
    asked(story, 2, "two");
    story.event(2, notice("progress", R"(,"params":{"progressToken":"of )" + whose +
                                          R"(","progress":1})"));
    return story;
  };
  expect_apart(progress_has_a_token(req::kProgressHasToken), told("one"), told("two"));
  expect_apart(progress_keeps_to_its_stream(req::kProgressAtHome), told("one"), told("two"));
}

TEST(StatelessLaws, TellResultsApart) {
  const std::string_view revision = "2026-07-28";
  const Story good = answered(result(
      R"("resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{}})"));
  expect_apart(results_have_a_type(req::kResultHasType), answered(result("")), good, revision);
  expect_apart(result_types_are_known(req::kResultTypeIsKnown),
               answered(result(R"("resultType":"odd")")), good, revision);
  expect_apart(results_name_the_server(req::kServerNamed), answered(result("")), good, revision);
  expect_apart(server_sends_no_requests(req::kNoServerRequests),
               answered(R"({"jsonrpc":"2.0","id":1,"method":"ping"})"), good, revision);
  expect_apart(logs_are_asked_for(req::kLogsAskedFor), answered(notice("message")), good, revision);
  expect_apart(cancels_are_for_subscriptions(req::kServerCancels), answered(notice("cancelled")),
               good, revision);
}

TEST(StatelessLaws, TellCodesApart) {
  const auto code = [](int number) {
    return answered(error(fmt::format(R"("code":{},"message":"m")", number)));
  };
  const std::string_view revision = "2026-07-28";
  expect_apart(error_codes_are_defined(req::kCodeDefined), code(-32050), code(-32021), revision);
  expect_apart(error_codes_are_meant(req::kCodeMeant), code(-32020), code(-32021), revision);
  expect_apart(error_codes_are_not_of_old(req::kCodeNotOld), code(-32001), code(-32602), revision);
  expect_apart(error_codes_are_not_withdrawn(req::kCodeNotWithdrawn), code(-32042), code(7),
               revision);
  expect_apart(error_codes_of_ours_lie_outside(req::kCodeOutside), code(-32100), code(-32603),
               revision);
}

TEST(StatelessLaws, TellRequestsForInputApart) {
  const auto asks = [](const std::string& members) {
    return answered(result(R"("resultType":"input_required")" + members));
  };
  const auto form = [&](const std::string& mode) {
    return asks(R"(,"inputRequests":{"a":{"method":"elicitation/create","params":{"mode":")" +
                mode + R"("}}})");
  };
  const std::string_view revision = "2026-07-28";
  expect_apart(input_required_asks_for_something(req::kInputForSomething), asks(""), form("form"),
               revision);
  expect_apart(input_requests_are_known(req::kInputIsKnown),
               asks(R"(,"inputRequests":{"a":{"method":"x"}})"), form("form"), revision);
  expect_apart(input_keys_are_unique(req::kInputKeys),
               asks(R"(,"inputRequests":{"a":{},"a":{}})"), form("form"), revision);
  expect_apart(input_is_asked_for_as_declared(req::kInputAsDeclared), form("url"), form("form"),
               revision);
}

// nginx takes the header out, whatever the server behind it had sent.
TEST(Law, StreamsThatCameThroughNginxTellNothingOfTheirHeaders) {
  const Check check = streams_ask_not_to_be_buffered(req::kUnbuffered);
  const auto headed = [&](const std::string& headers) {
    Story story;
    story.open(1).call(1, 1).from_server(
        1, "HTTP/1.1 200 OK\r\n" + headers + "Content-Type: text/event-stream\r\n\r\n");
    return story.judge(check, "2026-07-28").outcome;
  };
  EXPECT_EQ(headed(""), Outcome::kBroken);
  EXPECT_EQ(headed("Server: uvicorn\r\n"), Outcome::kBroken);
  EXPECT_EQ(headed("X-Accel-Buffering: no\r\n"), Outcome::kHeld);
  EXPECT_EQ(headed("Server: nginx/1.22.1\r\n"), Outcome::kNotApplicable);
}

}  // namespace
}  // namespace tailrace
