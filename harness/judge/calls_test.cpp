// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/calls.h"

#include <gtest/gtest.h>

#include "harness/judge/client_calls.h"
#include "harness/judge/invented_results.h"
#include "harness/judge/resume.h"
#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

Story one_call() {
  Story story;
  story.mark(kMarkContract, "calls").mark(kMarkCallLimit, "1000");
  story.at(1).open(1, Side::kServer).call(1, 1).sse_head(1);
  return story;
}

std::string hello(int id) {
  const std::string result = R"({"content":[{"type":"text","text":"hello"}]})";
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{}}})", id, result);
}

Story& told(Story& story, const std::string& members) {
  return story.tell(ProcessLine{"{\"call\":1," + members + "}"});
}

TEST(CallReturnsWhatWasSent, ResultErrorAndText) {
  const Check check = call_returns_what_was_sent(req::kReadsBothForms);
  const auto judged = [&](const std::string& message, const std::string& members) {
    Story story = one_call();
    told(story.event(1, message).end(1).at(5), members);
    return story.judge(check);
  };
  const std::string error = R"({"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"m"}})";
  EXPECT_EQ(judged(hello(1), R"("outcome":"result")").outcome, Outcome::kHeld);
  EXPECT_EQ(judged(hello(1), R"("outcome":"result","text":"hello")").outcome, Outcome::kHeld);
  EXPECT_EQ(judged(error, R"("outcome":"error")").outcome, Outcome::kHeld);
  EXPECT_EQ(judged(error, R"("outcome":"result")").outcome, Outcome::kBroken);
  EXPECT_EQ(judged(hello(1), R"("outcome":"limit")").outcome, Outcome::kBroken);
  const Judgement mangled = judged(hello(1), R"("outcome":"result","text":"h?llo")");
  ASSERT_EQ(mangled.outcome, Outcome::kBroken);
  EXPECT_EQ(mangled.findings.front().level, Level::kMust);
}

TEST(FailuresAreNoResults, WhatNobodySentIsHarm) {
  const Check check = failures_are_no_results();
  const auto cut = [&](const char* outcome) {
    Story story = one_call();
    told(story.end(1).at(5), fmt::format(R"("outcome":"{}")", outcome));
    return story.judge(check);
  };
  EXPECT_EQ(cut("error").outcome, Outcome::kHeld);
  ASSERT_EQ(cut("result").outcome, Outcome::kBroken);
  EXPECT_EQ(cut("result").findings.front().harm, "harm.answer_invented");
  // By no rule is that an answer: who takes it for one is warned.
  Story accepted;
  accepted.mark(kMarkContract, "calls").mark(kMarkCallLimit, "1000");
  accepted.at(1).open(1, Side::kServer).call(1, 1).plain(1, 202).at(5);
  const Judgement judgement = told(accepted, R"("outcome":"result")").judge(check);
  ASSERT_EQ(judgement.outcome, Outcome::kBroken);
  EXPECT_FALSE(judgement.findings.front().fails());
  Story well = one_call();
  told(well.event(1, hello(1)).end(1).at(5), R"("outcome":"result")");
  EXPECT_EQ(well.judge(check).outcome, Outcome::kHeld);
}

TEST(CallReturnsWhatWasSent, AFormThatComesBackAnotherTimeIsNotToBlame) {
  const auto judged = [](const char* second) {
    Story story;
    story.mark(kMarkContract, "calls").mark(kMarkCallLimit, "1000");
    for (int call = 1; call <= 4; ++call) {
      story.at(call * 10).open(static_cast<std::uint32_t>(call), Side::kServer);
      story.call(static_cast<std::uint32_t>(call), call).mark(kMarkVariant, call % 2 ? "CR" : "LF");
      story.sse_head(static_cast<std::uint32_t>(call));
      story.event(static_cast<std::uint32_t>(call), hello(call));
      story.end(static_cast<std::uint32_t>(call)).at(call * 10 + 5);
      const char* outcome = call == 1 ? "error" : call == 3 ? second : "result";
      story.tell(ProcessLine{fmt::format(R"({{"call":{},"outcome":"{}"}})", call, outcome)});
    }
    return story.judge(call_returns_what_was_sent(req::kReadsBothForms));
  };
  const Judgement always = judged("error");
  ASSERT_EQ(always.outcome, Outcome::kBroken);
  EXPECT_EQ(always.findings.front().level, Level::kMust);
  const Judgement once = judged("result");
  ASSERT_EQ(once.outcome, Outcome::kBroken);
  EXPECT_EQ(once.findings.front().harm, "harm.answer_lost");
  EXPECT_NE(once.findings.front().observed.find("is not the form"), std::string::npos);
}

TEST(CallReturnsWhatWasSent, WithoutARuleALostAnswerIsHarm) {
  Story story = one_call();
  told(story.event(1, hello(1)).end(1).at(5), R"("outcome":"error")");
  EXPECT_EQ(story.judge(call_returns_what_was_sent(Rule{})).findings.front().harm,
            "harm.answer_lost");
  EXPECT_EQ(story.judge(call_returns_big_answers()).findings.front().level, Level::kShould);
}

