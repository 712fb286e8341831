// SPDX-License-Identifier: Apache-2.0
// What is read in place is read as the parsers read it: heads and events, whole and with each byte
// changed or missing, cut anywhere.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "harness/wire/every_split.h"
#include "harness/wire/http.h"
#include "harness/wire/http_rules.h"
#include "harness/wire/sse.h"

namespace tailrace {
namespace {

using namespace std::literals;

// What both kinds of head tell.
class Told final : public HttpSink {
 public:
  explicit Told(bool plain) : plain_(plain) {}
  void on_head(const HttpHead& head, Span span) override {
    add(head.method, head.status, is_event_stream(head), span);
  }
  bool takes_plain_heads() const override { return plain_; }
  void on_plain_head(const PlainHead& head, Span span) override {
    ++plain_heads;
    add(head.method, head.status, is_event_stream(head.content_type), span);
  }
  void on_body(std::string_view data, Span span) override {
    text += fmt::format("body {} [{},{})\n", data, span.begin, span.end);
  }
  void on_end(std::uint64_t offset) override { text += fmt::format("end {}\n", offset); }
  void on_malformed(const std::string&, std::uint64_t) override { text += "malformed\n"; }
  void on_cut(std::uint64_t offset) override { text += fmt::format("cut {}\n", offset); }

  std::string text;
  int plain_heads = 0;

 private:
  void add(std::string_view method, int status, bool stream, Span span) {
    text += fmt::format("{} {} {} [{},{})\n", method, status, stream, span.begin, span.end);
  }
  bool plain_;
};

Told told_of(HttpRole role, std::string_view bytes, bool plain) {
  Told told(plain);
  HttpParser parser(role);
  if (role == HttpRole::kResponse) parser.answer_has_no_body(1);
  parser.feed(bytes, told);
  parser.finish(told);
  told.text += fmt::format("{} lost, {} begun", parser.lost_bytes(), parser.finals_begun());
  return told;
}

void for_each_mutant(const std::string& text, const std::function<void(std::string_view)>& take) {
  take(text);
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string mutant = text;
    for (const char byte : "\0\r\n\t :,;x0\x7f\x80"s) {
      mutant[at] = byte;
      take(mutant);
    }
    mutant = text;
    mutant.erase(at, 1);
    take(mutant);
    take(std::string_view(text).substr(0, at));
  }
}

TEST(Plain, HeadsAreReadAsTheParserReadsThem) {
  const std::vector<std::pair<HttpRole, std::string>> streams = {
      {HttpRole::kRequest,
       "POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Length:2\r\n\r\n{}"
       "GET /x HTTP/1.0\r\nAccept: text/event-stream\r\n\r\n"},
      {HttpRole::kRequest,
       "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"},
      {HttpRole::kRequest, "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na"},
      {HttpRole::kResponse,
       "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; a=b\r\n"
       "transfer-encoding: Chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"
       "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\n"
       "HTTP/1.1 204 None\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"},
      {HttpRole::kResponse, "HTTP/1.1 101 Go\r\nUpgrade: x\r\n\r\nrest"},
      {HttpRole::kResponse, "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end"}};
  int plain_heads = 0;
  for (const auto& [role, stream] : streams) {
    for_each_mutant(stream, [&, role = role](std::string_view bytes) {
      const Told plain = told_of(role, bytes, true);
      EXPECT_EQ(plain.text, told_of(role, bytes, false).text) << bytes;
      plain_heads += plain.plain_heads;
    });
  }
  EXPECT_GT(plain_heads, 1000);
}

class Events final : public SseSink {
 public:
  void on_event(SseEvent event) override { add(event.data); }
  void add(std::string_view data) { text += fmt::format("event {}\n", data); }
  void on_comment(SseComment comment) override {
    text += fmt::format("comment {} [{},{})\n", comment.text, comment.begin, comment.end);
  }
  void on_unfinished(SseUnfinished left) override {
    text += fmt::format("unfinished {} [{},{}) {} {}\n", left.partial_line, left.begin, left.end,
                        left.event.data, left.event.id.value_or("-"));
  }
  void on_malformed(SseMalformed malformed) override {
    text += fmt::format("malformed {} [{},{})\n", malformed.why, malformed.begin, malformed.end);
  }
  std::string text;
  int plain = 0;
};

Events events_of(const std::vector<std::string>& pieces, bool plain) {
  constexpr std::size_t kLimit = 24;
  Events events;
  SseParser parser(kLimit);
  for (const std::string& piece : pieces) {
    std::string_view rest = piece;
    while (plain) {
      const auto event = parser.take_plain_event(rest);
      if (!event) break;
      ++events.plain;
      events.add(*event);
    }
    parser.feed(rest, events);
  }
  parser.finish(events);
  events.text += fmt::format("{} {}", parser.offset(), parser.last_event_id());
  return events;
}

TEST(Plain, EventsAreReadAsTheParserReadsThem) {
  int plain = 0;
  for (const std::string& stream :
       {"event: message\r\ndata: {}\r\nid: 7\r\n\r\ndata\r\n\r\n\r\nid: 8\n\ndata:a"s,
        "\xEF\xBB\xBF"s + "data: a\n\n:c\n\ndata: b\ndata: c\n\n",
        "retry: 5\r\rdata: a\r\n\r\ndata: 0123456789012345678901\n\n"s}) {
    for_each_mutant(stream, [&](std::string_view bytes) {
      for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        const std::vector<std::string> pieces = {std::string(bytes.substr(0, cut)),
                                                 std::string(bytes.substr(cut))};
        const Events in_place = events_of(pieces, true);
        EXPECT_EQ(in_place.text, events_of(pieces, false).text) << bytes << " cut at " << cut;
        plain += in_place.plain;
      }
    });
  }
  EXPECT_GT(plain, 1000);
}

}  // namespace
}  // namespace tailrace
