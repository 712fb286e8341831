// SPDX-License-Identifier: Apache-2.0
// What figures and evidence may not say: that the peer did what we did, that a stream ended that we
// left, that we watched for longer than we did.
#include "reports/figures.h"

#include <gtest/gtest.h>

#include "reports/finding_text.h"
#include "reports/steps.h"

namespace tailrace {
namespace {

MonoTime at(int ms) { return MonoTime{std::chrono::milliseconds(ms)}; }

// A call whose stream was still open when we left, after a window that ended early.
Timeline left_open() {
  const std::string body = R"({"jsonrpc":"2.0","id":1,"method":"tailrace/no_such_method"})";
  const ConnectionId one{1};
  TimelineBuilder builder;
  std::uint64_t sequence = 0;
  const auto apply = [&](int ms, Event event) {
    builder.apply({++sequence, at(ms), std::move(event)});
  };
  ConnectionOpened opened{one, *parse_endpoint("127.0.0.1:40000"), *parse_endpoint("127.0.0.1:80")};
  opened.we_are = Side::kClient;
  apply(0, opened);
  apply(1, BytesWritten{one, "POST / HTTP/1.1\r\nContent-Type: application/json\r\n"
                             "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body});
  apply(2, BytesRead{one, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                          "Transfer-Encoding: chunked\r\n\r\n"});
  apply(3, WindowEnded{"answer_window", Millis(5500), std::chrono::milliseconds(2)});
  apply(5000, WindowEnded{"rest", Millis(4900), std::chrono::milliseconds(4910)});
  apply(5001, WeEnded{one, Ending::kFin, false});
  return builder.timeline();
}

TEST(Figures, AStreamThatNeverEndedIsMarked) {
  const std::string figure = calls_figure({left_open(), {}});
  EXPECT_NE(figure.find("&gt; 5000.00 ms"), std::string::npos) << figure;
  EXPECT_NE(figure.find("had not ended when we left"), std::string::npos) << figure;
  EXPECT_NE(figure.find("class=\"open\" d=\"M"), std::string::npos) << figure;
  EXPECT_NE(figure.find(">tailrace/n\u2026 on 1<"), std::string::npos) << figure;
}

TEST(Figures, ALabelThatIsCutIsWholeInItsTitle) {
  const std::string what = "a <long> story of " + std::string(90, 'x') + " (id 7)";
  const std::string figure = sequence_figure({{Nanos(0), "server", what, false}});
  EXPECT_NE(figure.find("<title>a &lt;long&gt; story of " + std::string(90, 'x') +
                        " (id 7)</title>"),
            std::string::npos)
      << figure;
  EXPECT_EQ(sequence_figure({{Nanos(0), "server", "short", false}}).find("<title>"),
            std::string::npos);
}

TEST(Steps, OfAWindowWhatWasWatchedIsTold) {
  std::string told;
  for (const EvidenceLine& line : steps_of(left_open(), {})) told += line.what + "\n";
  EXPECT_NE(told.find("watched 2.00 ms of at most 5500 ms: answer_window\n"), std::string::npos)
      << told;
  EXPECT_NE(told.find("watched 4900 ms: rest\n"), std::string::npos) << told;
}

TEST(Evidence, IsSortedAndOurActsAreOurs) {
  Finding finding;
  finding.evidence = {{Nanos{3000}, "server", "we stopped watching", false},
                      {Nanos{3000}, "client", "FIN on connection 1", false},
                      {Nanos{2000}, "harness", "no end of the stream so far", true}};
  const auto lines = evidence_of(finding);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_TRUE(lines[0].gap);
  EXPECT_EQ(lines[1].actor, "harness");
  EXPECT_EQ(lines[2].actor, "client");
  EXPECT_EQ(text_of(finding, {}).ladder[1].find("server <--"), std::string::npos);
}

}  // namespace
}  // namespace tailrace