TEST(CallReturnsFromBatches, IsAMustOfTheRevisionThatHasThemAndElseAShould) {
  const Check check = call_returns_from_batches(req::kBatchesAreRead);
  const auto judged = [&](const char* outcome, std::string_view revision) {
    Story story = one_call();
    told(story.event(1, "[" + hello(1) + "]").end(1).at(5),
         std::string(R"("outcome":")") + outcome + "\"");
    return story.judge(check, revision);
  };
  EXPECT_EQ(judged("result", "2025-03-26").outcome, Outcome::kHeld);
  ASSERT_EQ(judged("error", "2025-03-26").outcome, Outcome::kBroken);
  EXPECT_EQ(judged("error", "2025-03-26").findings.front().level, Level::kMust);
  ASSERT_EQ(judged("error", "2025-11-25").outcome, Outcome::kBroken);
  EXPECT_EQ(judged("error", "2025-11-25").findings.front().level, Level::kShould);
  EXPECT_EQ(Story().judge(check).outcome, Outcome::kNotApplicable);
  Story plain = one_call();
  told(plain.event(1, "[" + hello(1) + "]").end(1).at(5), R"("outcome":"error")");
  EXPECT_EQ(plain.judge(plain_calls_return()).outcome, Outcome::kNotApplicable);
}

TEST(CallReturnsBigAnswers, OneThatABiggerOneSurvivesIsNotLostByItsSize) {
  const auto judged = [](const char* small, const char* big) {
    Story story = one_call();
    told(story.event(1, hello(1)).end(1).at(5), std::string(R"("outcome":")") + small + "\"");
    story.open(2, Side::kServer).call(2, 2).sse_head(2).event(2, std::string(40, ' ') + hello(2));
    story.end(2).at(9).tell(ProcessLine{std::string(R"({"call":2,"outcome":")") + big + "\"}"});
    return story.judge(call_returns_big_answers());
  };
  EXPECT_EQ(judged("result", "result").outcome, Outcome::kHeld);
  EXPECT_EQ(judged("result", "error").findings.front().level, Level::kShould);
  EXPECT_EQ(judged("error", "error").findings.front().level, Level::kShould);
  EXPECT_EQ(judged("error", "result").findings.front().harm, "harm.answer_lost");
}

TEST(CallReturnsBigAnswers, GivingUpInTheMiddleOfOneIsFound) {
  Story story = one_call();
  told(story.at(5), R"("outcome":"error")").at(9).event(1, hello(1)).end(1);
  const Judgement judgement = story.judge(call_returns_big_answers());
  ASSERT_EQ(judgement.outcome, Outcome::kBroken);
  EXPECT_NE(judgement.findings.front().observed.find("came back as error before"),
            std::string::npos);
  Story slow = one_call();
  told(slow.at(990).event(1, hello(1)).end(1).at(1001), R"("outcome":"limit")");
  EXPECT_EQ(slow.judge(call_returns_big_answers()).outcome, Outcome::kBroken)
      << "it had its head at once";
  Story late = one_call();
  told(late.at(800), R"("outcome":"error")").at(810).event(1, hello(1)).end(1);
  EXPECT_NE(late.judge(call_returns_big_answers()).outcome, Outcome::kBroken)
      << "it may have been its limit";
}

TEST(CallReturnsWhatWasSent, NamesTheVariantAndHangingUp) {
  Story story = one_call();
  story.mark(kMarkVariant, "CR").at(3).tell(PeerEnded{{1}, Ending::kReset});
  told(story, R"("outcome":"error")");
  const Judgement judgement = story.judge(call_returns_what_was_sent(req::kReadsBothForms));
  ASSERT_EQ(judgement.outcome, Outcome::kBroken);
  EXPECT_NE(judgement.findings.front().observed.find("call 1 (CR): the client hung up"),
            std::string::npos);
}

TEST(CallReturnsWhatWasSent, SaysNothingWhereNothingWasToldOrSent) {
  const Check check = call_returns_what_was_sent(Rule{});
  Story untold = one_call();
  untold.event(1, hello(1)).end(1).at(5).tell(ProcessEnded{0, 0, false});
  EXPECT_EQ(untold.judge(check).outcome, Outcome::kNotApplicable);
  Story unsent = one_call();
  told(unsent.end(1).at(5), R"("outcome":"error")");
  EXPECT_EQ(unsent.judge(check).outcome, Outcome::kNotApplicable);
  EXPECT_EQ(Story().judge(check).outcome, Outcome::kInconclusive);
  Story open = one_call();
  open.event(1, hello(1)).at(500).mark("x", "");
  EXPECT_EQ(open.judge(check).outcome, Outcome::kInconclusive);
  open.at(4000).mark("x", "");
  EXPECT_EQ(open.judge(check).findings.front().harm, "harm.call_hangs");
}

