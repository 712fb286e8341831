// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/lost_cause.h"

#include <gtest/gtest.h>

#include <string>

#include "harness/judge/calls.h"
#include "harness/judge/resume.h"
#include "harness/judge/story.h"
#include "harness/record/marks.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

// Calls one after the other, each with an event for each letter before its answer.
class Calls {
 public:
  Calls() { story_.mark(kMarkContract, "calls").mark(kMarkCallLimit, "1000"); }

  Calls& answer(const std::string& before, const std::string& outcome) {
    const auto connection = static_cast<std::uint32_t>(++calls_);
    story_.at(at_).open(connection, Side::kServer).call(connection, calls_).sse_head(connection);
    for (const char kind : before) {
      if (kind == '?') story_.event(connection, R"({"jsonrpc":"2.0","id":"p","method":"ping"})");
      if (kind == '!') story_.event(connection, R"({"jsonrpc":"2.0","method":"notifications/x"})");
      if (kind == '-') story_.event(connection, "", "a");
    }
    story_.result(connection, calls_).end(connection).at(at_ += 900);
    story_.tell(ProcessLine{fmt::format(R"({{"call":{},"outcome":"{}"}})", calls_, outcome)});
    return *this;
  }
  std::string cause() const {
    const Judgement judgement = story_.judge(call_returns_what_was_sent(Rule{}));
    return judgement.findings.empty() ? "" : judgement.findings.front().likely_cause;
  }

 private:
  Story story_;
  int calls_ = 0;
  double at_ = 1;
};

bool mentions(const Calls& calls, const std::string& word) {
  return calls.cause().find(word) != std::string::npos;
}

TEST(LostCause, IsWhatLostAnswersShareAndOthersHaveNot) {
  EXPECT_TRUE(mentions(Calls().answer("?", "error").answer("", "result"), "request of the server"));
  EXPECT_TRUE(mentions(Calls().answer("?", "result").answer("!", "error"), "notification"));
  EXPECT_TRUE(mentions(Calls().answer("-", "error").answer("-", "error"), "without data"));
  EXPECT_TRUE(mentions(Calls().answer("?", "error").answer("?", "result"), "now and then"));
  EXPECT_TRUE(mentions(Calls().answer("", "error").answer("", "result"), "now and then"));
  EXPECT_TRUE(mentions(Calls().answer("", "result").answer("", "error"), "simpler rules"))
      << "something may have happened between the two";
}

TEST(LostCause, MayBeThatOnlyResultsAreTaken) {
  const auto cause = [](bool json) {
    Story story;
    story.mark(kMarkContract, "calls").mark(kMarkCallLimit, "1000");
    const std::string error = R"({"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"m"}})";
    story.at(1).open(1, Side::kServer).call(1, 1);
    if (json) {
      story.json(1, error);
    } else {
      story.sse_head(1).event(1, error).end(1);
    }
    story.at(1001).tell(ProcessLine{R"({"call":1,"outcome":"limit"})"});
    story.at(1002).call(1, 2).sse_head(1).result(1, 2).end(1);
    story.at(1003).tell(ProcessLine{R"({"call":2,"outcome":"result"})"});
    return story.judge(call_returns_what_was_sent(Rule{})).findings.front().likely_cause;
  };
  EXPECT_NE(cause(true).find("in a body of JSON"), std::string::npos);
  EXPECT_NE(cause(false).find("only Results end a call"), std::string::npos);
}

TEST(LostCause, IsTheErrorWhereNothingElseWasSentAndItBeganWithAnId) {
  Story story;
  story.mark(kMarkContract, "calls").mark(kMarkCallLimit, "1000");
  story.at(1).open(1, Side::kServer).call(1, 1).sse_head(1).event(1, "", "a").error(1, 1).end(1);
  story.at(20).tell(ProcessLine{R"({"call":1,"outcome":"result"})"});
  EXPECT_NE(story.judge(call_returns_what_was_sent(Rule{})).findings.front().likely_cause.find(
                "only Results end a call"),
            std::string::npos);
}

TEST(LostCause, MayBeTheEndOfAnotherStream) {
  Story story;
  story.mark(kMarkContract, "calls").mark(kMarkCallLimit, "1000");
  story.at(1).open(1, Side::kServer).call(1, 1).open(2, Side::kServer);
  story.from_client(2, "GET /mcp HTTP/1.1\r\nHost: a\r\n\r\n").sse_head(2);
  story.at(20).tell(WeEnded{{2}, Ending::kReset}).at(30).sse_head(1).result(1, 1).end(1);
  story.at(1001).tell(ProcessLine{R"({"call":1,"outcome":"limit"})"});
  const Judgement judgement = story.judge(call_returns_what_was_sent(Rule{}));
  ASSERT_EQ(judgement.outcome, Outcome::kBroken);
  EXPECT_NE(judgement.findings.front().likely_cause.find("listening stream"), std::string::npos);
}

TEST(LostCause, AResumeFromAnEarlierEventDidNotReadTheResponse) {
  const auto resumed_from = [](const std::string& id) {
    Story story;
    story.mark(kMarkContract, "calls").at(1).open(1, Side::kServer).call(1, 1).sse_head(1);
    story.event(1, "", "a-1").error(1, 1, "a-2").end(1).at(100).open(2, Side::kServer);
    story.from_client(2, "GET /mcp HTTP/1.1\r\nHost: a\r\nLast-Event-ID: " + id + "\r\n\r\n");
    return story.judge(does_not_resume_after(Final::kError, req::kResumeAfterDisconnect))
        .findings.front()
        .likely_cause;
  };
  EXPECT_NE(resumed_from("a-1").find("an event without data"), std::string::npos);
  EXPECT_NE(resumed_from("a-2").find("only a Result"), std::string::npos);
}

}  // namespace
}  // namespace tailrace
