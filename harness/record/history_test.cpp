// SPDX-License-Identifier: Apache-2.0
#include "harness/record/history.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <map>
#include <set>
#include <thread>
#include <vector>

#include "harness/record/connection_decoder.h"

namespace tailrace {
namespace {

constexpr Deadline kWakes{"a waiter wakes", Millis(10000)};
constexpr int kThreads = 4;
constexpr int kMarksEach = 250;

// A folder of its own for each test, gone with it.
class HistoryFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "tailrace_history_XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    path_ = folder_ + "/history.jsonl";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string text() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void rewrite(const std::string& text) const { std::ofstream(path_, std::ios::binary) << text; }

  std::string folder_, path_;
};

// One call and its answer on a connection that the server closes, with marks around it.
void record_call(History& history) {
  const auto c = history.next_connection();
  const auto here = v4_endpoint({127, 0, 0, 1}, 40001), there = v4_endpoint({127, 0, 0, 1}, 80);
  history.append(Marked{"call", "first"});
  history.append(ConnectionOpened{c, here, there});
  history.append(BytesWritten{c, "POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\n"});
  history.append(BytesWritten{c, R"({"jsonrpc":"2.0","id":1,"method":"ping"})"});
  history.append(BytesRead{c, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"});
  history.append(
      BytesRead{c, "Content-Length: 36\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"});
  history.append(PeerEnded{c, Ending::kFin});
  history.append(Marked{"call", "second"});
}

void expect_call(const Timeline& timeline) {
  ASSERT_EQ(timeline.connections.size(), 1U);
  ASSERT_EQ(timeline.exchanges.size(), 1U);
  const Exchange& exchange = timeline.exchanges[0];
  EXPECT_EQ(exchange.end, BodyEnd::kComplete);
  ASSERT_TRUE(exchange.asked && exchange.final_message() != nullptr);
  EXPECT_EQ(exchange.asked->method, "ping");
  EXPECT_EQ(exchange.final_message()->id, exchange.asked->id);
  EXPECT_TRUE(timeline.connections[0].peer_ended);
  EXPECT_EQ(timeline.marks.size(), 2U);
  EXPECT_EQ(timeline.mark("call"), "second");
}

TEST_F(HistoryFile, ReplaysWhatTheScriptSaw) {
  auto history = History::create(path_);
  ASSERT_TRUE(history);
  record_call(**history);
  (*history)->read(expect_call);
  EXPECT_TRUE((*history)->written());
  const auto replayed = replay(path_);
  ASSERT_TRUE(replayed) << replayed.error().what;
  expect_call(*replayed);
  (*history)->read([&](const Timeline& live) {
    EXPECT_EQ(replayed->begun, live.begun);
    EXPECT_EQ(replayed->last, live.last);
    EXPECT_EQ(replayed->exchanges[0].head_at, live.exchanges[0].head_at);
    EXPECT_EQ(replayed->exchanges[0].ended_at, live.exchanges[0].ended_at);
  });
}

TEST_F(HistoryFile, AFactIsOnDiskWhenAppendReturns) {
  auto history = History::create(path_);
  ASSERT_TRUE(history);
  for (std::size_t facts = 1; facts <= 3; ++facts) {
    (*history)->append(Marked{"n", std::to_string(facts)});
    const auto replayed = replay(path_);
    ASSERT_TRUE(replayed);
    EXPECT_EQ(replayed->marks.size(), facts);
  }
}

TEST_F(HistoryFile, NeverOverwritesOneThatExists) {
  ASSERT_TRUE(History::create(path_));
  const auto again = History::create(path_);
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().what.find(path_), std::string::npos) << again.error().what;
}

TEST_F(HistoryFile, ACutLastLineIsLeftOut) {
  auto history = History::create(path_);
  ASSERT_TRUE(history);
  record_call(**history);
  const std::string whole = text();
  const auto last_line = whole.rfind('\n', whole.size() - 2) + 1;
  for (std::size_t size = last_line; size < whole.size(); ++size) {
    rewrite(whole.substr(0, size));
    const auto replayed = replay(path_);
    ASSERT_TRUE(replayed) << size << ": " << replayed.error().what;
    EXPECT_EQ(replayed->marks.size(), 1U) << size;
    EXPECT_EQ(replayed->exchanges.size(), 1U) << size;
  }
}

TEST_F(HistoryFile, AMissingLineIsAnError) {
  auto history = History::create(path_);
  ASSERT_TRUE(history);
  record_call(**history);
  const std::string whole = text();
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < whole.size();) {
    const auto end = whole.find('\n', begin) + 1;
    lines.push_back(whole.substr(begin, end - begin));
    begin = end;
  }
  for (std::size_t gone = 0; gone + 1 < lines.size(); ++gone) {
    std::string rest;
    for (std::size_t i = 0; i < lines.size(); ++i) rest += i == gone ? "" : lines[i];
    rewrite(rest);
    const auto replayed = replay(path_);
    ASSERT_FALSE(replayed) << gone;
    EXPECT_EQ(replayed.error().what,
              path_ + ":" + std::to_string(gone + 1) + ": facts are missing before this one");
  }
}

TEST_F(HistoryFile, ReplayNamesFileAndLineOfWhatItCannotRead) {
  const std::string good = R"({"n":1,"t":0,"e":"declined","why":"a"})"
                           "\n";
  struct Row {
    std::string second;
    std::string why;
  };
  const std::vector<Row> rows = {
      {"not json\n", ":2: "},
      {"\n", ":2: "},
      {R"({"n":2,"t":0,"e":"declined"})"
       "\n",
       ":2: member 'why' is not text"},
      {good, ":2: facts are missing before this one"},
  };
  for (const Row& row : rows) {
    rewrite(good + row.second);
    const auto replayed = replay(path_);
    ASSERT_FALSE(replayed) << row.second;
    EXPECT_EQ(replayed.error().what.find(path_ + row.why), 0U) << replayed.error().what;
  }
  const auto missing = replay(folder_ + "/none.jsonl");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().what.find("none.jsonl"), std::string::npos);
}

