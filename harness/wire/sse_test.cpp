// SPDX-License-Identifier: Apache-2.0
#include "harness/wire/sse.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "harness/wire/every_split.h"

namespace tailrace {
namespace {

using namespace std::literals;

std::string text_of(const SseEvent& event, const SseParser& of) {
  return fmt::format(
      "{}{} data={} id={} last={} retry={} [{},{})\n", event.dispatched ? "event " : "silent ",
      event.type, event.data, event.id.value_or("-"), of.last_event_id(),
      event.retry_ms ? std::to_string(*event.retry_ms) : "-", event.begin, event.end);
}

class Account : public SseSink {
 public:
  explicit Account(const SseParser& parser) : parser_(parser) {}
  void on_event(SseEvent event) override { told += text_of(event, parser_); }
  void on_comment(SseComment comment) override {
    told += fmt::format("comment {} [{},{})\n", comment.text, comment.begin, comment.end);
  }
  void on_unfinished(SseUnfinished left) override {
    told += fmt::format("unfinished '{}' [{},{}) {}", left.partial_line, left.begin, left.end,
                        text_of(left.event, parser_));
  }
  void on_malformed(SseMalformed malformed) override {
    told += fmt::format("malformed {} [{},{})\n", malformed.why, malformed.begin, malformed.end);
  }
  std::string told;

