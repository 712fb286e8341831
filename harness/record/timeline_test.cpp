// SPDX-License-Identifier: Apache-2.0
#include "harness/record/timeline.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <vector>

#include "harness/record/unfinished_event.h"
#include "harness/wire/every_split.h"

namespace tailrace {
namespace {

const ConnectionId kOne{1};
const std::string kCall =
    "POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n"
    R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
const std::string kResult = R"({"jsonrpc":"2.0","id":1,"result":{}})";
const std::string kJsonAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 36\r\n\r\n" + kResult;
const std::string kSseHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";

std::string chunk(const std::string& data) {
  return fmt::format("{:x}\r\n{}\r\n", data.size(), data);
}

// A comment, a priming event, a notification and the result, in chunks cut inside lines.
std::string chunked_answer() {
  const std::string body = ": hello\n\nid: 0\ndata: \n\ndata: " +
                           std::string(R"({"jsonrpc":"2.0","method":"notifications/message"})") +
                           "\n\nid: 1\ndata: " + kResult + "\n\n";
  return kSseHead + "Transfer-Encoding: chunked\r\n\r\n" + chunk(body.substr(0, 21)) +
         chunk(body.substr(21, 60)) + chunk(body.substr(81)) + "0\r\n\r\n";
}

std::string encoded_answer(const std::string& type) {
  return "HTTP/1.1 200 OK\r\nContent-Type: " + type +
         "\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x0b";
}

const char* name_of(BodyEnd end) {
  switch (end) {
    case BodyEnd::kOpen:
      return "open";
    case BodyEnd::kComplete:
      return "complete";
    case BodyEnd::kCut:
      return "cut";
    case BodyEnd::kReset:
      return "reset";
    case BodyEnd::kMalformed:
      return "malformed";
    case BodyEnd::kUnseen:
      return "unseen";
  }
  return "?";
}

std::string when(const std::optional<MonoTime>& at) {
  return at ? std::to_string(at->since_boot.count()) : "-";
}

std::string text_of(const RpcMessage& message) {
  return fmt::format("{}:{}{}", name_of(message.kind), message.id ? message.id->text : "-",
                     message.method.empty() ? "" : " " + message.method);
}

// Facts one nanosecond apart, from 1 on, and the Timeline that they make.
class Story {
 public:
  explicit Story(Side we_are = Side::kClient) {
    ConnectionOpened opened{kOne, v4_endpoint({127, 0, 0, 1}, 40001),
                            v4_endpoint({127, 0, 0, 1}, 80)};
    opened.we_are = we_are;
    add(opened);
  }
  Story& add(Event event) {
    ++sequence_;
    builder_.apply(Fact{sequence_, MonoTime{Nanos(frozen_ ? 0 : sequence_)}, std::move(event)});
    return *this;
  }
  Story& wrote(const std::string& bytes) { return add(BytesWritten{kOne, bytes}); }
  Story& read(const std::string& bytes) { return add(BytesRead{kOne, bytes}); }
  Story& freeze() {  // The clock stands: cuts must not show in times.
    frozen_ = true;
    return *this;
  }
  const Timeline& timeline() const { return builder_.timeline(); }
  const Exchange& exchange(std::uint32_t number = 1) const {
    static const Exchange kNone;
    const Exchange* found = timeline().exchange({number});
    EXPECT_NE(found, nullptr) << number;
    return found == nullptr ? kNone : *found;
  }
  std::string malformed() const {
    std::string text;
    for (const auto& row : timeline().connections[0].malformed) text += row.what + ";";
    return text;
  }