std::thread marks_after(std::future<void> waits, History& history,
                        std::vector<std::string> names) {
  return std::thread([&history, waits = std::move(waits), names = std::move(names)] {
    waits.wait();
    for (const std::string& name : names) history.append(Marked{name, ""});
  });
}

// A few bytes each: what is kept of them is a hundred times as much.
TEST_F(HistoryFile, AFloodOfRequestsAndOfLinesIsNotKeptInFull) {
  auto history = *History::create(path_);
  const ConnectionId one = history->next_connection();
  const auto here = v4_endpoint({127, 0, 0, 1}, 80), there = v4_endpoint({127, 0, 0, 1}, 40001);
  history->append(ConnectionOpened{one, here, there, Side::kServer});
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "A / HTTP/1.1\n\n";
  for (std::size_t i = 0; i < kMostExchanges / 1000 + 3; ++i) history->append(BytesRead{one, many});
  for (int i = 0; i < 20; ++i) history->hear(std::string(1 << 20, 'x'));
  history->read([](const Timeline& timeline) {
    EXPECT_EQ(timeline.exchanges.size(), kMostExchanges);
    EXPECT_TRUE(timeline.connections.front().truncated);
    EXPECT_EQ(timeline.exchanges.back().end, BodyEnd::kUnseen);
    EXPECT_EQ(timeline.lines.size(), History::kMostHeard >> 20);
  });
}

TEST_F(HistoryFile, WaitUntilWakesOnAppend) {
  auto history = History::create(path_);
  ASSERT_TRUE(history);
  std::promise<void> waits;
  std::thread appender = marks_after(waits.get_future(), **history, {"done"});
  bool asked = false;
  const MonoTime until = mono_now() + stretched(kWakes.limit);
  const bool held = (*history)->wait_until(until, [&](const Timeline& timeline) {
    if (!asked) waits.set_value();  // Under the lock: the append comes while this waits.
    asked = true;
    return timeline.mark("done").has_value();
  });
  EXPECT_TRUE(held);
  EXPECT_LT(mono_now(), until) << kWakes.name;
  appender.join();
}

TEST_F(HistoryFile, WhatHeldForOneFactWasWaitedFor) {
  auto history = History::create(path_);
  ASSERT_TRUE(history);
  std::promise<void> waits;
  std::thread appender = marks_after(waits.get_future(), **history, {"once", "gone"});
  int asked = 0;
  const bool held =
      (*history)->wait_until(mono_now() + stretched(kWakes.limit), [&](const Timeline& timeline) {
        if (++asked == 1) waits.set_value();
        return timeline.mark("once").has_value() && !timeline.mark("gone").has_value();
      });
  EXPECT_TRUE(held) << kWakes.name;
  appender.join();
  EXPECT_EQ(asked, 2);  // Before it waits, and of the fact that holds.
}

TEST_F(HistoryFile, WaitUntilGivesUpWithItsLastWord) {
  auto history = History::create(path_);
  ASSERT_TRUE(history);
  EXPECT_FALSE((*history)->wait_until(mono_now(), [](const Timeline&) { return false; }));
  EXPECT_TRUE((*history)->wait_until(mono_now(), [](const Timeline&) { return true; }));
}

TEST_F(HistoryFile, AppendsOfManyThreadsKeepTheSequence) {
  auto history = History::create(path_);
  ASSERT_TRUE(history);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kMarksEach; ++i) {
        (*history)->append(Marked{std::to_string(thread), std::to_string(i)});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto replayed = replay(path_);  // Refuses a file whose sequence has holes.
  ASSERT_TRUE(replayed) << replayed.error().what;
  EXPECT_EQ(replayed->marks.size(), std::size_t{kThreads} * kMarksEach);
  std::map<std::string, int> next;
  for (const auto& mark : replayed->marks) {
    EXPECT_EQ(mark.what.value, std::to_string(next[mark.what.name]++)) << mark.what.name;
  }
}

TEST_F(HistoryFile, EveryThreadGetsItsOwnConnectionNumber) {
  auto history = History::create(path_);
  ASSERT_TRUE(history);
  std::vector<std::vector<ConnectionId>> drawn(kThreads);
  std::vector<std::thread> threads;
  for (auto& mine : drawn) {
    threads.emplace_back([&] {
      for (int i = 0; i < kMarksEach; ++i) mine.push_back((*history)->next_connection());
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<std::uint32_t> numbers;
  for (const auto& mine : drawn) {
    for (const ConnectionId id : mine) numbers.insert(id.value);
  }
  EXPECT_EQ(numbers.size(), std::size_t{kThreads} * kMarksEach);
  EXPECT_EQ(*numbers.begin(), 1U);
}

}  // namespace
}  // namespace tailrace
