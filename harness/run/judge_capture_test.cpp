// SPDX-License-Identifier: Apache-2.0
#include "harness/run/judge_capture.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "suites/catalogue/embedded.h"
#include "suites/registry.h"

namespace tailrace {
namespace {

constexpr std::string_view kEnds = "stream_closure.server_ends_stream_after_result";
constexpr std::string_view kFollows = "stream_closure.server_sends_nothing_after_final";

// What an analysis would tell of one connection.
class Told {
 public:
  explicit Told(const std::vector<std::string>& only = {})
      : registry_(suites::all_scenarios()),
        catalogue_(*Catalogue::parse(catalogue_json())),
        judge_(*CaptureJudge::make(registry_, catalogue_, only)) {
    judge_.on_open({1}, v4_endpoint({10, 0, 0, 1}, 4000), v4_endpoint({10, 0, 0, 2}, 80), at(0));
  }
  static RealTime at(double ms) {
    return {Nanos(1'000'000'000 + static_cast<std::int64_t>(ms * 1e6))};
  }
  Told& says(Side side, double ms, const std::string& bytes) {
    judge_.on_bytes({{1}, side, at(ms), {}}, bytes);
    return *this;
  }
  Told& asks(double ms) {
    return posts(ms, "2025-11-25", R"({"jsonrpc":"2.0","id":1,"method":"tools/call"})");
  }
  Told& posts(double ms, const std::string& revision, const std::string& body) {
    return says(Side::kClient, ms,
                "POST /mcp HTTP/1.1\r\nHost: a\r\nMCP-Protocol-Version: " + revision + "\r\n"
                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  Told& answers(double ms) {
    return says(Side::kServer, ms,
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                "Transfer-Encoding: chunked\r\n\r\n")
        .event(ms, R"({"jsonrpc":"2.0","id":1,"result":{}})");
  }
  Told& event(double ms, const std::string& data) {
    const std::string text = "data: " + data + "\n\n";
    return says(Side::kServer, ms, fmt::format("{:x}\r\n{}\r\n", text.size(), text));
  }
  Told& ends(double ms) { return says(Side::kServer, ms, "0\r\n\r\n"); }
  Told& loses(double ms) {
    judge_.on_gap({{1}, Side::kServer, at(ms), {}}, 100);
    return *this;
  }
  Told& leaves(double ms) {
    judge_.on_end({{1}, Side::kClient, at(ms), {}}, false);
    return *this;
  }
  // The capture began in its middle.
  Told& was_joined() {
    judge_.on_done({1}, ConnectionFlow());
    return *this;
  }
  const ScenarioResult& result(std::string_view id) {
    results_ = judge_.judge(false);
    const auto found = std::find_if(results_.begin(), results_.end(),
                                    [&](const ScenarioResult& r) { return r.id == id; });
    EXPECT_NE(found, results_.end()) << id;
    return *found;
  }
  std::size_t count() { return judge_.judge(false).size(); }
  bool is_full() const { return judge_.is_full(); }

 private:
  Registry registry_;
  Catalogue catalogue_;
  CaptureJudge judge_;
  std::vector<ScenarioResult> results_;
};

// Pipelined: the first answer belongs to a request before the capture.
TEST(CaptureJudge, AnswersToRequestsBeforeTheCaptureAccuseNobody) {
  Told told;
  told.asks(0).says(Side::kServer, 1,
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n")
      .event(1, R"({"jsonrpc":"2.0","id":7,"result":{}})")
      .ends(2);
  EXPECT_EQ(told.result(kEnds).verdict, Verdict::kFail);
  told.was_joined();
  EXPECT_EQ(told.count(), 0U);
}

TEST(CaptureJudge, AStreamThatEndsHolds) {
  Told told;
  told.asks(0).answers(1).ends(2).leaves(10);
  EXPECT_EQ(told.result(kEnds).verdict, Verdict::kPass);
  EXPECT_EQ(told.result(kEnds).revision, "2025-11-25");
  EXPECT_EQ(told.result(kFollows).verdict, Verdict::kPass);
}

TEST(CaptureJudge, TheSecondAnswerToABatchFollowsNothing) {
  Told told;
  told.posts(0, "2025-03-26", R"([{"jsonrpc":"2.0","id":1,"method":"tools/call"},)"
                              R"({"jsonrpc":"2.0","id":2,"method":"tools/call"}])");
  told.answers(1).event(3000, R"({"jsonrpc":"2.0","id":2,"result":{}})").ends(3001).leaves(3010);
  EXPECT_EQ(told.result(kFollows).verdict, Verdict::kPass);
  EXPECT_EQ(told.result(kEnds).verdict, Verdict::kPass);
}

TEST(CaptureJudge, AStreamLeftOpenIsFound) {
  Told told;
  told.asks(0).answers(1).leaves(6000);
  EXPECT_EQ(told.result(kEnds).verdict, Verdict::kWarn);
}

TEST(CaptureJudge, AStreamThatTheClientLeftSoonIsNotJudged) {
  Told told;
  told.asks(0).answers(1).leaves(20);
  EXPECT_EQ(told.result(kEnds).verdict, Verdict::kInconclusive);
}

TEST(CaptureJudge, WhatFollowsTheResponseIsFound) {
  Told told;
  told.asks(0).answers(1);
  told.event(2, R"({"jsonrpc":"2.0","id":1,"result":{}})").ends(3).leaves(10);
  EXPECT_EQ(told.result(kFollows).verdict, Verdict::kFail);
}

TEST(CaptureJudge, BehindAHoleNothingIsConvicted) {
  Told told;
  told.asks(0).answers(1).loses(2);
  told.event(3, R"({"jsonrpc":"2.0","id":1,"result":{}})").leaves(9000);
  const Verdict verdict = told.result(kFollows).verdict;
  EXPECT_TRUE(verdict == Verdict::kPass || verdict == Verdict::kInconclusive);
  EXPECT_NE(told.result(kEnds).verdict, Verdict::kFail);
}

TEST(CaptureJudge, TrafficThatIsNoMcpIsNotJudged) {
  Told told;
  told.says(Side::kClient, 0, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  told.says(Side::kServer, 1, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_EQ(told.count(), 0U);
  Told noise;
  noise.says(Side::kClient, 0, std::string(1000, '\0')).says(Side::kServer, 1, "\r\n\r\n\r\n");
  EXPECT_EQ(noise.count(), 0U);
}

TEST(CaptureJudge, KeepsABoundedPart) {
  Told told;
  told.asks(0).answers(1).ends(2);
  for (int i = 0; i < 100; ++i) told.says(Side::kServer, 3 + i, std::string(100'000, 'x'));
  EXPECT_TRUE(told.is_full());
  EXPECT_EQ(told.result(kEnds).verdict, Verdict::kPass);
}

TEST(CaptureJudge, AWordThatSelectsNothingIsNamed) {
  const Registry registry = suites::all_scenarios();
  const Catalogue catalogue = *Catalogue::parse(catalogue_json());
  EXPECT_FALSE(CaptureJudge::make(registry, catalogue, {"no.such"}));
  // Its checks need the processes.
  EXPECT_FALSE(CaptureJudge::make(registry, catalogue,
                                  {"routing.server_returns_sockets_and_descriptors"}));
  EXPECT_TRUE(CaptureJudge::make(registry, catalogue, {"stream_closure"}));
}

}  // namespace
}  // namespace tailrace
