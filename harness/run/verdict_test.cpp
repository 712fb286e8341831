// SPDX-License-Identifier: Apache-2.0
#include "harness/run/verdict.h"

#include <gtest/gtest.h>

#include "harness/judge/story.h"
#include "harness/record/marks.h"
#include "harness/run/baseline.h"
#include "harness/run/glob.h"
#include "suites/catalogue/embedded.h"

namespace tailrace {
namespace {

RunRecord record_of(std::initializer_list<Verdict> verdicts) {
  RunRecord record;
  for (const Verdict verdict : verdicts) {
    ScenarioResult result;
    result.verdict = verdict;
    record.scenarios.push_back(result);
  }
  return record;
}

TEST(ExitStatus, FollowsTheMostSevereOutcome) {
  using enum Verdict;
  const auto status = [](std::initializer_list<Verdict> verdicts, FailOn fail_on) {
    return exit_status(record_of(verdicts), fail_on);
  };
  EXPECT_EQ(status({kPass, kWarn, kNotApplicable}, FailOn::kHarm), kExitClean);
  EXPECT_EQ(status({kPass, kWarn}, FailOn::kShould), kExitFailed);
  EXPECT_EQ(status({kPass, kFail}, FailOn::kHarm), kExitFailed);
  EXPECT_EQ(status({kPass, kFail}, FailOn::kMust), kExitClean);  // Harm without a must.
  EXPECT_EQ(status({kFail, kInconclusive}, FailOn::kHarm), kExitFailed);
  EXPECT_EQ(status({kPass, kInconclusive}, FailOn::kHarm), kExitInconclusive);
  EXPECT_EQ(status({kFail, kHarnessError}, FailOn::kHarm), kExitUnusable);
  EXPECT_EQ(status({kNotApplicable}, FailOn::kHarm), kExitUnusable);
  EXPECT_EQ(status({}, FailOn::kHarm), kExitUnusable);
}

TEST(ExitStatus, AStaleEntryFailsAndAnExpectedFailureDoesNot) {
  RunRecord record = record_of({Verdict::kPass, Verdict::kFail});
  record.scenarios[1].baseline = "expected";
  EXPECT_EQ(exit_status(record, FailOn::kHarm), kExitClean);
  record.stale.push_back({"a.b", "2025-11-25", "why"});
  EXPECT_EQ(exit_status(record, FailOn::kHarm), kExitFailed);
}

TEST(ExitStatus, AShouldBesideWhatWasNotSeenIsOneAllTheSame) {
  RunRecord record = record_of({Verdict::kPass, Verdict::kInconclusive});
  record.scenarios[1].findings.emplace_back().level = Level::kShould;
  EXPECT_EQ(exit_status(record, FailOn::kShould), kExitFailed);
  EXPECT_EQ(exit_status(record, FailOn::kHarm), kExitInconclusive);
}

TEST(ExitStatus, OfMustAloneCountsAMustThatIsToldAsHarm) {
  RunRecord record = record_of({Verdict::kPass, Verdict::kFail});
  Finding finding;
  finding.level = Level::kHarm;
  finding.breaks_must = true;
  record.scenarios[1].findings = {finding};
  EXPECT_EQ(exit_status(record, FailOn::kMust), kExitFailed);
  record.scenarios[1].findings.front().level = Level::kShould;  // Lowered by its check.
  EXPECT_EQ(exit_status(record, FailOn::kMust), kExitClean);
}

Judgement with_level(Level level) {
  Finding finding;
  finding.level = level;
  finding.check = "c";
  return broken(finding);
}

Verdict verdict_of(std::vector<Judgement> judgements, const Timeline& timeline = {}) {
  ScenarioSpec spec{.id = "a.b", .question = "?", .drive = DriveAgainstServer{nullptr}};
  for (const Judgement& judgement : judgements) {
    spec.checks.push_back({"c", [=](const Evidence&) { return judgement; }});
  }
  const Catalogue catalogue = *Catalogue::parse(catalogue_json());
  ScenarioResult result;
  judge_scenario(Scenario(spec), {timeline, catalogue, "2025-11-25", {}, "", false, false}, result);
  return result.verdict;
}

TEST(JudgeScenario, MergesMostSevereFirst) {
  EXPECT_EQ(verdict_of({held(), not_applicable("x")}), Verdict::kPass);
  EXPECT_EQ(verdict_of({not_applicable("x")}), Verdict::kNotApplicable);
  EXPECT_EQ(verdict_of({held(), inconclusive("x")}), Verdict::kInconclusive);
  EXPECT_EQ(verdict_of({inconclusive("x"), with_level(Level::kShould)}), Verdict::kInconclusive);
  EXPECT_EQ(verdict_of({inconclusive("x"), with_level(Level::kMust)}), Verdict::kFail);
  EXPECT_EQ(verdict_of({held(), with_level(Level::kShould)}), Verdict::kWarn);
  EXPECT_EQ(verdict_of({with_level(Level::kNote)}), Verdict::kPass);
}

TEST(JudgeScenario, WhatStoppedTheScriptDecides) {
  Timeline trouble;
  trouble.troubles.push_back({{}, {"disk full"}});
  EXPECT_EQ(verdict_of({held()}, trouble), Verdict::kHarnessError);
  EXPECT_EQ(verdict_of({with_level(Level::kMust)}, trouble), Verdict::kFail);
  Timeline declined;
  declined.declined.push_back({{}, {"no sessions"}});
  EXPECT_EQ(verdict_of({inconclusive("x")}, declined), Verdict::kNotApplicable);
  Timeline waited;
  waited.deadlines.push_back({{}, {"answer", "an answer", Millis(5)}});
  EXPECT_EQ(verdict_of({held()}, waited), Verdict::kInconclusive);
  Timeline crashed;
  crashed.process_ended = At<ProcessEnded>{{}, {-1, 11, false}};
  EXPECT_EQ(verdict_of({held()}, crashed), Verdict::kFail);
  crashed.process_ended->what.asked = true;
  EXPECT_EQ(verdict_of({held()}, crashed), Verdict::kPass);
}

TEST(JudgeScenario, ACrashShowsTheLastRequestBeforeIt) {
  Story story;
  story.open(1, Side::kClient).call(1, 1, "initialize").call(1, 2, "tools/list");
  Timeline timeline = story.timeline();
  timeline.process_ended =
      At<ProcessEnded>{timeline.exchanges.back().request_at + Millis{1}, {1, 0, false}};
  ScenarioSpec spec{.id = "a.b", .question = "?", .drive = DriveAgainstServer{nullptr}};
  spec.checks = {{"c", [](const Evidence&) { return held(); }}};
  ScenarioResult result;
  const Catalogue catalogue = *Catalogue::parse(catalogue_json());
  judge_scenario(Scenario(spec), {timeline, catalogue, "2025-11-25", {}, "", false, false}, result);
  ASSERT_EQ(result.findings.size(), 1U);
  const Finding& finding = result.findings.front();
  EXPECT_EQ(finding.observed,
            "it exited with status 1; the last request before was tools/list (id 2) on "
            "connection 1");
  EXPECT_GT(finding.evidence.size(), 1U);
  EXPECT_NE(finding.evidence.back().what.find("process is gone"), std::string::npos);
}

TEST(JudgeScenario, TellsWhatAClientDidInsteadOfACall) {
  const auto reason_after = [](const char* method) {
    Story story;
    story.open(1, Side::kServer).call(1, 1, "initialize").call(1, 2, method);
    ScenarioSpec spec{.id = "a.b", .question = "?", .drive = DriveAgainstClient{nullptr}};
    spec.checks = {{"c", [](const Evidence&) { return inconclusive("no call"); }}};
    ScenarioResult result;
    const Catalogue catalogue = *Catalogue::parse(catalogue_json());
    judge_scenario(Scenario(spec),
                   {story.timeline(), catalogue, "2025-11-25", {}, "", false, false}, result);
    return result.reason;
  };
  EXPECT_NE(reason_after("tools/list").find("sent initialize, tools/list and called no tool"),
            std::string::npos)
      << reason_after("tools/list");
  EXPECT_EQ(reason_after("tools/call"), "no call");
}

TEST(JudgeScenario, TellsOfAClientThatEndsBeforeItSendsAnything) {
  const auto reason_after = [](int status) {
    ScenarioSpec spec{.id = "a.b", .question = "?", .drive = DriveAgainstClient{nullptr}};
    spec.checks = {{"c", [](const Evidence&) { return inconclusive("no call"); }}};
    Timeline timeline;
    timeline.process_ended = At<ProcessEnded>{{}, {status, 0, false}};
    ScenarioResult result;
    const Catalogue catalogue = *Catalogue::parse(catalogue_json());
    judge_scenario(Scenario(spec), {timeline, catalogue, "2025-11-25", {}, "", false, false},
                   result);
    return result.reason;
  };
  EXPECT_NE(reason_after(1).find("ended before it sent anything"), std::string::npos);
  EXPECT_EQ(reason_after(0), "no call");
}

TEST(JudgeScenario, AToolThatTheServerDoesNotHaveLeavesNothingToAsk) {
  const auto judged = [](const std::string& answer, const std::string& second = "") {
    Story story;
    story.mark(kMarkNamedTool, "sloww").open(1);
    int id = 1;
    for (const std::string& message : {answer, second}) {
      if (message.empty()) continue;
      ++id;
      story.post(1, fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"tools/call",)"
                                R"("params":{{"name":"sloww"}}}})", id));
      story.sse_head(1).event(1, fmt::format(R"({{"jsonrpc":"2.0","id":{},{}}})", id, message));
      story.end(1);
    }
    return verdict_of({held()}, story.timeline());
  };
  const std::string error = R"("error":{"code":-32602,"message":"Unknown tool"})";
  EXPECT_EQ(judged(error), Verdict::kNotApplicable);
  EXPECT_EQ(judged(R"("result":{"isError":true,"content":[{"text":"Tool sloww not found"}]})"),
            Verdict::kNotApplicable);
  EXPECT_EQ(judged(R"("result":{"isError":true,"content":[{"text":"disk full"}]})"),
            Verdict::kPass);
  EXPECT_EQ(judged(error, R"("result":{})"), Verdict::kPass);  // It took offence at arguments.
}