TEST(CallReturnsWhatWasSent, TakesTheDeathOfAClientThatTellsOfItsCallsForALostAnswer) {
  const Check check = call_returns_what_was_sent(Rule{});
  const auto ended = [&](const std::string& contract, ProcessEnded end) {
    Story story = one_call();
    story.mark(kMarkContract, contract).tell(ProcessLine{R"({"connected":true})"});
    story.event(1, hello(1)).end(1).at(5).tell(end);
    return story.judge(check);
  };
  const Judgement died = ended("calls", {2, 0, false});
  ASSERT_EQ(died.outcome, Outcome::kBroken);
  EXPECT_EQ(died.findings.front().harm, "harm.answer_lost");
  EXPECT_EQ(ended("calls", {0, 11, false}).outcome, Outcome::kBroken);
  EXPECT_EQ(ended("calls", {0, 0, false}).outcome, Outcome::kNotApplicable);
  EXPECT_NE(ended("calls", {0, 15, true}).outcome, Outcome::kBroken) << "we ended it";
  EXPECT_EQ(ended("conformance", {1, 0, false}).outcome, Outcome::kNotApplicable);
}

TEST(CallReturnsWhatWasSent, DoesNotBlameAClientForAResponseThatCameNearItsLimit) {
  const auto answered_at = [](double ms) {
    Story story = one_call();
    story.at(ms).event(1, hello(1)).end(1);
    told(story.at(1001), R"("outcome":"limit")");
    return story.judge(call_returns_what_was_sent(Rule{})).outcome;
  };
  EXPECT_EQ(answered_at(900), Outcome::kInconclusive);
  EXPECT_EQ(answered_at(100), Outcome::kBroken);
}

TEST(FailedResume, ItsOwnLimitIsAFairEndAndHangingIsNot) {
  const Check check = call_returns_after_failed_resume();
  const auto returned = [&](double ms) {
    Story story = one_call();
    story.end(1).at(ms).tell(ProcessLine{R"({"call":1,"outcome":"limit"})"});
    return story.judge(check).outcome;
  };
  EXPECT_EQ(returned(1000), Outcome::kHeld);
  EXPECT_EQ(returned(3500), Outcome::kBroken);
  Story answered = one_call();
  answered.event(1, hello(1)).end(1);
  EXPECT_EQ(answered.judge(check).outcome, Outcome::kInconclusive);
}

// A client that dies has not returned.
TEST(EarlyEnd, IsNoEndOfTheClientsProcess) {
  const auto ended = [](int status, const std::string& contract) {
    Story story = one_call();
    story.mark(kMarkContract, contract).at(100).end(1);
    return story.at(150).tell(ProcessEnded{status, 0, false}).judge(call_returns_after_early_end());
  };
  ASSERT_EQ(ended(1, "calls").outcome, Outcome::kBroken);
  EXPECT_EQ(ended(1, "calls").findings.front().level, Level::kShould);
  EXPECT_EQ(ended(0, "calls").outcome, Outcome::kHeld);
  EXPECT_EQ(ended(1, "conformance").outcome, Outcome::kHeld) << "so it says that the call failed";
}

TEST(FailedResume, WhoGivesUpTellsTheCall) {
  const auto returned = [](double resumed_at, const std::string& outcome) {
    Story story = one_call();
    story.end(1).at(resumed_at).open(2, Side::kServer);
    story.from_client(2, "GET /mcp HTTP/1.1\r\nHost: x\r\nLast-Event-ID: a\r\n\r\n").plain(2, 405);
    story.at(2900).tell(ProcessLine{R"({"call":1,"outcome":")" + outcome + R"("})"});
    return story.judge(call_returns_after_failed_resume());
  };
  ASSERT_EQ(returned(200, "limit").outcome, Outcome::kBroken);
  EXPECT_EQ(returned(200, "limit").findings.front().level, Level::kShould);
  EXPECT_EQ(returned(200, "error").outcome, Outcome::kHeld);
  EXPECT_EQ(returned(1900, "limit").outcome, Outcome::kHeld) << "it was still trying";
}

TEST(Calls, AnotherAttemptAndAFurtherRoundBelongToTheSameCall) {
  Story story;
  story.open(1, Side::kServer).call(1, 1).sse_head(1).end(1);
  story.at(1).open(2, Side::kServer).call(2, 1).sse_head(2).event(2, hello(1)).end(2);
  story.at(2).call(2, 2).sse_head(2).event(2, hello(2)).end(2);
  story.post(2, R"({"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"requestState":"s"}})");
  const auto calls = calls_of(story.timeline());
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].final_at, story.timeline().exchanges[1].final_at());
  EXPECT_EQ(calls[0].back.at, story.timeline().exchanges[2].request_at);
}

TEST(Calls, AnIdThatIsUsedAgainAfterItsResponseIsOfAnotherCall) {
  Story story;
  story.open(1, Side::kServer).call(1, 1).sse_head(1).event(1, hello(1)).end(1);
  story.at(1).call(1, 1).sse_head(1).event(1, hello(1)).end(1);
  const auto calls = calls_of(story.timeline());
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].back.at, story.timeline().exchanges[1].request_at);
}

}  // namespace
}  // namespace tailrace