 private:
  const SseParser& parser_;
};

std::string account_of(const std::vector<std::string>& pieces, std::size_t limit = kSseLimit) {
  SseParser parser(limit);
  Account account(parser);
  for (const std::string& piece : pieces) parser.feed(piece, account);
  parser.finish(account);
  return account.told;
}

struct Row {
  std::string input;
  std::string told;
};

void expect_rows(const std::vector<Row>& rows, std::size_t limit = kSseLimit) {
  for (const Row& row : rows) {
    EXPECT_EQ(account_of({row.input}, limit), row.told) << row.input;
    const auto run = [limit](const auto& pieces) { return account_of(pieces, limit); };
    EXPECT_EQ(differing_split(row.input, run), "") << row.input;
  }
}

TEST(Sse, FieldsAndLineEnds) {
  expect_rows({
      {"", ""},
      {"\n\r\n\r", ""},
      {"data: a\n\n", "event message data=a id=- last= retry=- [0,9)\n"},
      {"data:a\r\r", "event message data=a id=- last= retry=- [0,8)\n"},
      {"data:a\r\n\r\n", "event message data=a id=- last= retry=- [0,9)\n"},
      {"data:a\r\n\r\ndata:b\r\n\r\n",
       "event message data=a id=- last= retry=- [0,9)\n"
       "event message data=b id=- last= retry=- [10,19)\n"},
      {"data:a\n\r\ndata:b\r\n\n",
       "event message data=a id=- last= retry=- [0,8)\n"
       "event message data=b id=- last= retry=- [9,18)\n"},
      {"data:  a\ndata\ndata: b\n\n", "event message data= a\n\nb id=- last= retry=- [0,23)\n"},
      {"event: x\ndata: :1: 2\n\n", "event x data=:1: 2 id=- last= retry=- [0,22)\n"},
      {"event: x\nevent:\ndata\n\n", "event message data= id=- last= retry=- [0,22)\n"},
      {"data: a\0b\n\n"s, "event message data=a\0b id=- last= retry=- [0,11)\n"s},
      {"data: \xFF\n\n", "event message data=\xFF id=- last= retry=- [0,9)\n"},
  });
}

TEST(Sse, ByteOrderMarkOnlyOnceAndOnlyAtTheStart) {
  expect_rows({
      {"\xEF\xBB\xBF"s + "data:a\n\n", "event message data=a id=- last= retry=- [3,11)\n"},
      {"\xEF\xBB\xBF", ""},
      {"\xEF\xBB\xBF\xEF\xBB\xBF"s + "data:a\n\n",
       "silent message data= id=- last= retry=- [3,14)\n"},
      {"\xEF\xBB", "unfinished '\xEF\xBB' [0,2) silent message data= id=- last= retry=- [0,2)\n"},
      {"\xEF\xBB\n\ndata:a\n\n",
       "silent message data= id=- last= retry=- [0,4)\n"
       "event message data=a id=- last= retry=- [4,12)\n"},
      {"data:\xEF\xBB\xBF\n\n", "event message data=\xEF\xBB\xBF id=- last= retry=- [0,10)\n"},
  });
}

TEST(Sse, EventsWithoutDataAreToldButNotDispatched) {
  expect_rows({
      {"id: 7\n\ndata:a\n\n",
       "silent message data= id=7 last=7 retry=- [0,7)\n"
       "event message data=a id=- last=7 retry=- [7,15)\n"},
      {"id: 7\ndata:\n\n", "event message data= id=7 last=7 retry=- [0,13)\n"},
      {"retry: 10\n\n", "silent message data= id=- last= retry=10 [0,11)\n"},
      {"event: x\n\ndata:a\n\n",
       "silent x data= id=- last= retry=- [0,10)\n"
       "event message data=a id=- last= retry=- [10,18)\n"},
      {"what: x\n\n", "silent message data= id=- last= retry=- [0,9)\n"},
  });
}

TEST(Sse, IdAndRetry) {
  expect_rows({
      {"id: 1\ndata\n\nid\ndata\n\n",
       "event message data= id=1 last=1 retry=- [0,12)\n"
       "event message data= id= last= retry=- [12,21)\n"},
      {"id: 1\n\nid: 2\0\ndata\n\n"s,
       "silent message data= id=1 last=1 retry=- [0,7)\n"
       "event message data= id=- last=1 retry=- [7,20)\n"},
      {"id: 1\nid: 2\ndata\n\n", "event message data= id=2 last=2 retry=- [0,18)\n"},
      {"retry: 1x\nretry:\nretry: -1\ndata\n\n", "event message data= id=- last= retry=- [0,33)\n"},
      {"retry: 0\n\n", "silent message data= id=- last= retry=0 [0,10)\n"},
      {"retry: 18446744073709551615\n\n",
       "silent message data= id=- last= retry=18446744073709551615 [0,29)\n"},
      {"retry: 18446744073709551616\n\n",
       "silent message data= id=- last= retry=18446744073709551615 [0,29)\n"},
      {"ID: 1\nData: a\n data: b\n\n", "silent message data= id=- last= retry=- [0,24)\n"},
  });
}

TEST(Sse, CommentsStandAside) {
  expect_rows({
      {": ping\n\n", "comment  ping [0,7)\n"},
      {":\r\n", "comment  [0,2)\n"},
      {"data:a\n:x\ndata:b\n\n",
       "comment x [7,10)\nevent message data=a\nb id=- last= retry=- [0,18)\n"},
  });
}

TEST(Sse, WhatTheEndLeavesOverIsToldAndDropped) {
  expect_rows({
      {"data:a", "unfinished 'data:a' [0,6) silent message data= id=- last= retry=- [0,6)\n"},
      {"data:a\n", "unfinished '' [0,7) silent message data=a id=- last= retry=- [0,7)\n"},
      {"id:1\n\nid:2\ndata:a\ndat",
       "silent message data= id=1 last=1 retry=- [0,6)\n"
       "unfinished 'dat' [6,21) silent message data=a id=2 last=1 retry=- [6,21)\n"},
      {"data:a\n\n:pi",
       "event message data=a id=- last= retry=- [0,8)\n"
       "unfinished ':pi' [8,11) silent message data= id=- last= retry=- [8,11)\n"},
  });
}

TEST(Sse, AboveTheLimitIsMalformedAndTheNextBlockIsRead) {
  expect_rows(
      {
          {"data:1234567\n\n", "event message data=1234567 id=- last= retry=- [0,14)\n"},
          {"data:12345678\nid:1\n\ndata:b\n\n",
           "malformed a line above 12 bytes [0,13)\n"
           "event message data=b id=- last= retry=- [20,28)\n"},
          {"data:123456\ndata:12345\ndata:1\r\n\r\ndata:b\n\n",
           "malformed an event above 12 bytes [0,23)\n"
           "event message data=b id=- last= retry=- [33,41)\n"},
          {"data:123456\ndata:1234\n\n",
           "event message data=123456\n1234 id=- last= retry=- "
           "[0,23)\n"},
          {"id:1\nabcdefghijklmnopq", "malformed a line above 12 bytes [0,18)\n"},
          {":abcdefghijklmnopq\n:b\n\n:c\n",
           "malformed a line above 12 bytes [0,13)\ncomment c [23,26)\n"},
      },
      12);
}

TEST(Sse, PrimingNeedsAnIdAndNoData) {
  SseEvent event;
  EXPECT_FALSE(event.is_priming());
  event.id = "";
  EXPECT_FALSE(event.is_priming());
  event.id = "1";
  EXPECT_TRUE(event.is_priming());
  event.data = "a";
  EXPECT_FALSE(event.is_priming());
}

class Counter : public SseSink {
 public:
  void on_event(SseEvent event) override { data += event.data.size(); }
  void on_comment(SseComment) override { ADD_FAILURE(); }
  void on_unfinished(SseUnfinished) override { ADD_FAILURE(); }
  void on_malformed(SseMalformed) override { ADD_FAILURE(); }
  std::size_t data = 0;
};

std::size_t data_in(const std::string& input, std::size_t piece) {
  Counter counter;
  SseParser parser;
  for (std::size_t at = 0; at < input.size(); at += piece) {
    parser.feed(std::string_view(input).substr(at, piece), counter);
  }
  parser.finish(counter);
  EXPECT_EQ(parser.offset(), input.size());
  return counter.data;
}

TEST(Sse, MuchInputStaysLinear) {  // Quadratic work on it would take minutes.
  constexpr std::size_t kMuch = std::size_t{8} << 20;
  constexpr std::size_t kBlocks = 100'000;
  const std::string line = "data:" + std::string(kMuch, 'x') + "\n\n";
  std::string blocks;
  for (std::size_t i = 0; i < kBlocks; ++i) blocks += "data:x\rid:y\r\r";
  for (const std::size_t piece : {std::size_t{1}, line.size()}) {
    EXPECT_EQ(data_in(line, piece), kMuch);
    EXPECT_EQ(data_in(blocks, piece), kBlocks);
    EXPECT_EQ(data_in(std::string(kBlocks, '\r'), piece), 0u);
    EXPECT_EQ(data_in(std::string(kBlocks, '\n'), piece), 0u);
  }
}

TEST(SseDeathTest, NothingMayBeFedAfterTheEnd) {
  SseParser parser;
  Account account(parser);
  parser.finish(account);
  EXPECT_DEATH(parser.feed("x", account), "bug of ours");
}

TEST(Sse, NoiseMeansTheSameHoweverCut) {
  std::mt19937 random(7);
  constexpr std::string_view kAlphabet = "\r\n\n:: dataidretry0\0\xEF\xBB\xBF"sv;
  for (int round = 0; round < 300; ++round) {
    std::string input;
    for (int i = 0; i < 60; ++i) {
      input +=
          random() % 4 == 0 ? "data:"s : std::string(1, kAlphabet[random() % kAlphabet.size()]);
    }
    const auto run = [](const auto& pieces) { return account_of(pieces, 9); };
    ASSERT_EQ(differing_split(input, run), "");
  }
}

}  // namespace
}  // namespace tailrace