 private:
  TimelineBuilder builder_;
  std::uint64_t sequence_ = 0;
  bool frozen_ = false;
};

std::string account_of(const Exchange& exchange) {
  std::string text =
      fmt::format("{} #{} asked={} [{},{}) body={} status={} [{},{})\n", exchange.request.method,
                  exchange.index, exchange.asked ? text_of(*exchange.asked) : "-",
                  exchange.request_span.begin, exchange.request_span.end, exchange.request_body,
                  exchange.response ? exchange.response->status : 0, exchange.response_span.begin,
                  exchange.response_span.end);
  text +=
      fmt::format("at {} {} {} {} {}\n", when(exchange.request_at), when(exchange.request_complete),
                  when(exchange.first_byte_at), when(exchange.head_at), when(exchange.ended_at));
  for (const auto& event : exchange.events) {
    text += fmt::format("event {} {} id={} [{},{}) {}\n", when(event.at), event.sse.data,
                        event.sse.id.value_or("-"), event.sse.begin, event.sse.end,
                        event.message ? text_of(*event.message) : "-");
  }
  for (const auto& comment : exchange.comments) text += "comment" + comment.what + "\n";
  for (const auto& what : exchange.malformed) text += "malformed " + what + "\n";
  return text + fmt::format("body={} answer={} end={}\n", exchange.body,
                            exchange.answer ? text_of(*exchange.answer) : "-",
                            name_of(exchange.end));
}

std::string account_of(const Story& story) {
  std::string text;
  for (const Exchange& exchange : story.timeline().exchanges) text += account_of(exchange);
  return text + story.malformed();
}

TEST(Timeline, AStreamedAnswerIsTheSameHoweverItIsCut) {
  const auto run = [](const std::vector<std::string>& pieces) {
    Story story;
    story.freeze().wrote(kCall);
    for (const std::string& piece : pieces) story.read(piece);
    return account_of(story);
  };
  EXPECT_EQ(differing_split(chunked_answer(), run), "");
  EXPECT_EQ(differing_split("HTTP/1.1 100 Continue\r\n\r\n" + kJsonAnswer, run), "");
  EXPECT_EQ(differing_split(kSseHead + "\r\ndata: " + kResult + "\n\ndata: cut", run), "");
}

TEST(Timeline, ARequestIsTheSameHoweverItIsCut) {
  const auto run = [](const std::vector<std::string>& pieces) {
    Story story;
    story.freeze();
    for (const std::string& piece : pieces) story.wrote(piece);
    return account_of(story.read(kJsonAnswer));
  };
  EXPECT_EQ(differing_split(kCall, run), "");
}

TEST(Timeline, AStreamedAnswerIsReadToItsEnd) {
  Story story;
  story.wrote(kCall).read(chunked_answer());
  const Exchange& exchange = story.exchange();
  EXPECT_TRUE(exchange.is_event_stream());
  EXPECT_EQ(exchange.end, BodyEnd::kComplete);
  ASSERT_EQ(exchange.events.size(), 3U);
  EXPECT_TRUE(exchange.events[0].sse.is_priming());
  EXPECT_FALSE(exchange.events[0].message);
  EXPECT_EQ(exchange.events[1].message->kind, MessageKind::kNotification);
  ASSERT_NE(exchange.final_message(), nullptr);
  EXPECT_EQ(exchange.final_message()->id, rpc_id(1));
  ASSERT_EQ(exchange.comments.size(), 1U);
  EXPECT_TRUE(exchange.body.empty());
  EXPECT_TRUE(story.timeline().connections[0].usable());
  EXPECT_EQ(story.timeline().connections[0].written_bytes, kCall.size());
  EXPECT_EQ(story.timeline().connections[0].read_bytes, chunked_answer().size());
}

// An event, a head and an end each have the time of the read that held their last byte.
TEST(Timeline, EachThingHasTheTimeOfItsLastByte) {
  Story story;  // Time 1
  story.wrote(kCall.substr(0, 20)).wrote(kCall.substr(20, 90)).wrote(kCall.substr(110));
  const Exchange& exchange = story.exchange();
  EXPECT_EQ(when(exchange.request_at), "3");
  EXPECT_EQ(when(exchange.request_complete), "4");
  story.read("HTTP/1.1 200 OK\r\n").read("Content-Type: text/event-stream\r\n");
  EXPECT_EQ(when(exchange.first_byte_at), "-") << "told with its head";
  story.read("Transfer-Encoding: chunked\r\n\r\n");
  const std::string event = "data: " + kResult + "\n\n";
  story.read(fmt::format("{:x}\r\n", event.size()) + event.substr(0, 10));
  EXPECT_EQ(exchange.final_message(), nullptr);
  story.read(event.substr(10));
  EXPECT_EQ(when(exchange.final_at()), "9");
  EXPECT_FALSE(exchange.ended());
  story.read("\r\n0\r\n").read("\r\n");
  EXPECT_EQ(when(exchange.first_byte_at), "5");
  EXPECT_EQ(when(exchange.head_at), "7");
  EXPECT_EQ(when(exchange.ended_at), "11");
  EXPECT_EQ(when(story.timeline().begun) + when(story.timeline().last), "111");
}

struct EndRow {
  const char* what;
  std::string response;
  Event last;  // Marked: nothing more happens.
  BodyEnd end;
  const char* answer;  // Of a body that is no stream, or of the last event.
};

std::vector<EndRow> end_rows() {
  const Event fin = PeerEnded{kOne, Ending::kFin}, reset = PeerEnded{kOne, Ending::kReset};
  const Event error = PeerEnded{kOne, Ending::kError}, none = Marked{};
  const Event we_left = WeEnded{kOne, Ending::kFin, false};
  const Event we_reset = WeEnded{kOne, Ending::kReset, false};
  const Event we_half = WeEnded{kOne, Ending::kFin, true};
  const std::string until_close = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
  const std::string event = "data: " + kResult + "\n\n";
  const std::string stream = kSseHead + "Transfer-Encoding: chunked\r\n\r\n" + chunk(event);
  return {
      {"JSON", kJsonAnswer, none, BodyEnd::kComplete, "result:1"},
      {"JSON, then FIN", kJsonAnswer, fin, BodyEnd::kComplete, "result:1"},
      {"JSON, then RST", kJsonAnswer, reset, BodyEnd::kComplete, "result:1"},
      {"close-delimited, open", until_close + kResult, none, BodyEnd::kOpen, "-"},
      {"close-delimited, FIN", until_close + kResult, fin, BodyEnd::kComplete, "result:1"},
      {"close-delimited, RST", until_close + kResult, reset, BodyEnd::kReset, "-"},
      {"close-delimited, we left", until_close + kResult, we_left, BodyEnd::kUnseen, "-"},
      {"close-delimited stream, FIN", kSseHead + "\r\n" + event, fin, BodyEnd::kComplete,
       "result:1"},
      {"stream without its last chunk", stream, none, BodyEnd::kOpen, "result:1"},
      {"stream, FIN inside", stream, fin, BodyEnd::kCut, "result:1"},
      {"stream, RST inside", stream, reset, BodyEnd::kReset, "result:1"},
      {"stream, error inside", stream, error, BodyEnd::kReset, "result:1"},
      {"stream, we left", stream, we_left, BodyEnd::kUnseen, "result:1"},
      {"stream, we reset", stream, we_reset, BodyEnd::kUnseen, "result:1"},
      {"stream, we are done sending", stream, we_half, BodyEnd::kOpen, "result:1"},
      {"stream, tap full", stream, TapTruncated{kOne, true}, BodyEnd::kUnseen, "result:1"},
      {"FIN inside a length", kJsonAnswer.substr(0, kJsonAnswer.size() - 1), fin, BodyEnd::kCut,
       "-"},
      {"FIN inside the head", "HTTP/1.1 200 OK\r\nConte", fin, BodyEnd::kCut, "-"},
      {"FIN and no answer", "", fin, BodyEnd::kCut, "-"},
      {"RST and no answer", "", reset, BodyEnd::kReset, "-"},
      {"we left before an answer", "", we_left, BodyEnd::kUnseen, "-"},
      {"chunks that are none", kSseHead + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", none,
       BodyEnd::kMalformed, "-"},
  };
}

TEST(Timeline, SaysHowAnAnswerEnded) {
  for (const EndRow& row : end_rows()) {
    Story story;
    story.wrote(kCall);
    if (!row.response.empty()) story.read(row.response);
    story.add(row.last);
    const Exchange& exchange = story.exchange();
    EXPECT_STREQ(name_of(exchange.end), name_of(row.end)) << row.what;
    const RpcMessage* answer = exchange.final_message();
    EXPECT_EQ(answer == nullptr ? "-" : text_of(*answer), row.answer) << row.what;
    EXPECT_EQ(exchange.ended(), exchange.ended_at.has_value()) << row.what;
  }
}

// The other side of the tap: we are the server, so what we read is the request.
TEST(Timeline, OfAClientUnderTestTheReadBytesAreTheRequest) {
  struct Row {
    Event last;
    BodyEnd end;
  };
  const Row rows[] = {
      {PeerEnded{kOne, Ending::kFin}, BodyEnd::kOpen},  // It may still read.
      {PeerEnded{kOne, Ending::kReset}, BodyEnd::kReset},
      {WeEnded{kOne, Ending::kFin, false}, BodyEnd::kCut},
      {WeEnded{kOne, Ending::kFin, true}, BodyEnd::kCut},
      {WeEnded{kOne, Ending::kReset, false}, BodyEnd::kReset},
  };
  for (const Row& row : rows) {
    Story story(Side::kServer);
    story.read(kCall).wrote(kSseHead + "Transfer-Encoding: chunked\r\n\r\n").add(row.last);
    EXPECT_EQ(story.exchange().asked->method, "ping");
    EXPECT_STREQ(name_of(story.exchange().end), name_of(row.end)) << row.last.index();
    EXPECT_EQ(story.timeline().connections[0].client().port, 80);
  }
}

TEST(Timeline, PipelinedAnswersFindTheirRequests) {
  Story story;
  story.wrote(kCall + "GET /mcp HTTP/1.1\r\nHost: a\r\n\r\n").wrote("HEAD / HTTP/1.1\r\n\r\n");
  const std::string second = "HTTP/1.1 405 No\r\nContent-Length: 2\r\n\r\nno";
  story.read(kJsonAnswer.substr(0, 30));                                           // Time 4
  story.read(kJsonAnswer.substr(30) + second.substr(0, 20));                       // 5
  story.read(second.substr(20) + "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");  // 6
  ASSERT_EQ(story.timeline().exchanges.size(), 3U);
  EXPECT_EQ(story.exchange(1).answer->id, rpc_id(1));
  EXPECT_EQ(story.exchange(2).response->status, 405);
  EXPECT_EQ(story.exchange(2).body, "no");
  EXPECT_EQ(story.exchange(3).response->status, 200);
  EXPECT_EQ(story.exchange(3).end, BodyEnd::kComplete) << "the answer to HEAD has no body";
  EXPECT_EQ(when(story.exchange(1).first_byte_at), "4");
  EXPECT_EQ(when(story.exchange(2).first_byte_at), "5");
  EXPECT_EQ(when(story.exchange(3).first_byte_at), "6");
  EXPECT_EQ(story.exchange(2).index, 1U);
  EXPECT_EQ(story.timeline().last_on(kOne), &story.exchange(3));
  EXPECT_EQ(story.malformed(), "");
}

TEST(Timeline, AMessageWithoutItsEmptyLineIsToldFromOneThatWasCut) {
  const auto told = [](const std::string& text) {
    Story story;
    story.wrote(kCall).read(kSseHead + "Transfer-Encoding: chunked\r\n\r\n" + chunk(text) +
                            "0\r\n\r\n");
    const auto& malformed = story.exchange(1).malformed;
    return malformed.size() == 1 && malformed.front().ends_with(kNeverDispatched);
  };
  const std::string line = "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n";
  EXPECT_TRUE(told(line));
  EXPECT_TRUE(told(line + line)) << "two events that run into each other";
  EXPECT_FALSE(told(line.substr(0, line.size() - 1))) << "the line may go on";
  EXPECT_FALSE(told("data: {\n"));
  EXPECT_FALSE(told("id: 7\n"));
  EXPECT_FALSE(told(line + "\n"));
}

TEST(Timeline, EachStreamOfAConnectionStartsAnew) {
  Story story;
  const std::string stream = kSseHead + "Transfer-Encoding: chunked\r\n\r\n";
  story.wrote(kCall).read(stream + chunk("id: 7\ndata: a\n\ndata: cut") + "0\r\n\r\n");
  story.wrote(kCall).read(stream + chunk("data: b\n\n") + "0\r\n\r\n");
  ASSERT_EQ(story.exchange(1).events.size(), 1U);
  EXPECT_EQ(story.exchange(1).events[0].sse.id, "7");
  EXPECT_EQ(story.exchange(1).malformed.size(), 1U) << "the body ended inside an event";
  ASSERT_EQ(story.exchange(2).events.size(), 1U);
  EXPECT_EQ(story.exchange(2).events[0].sse.data, "b");
  EXPECT_EQ(story.exchange(2).events[0].sse.begin, 0U);
  EXPECT_EQ(story.exchange(2).events[0].sse.id, std::nullopt);
  EXPECT_TRUE(story.exchange(2).malformed.empty());
}

TEST(Timeline, AnInterimResponseIsNotTheAnswer) {
  Story story;
  story.wrote(kCall).read("HTTP/1.1 100 Continue\r\n\r\n").read("HTTP/1.1 103 Early\r\n\r\n");
  EXPECT_FALSE(story.exchange().response);
  EXPECT_FALSE(story.exchange().ended());
  story.read(kJsonAnswer);
  EXPECT_EQ(story.exchange().response->status, 200);
  EXPECT_EQ(when(story.exchange().first_byte_at), "3") << "something came with the interim one";
  EXPECT_EQ(when(story.exchange().head_at), "5");
}

TEST(Timeline, BytesThatAnswerNothingAreToldOfTheConnection) {
  Story story;
  story.wrote(kCall).read(kJsonAnswer + "HTTP/1.1 408 Late\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(story.timeline().exchanges.size(), 1U);
  EXPECT_EQ(story.malformed(), "a response to no request: 408;");
  EXPECT_FALSE(story.timeline().connections[0].usable());

  Story noise;
  noise.wrote(kCall).read("SSH-2.0-x\r\n");
  EXPECT_EQ(noise.malformed().find("response: "), 0U) << noise.malformed();
  EXPECT_EQ(noise.exchange().end, BodyEnd::kMalformed);
}

TEST(Timeline, FactsOfUnknownConnectionsChangeNothing) {
  Story story;
  const ConnectionId other{2};
  story.add(BytesRead{other, "HTTP/1.1 200 OK\r\n\r\n"}).add(PeerEnded{other, Ending::kFin});
  story.add(WeEnded{other, Ending::kFin, true}).add(TapTruncated{other, true});
  EXPECT_EQ(story.timeline().connections.size(), 1U);
  EXPECT_FALSE(story.timeline().connections[0].peer_ended);
}

TEST(Timeline, KeepsWhatIsNoTraffic) {
  Story story;
  story.add(Marked{"a", "1"}).add(Marked{"b", "2"}).add(Marked{"a", "3"});
  story.add(ConnectFailed{"x", "refused"}).add(DeadlinePassed{"d", "w", Millis(1)});
  story.add(WindowEnded{"w", Millis(1), Nanos(2)}).add(Declined{"no"}).add(ProcessSampled{});
  story.add(ProcessLine{"l"}).add(ProcessEnded{1, 0, true}).add(HarnessTrouble{"t"});
  const Timeline& timeline = story.timeline();
  EXPECT_EQ(timeline.mark("a"), "3");
  EXPECT_EQ(timeline.mark("c"), std::nullopt);
  EXPECT_EQ(timeline.marks.size(), 3U);
  EXPECT_EQ(timeline.refused.size(), 1U);
  EXPECT_EQ(timeline.deadlines.size(), 1U);
  EXPECT_EQ(timeline.windows.size(), 1U);
  EXPECT_EQ(timeline.declined.size(), 1U);
  EXPECT_EQ(timeline.samples.size(), 1U);
  EXPECT_EQ(timeline.lines.size(), 1U);
  ASSERT_TRUE(timeline.process_ended);
  EXPECT_EQ(when(timeline.process_ended->at), "11");
  EXPECT_EQ(timeline.troubles.size(), 1U);
}

TEST(Timeline, AnEncodedBodyIsNotRead) {
  for (const char* type : {"application/json", "text/event-stream"}) {
    Story story;
    story.wrote(kCall).read(encoded_answer(type)).wrote(kCall).read(kJsonAnswer);
    EXPECT_EQ(story.exchange(1).end, BodyEnd::kUnseen) << type;
    EXPECT_EQ(story.exchange(1).final_message(), nullptr);
    EXPECT_NE(story.exchange(2).final_message(), nullptr) << "the next one is read again";
  }
}

}  // namespace
}  // namespace tailrace