TEST(JudgeScenario, WhatHoldsInEveryHistoryIsJudgedInEach) {
  Story story;
  story.open(1).call(1, 2).sse_head(1).result(1, 3).end(1);
  ScenarioSpec spec{.id = "a.b", .question = "?", .drive = DriveAgainstServer{nullptr}};
  spec.checks = {{"c", [](const Evidence&) { return held(); }}};
  ScenarioResult result;
  const Catalogue catalogue = *Catalogue::parse(catalogue_json());
  judge_scenario(Scenario(spec),
                 {story.timeline(), catalogue, "2025-11-25", {}, "", false, false}, result);
  EXPECT_EQ(result.verdict, Verdict::kFail);
  ASSERT_EQ(result.findings.size(), 1U);
  EXPECT_EQ(result.findings.front().check, "answers_carry_their_ids");
}

TEST(Glob, MatchesAnyRunOfCharacters) {
  EXPECT_TRUE(glob_matches("*", "a.b"));
  EXPECT_TRUE(glob_matches("drain.*", "drain.client_patience"));
  EXPECT_TRUE(glob_matches("*.client_*", "drain.client_patience"));
  EXPECT_TRUE(glob_matches("?rain.*ce", "drain.client_patience"));
  EXPECT_FALSE(glob_matches("drain", "drain.client_patience"));
  EXPECT_FALSE(glob_matches("", "a"));
  EXPECT_EQ(nearest_word("patience", {"drain.client_patience", "routing.x"}),
            "drain.client_patience");
  EXPECT_EQ(nearest_word("zzzzzzzzzz", {"drain.client_patience"}), "");
}

}  // namespace
}  // namespace tailrace
