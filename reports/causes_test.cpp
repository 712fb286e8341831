// SPDX-License-Identifier: Apache-2.0
// Failures of one cause are told once, in each report that people read.
#include "reports/causes.h"

#include <gtest/gtest.h>

#include "reports/console.h"
#include "reports/html.h"
#include "reports/markdown.h"

namespace tailrace {
namespace {

ScenarioResult failure(std::string id, Level level, std::string cause) {
  ScenarioResult one;
  one.id = std::move(id);
  one.revision = "2025-11-25";
  one.mode = "default";
  one.verdict = level == Level::kShould ? Verdict::kWarn : Verdict::kFail;
  Finding finding;
  finding.level = level;
  finding.required = "streams end";
  finding.likely_cause = std::move(cause);
  finding.cure = "end it";
  one.findings = {finding};
  return one;
}

RunRecord some() {
  RunRecord record;
  record.packets = "captured";
  record.scenarios = {
      failure("a.warned", Level::kShould, "x"), failure("a.one", Level::kMust, "x"),
      failure("a.other", Level::kMust, "y"), failure("a.two", Level::kMust, "x"),
      failure("a.known", Level::kMust, "z")};
  record.scenarios.back().baseline = "listed";
  return record;
}

TEST(Causes, StandOnceAndFailuresBeforeWarnings) {
  const RunRecord record = some();
  const auto causes = causes_of(record);
  ASSERT_EQ(causes.size(), 3U);
  EXPECT_EQ(causes[0].finding->likely_cause, "x");
  ASSERT_EQ(causes[0].scenarios.size(), 2U);
  EXPECT_EQ(causes[0].scenarios[1]->id, "a.two");
  EXPECT_EQ(causes[1].finding->likely_cause, "y");
  EXPECT_FALSE(causes[2].finding->fails());
  EXPECT_EQ(broken_line(record), "3 of 5 scenarios failed, of 2 causes");
  EXPECT_EQ(broken_line(RunRecord{}), "");
}

TEST(Causes, TheConsolePointsToTheFirstOfACause) {
  RunRecord record = some();
  record.scenarios[3].findings.front().observed = "it did not end";
  record.scenarios[3].command = "tailrace server --only a.two";
  const std::string text = console_report(record, {});
  const std::string second = text.substr(text.find("FAIL  a.two"));
  EXPECT_NE(second.find("it did not end"), std::string::npos) << text;
  EXPECT_NE(second.find("\n  Likely cause  that of a.one 2025-11-25, above\n"
                        "  Cure          that of a.one 2025-11-25, above\n"),
            std::string::npos)
      << text;
  EXPECT_NE(second.find("Run again     tailrace server --only a.two"), std::string::npos) << text;
  EXPECT_NE(second.find("\n  Required      "), std::string::npos) << text;
  EXPECT_NE(text.find("is told whole with --verbose\n"), std::string::npos) << text;
  EXPECT_EQ(console_report(record, {.verbose = true}).find(", above"), std::string::npos);
}

TEST(Causes, ThatManyMetAreNamedTogether) {
  RunRecord record;
  record.packets = "captured";
  for (const char* id : {"a.one", "a.two", "a.three", "a.four", "a.five"}) {
    record.scenarios.push_back(failure(id, Level::kMust, "x"));
  }
  record.scenarios.push_back(failure("b.other", Level::kMust, "y"));
  const std::string text = console_report(record, {});
  EXPECT_NE(text.find("FAIL  a.three"), std::string::npos) << text;
  EXPECT_EQ(text.find("FAIL  a.four"), std::string::npos) << text;
  EXPECT_NE(text.find("FAIL  b.other"), std::string::npos) << text;
  EXPECT_NE(text.find("FAIL  2 more\n  Scenarios     a.four 2025-11-25, a.five 2025-11-25\n"
                      "  Likely cause  that of a.one 2025-11-25, above\n"),
            std::string::npos)
      << text;
  const std::string whole = console_report(record, {.verbose = true});
  EXPECT_NE(whole.find("FAIL  a.five"), std::string::npos) << whole;
  EXPECT_EQ(whole.find(" more\n"), std::string::npos) << whole;
}

TEST(Causes, OneThatBreaksTwoRulesIsOne) {
  RunRecord record = some();
  record.scenarios[3].findings.front().required = "streams end early";
  EXPECT_EQ(causes_of(record).size(), 3U);
  EXPECT_NE(markdown_report(record).find("required: streams end; streams end early. Likely"),
            std::string::npos);
  for (ScenarioResult& result : record.scenarios) result.findings.front().cure.clear();
  EXPECT_EQ(causes_of(record).size(), 4U) << "where no cure says that they are one";
}

TEST(Causes, OfTheSecondsEvidenceTheLineThatBrokeTheRuleStands) {
  RunRecord record = some();
  Finding& finding = record.scenarios[3].findings.front();
  finding.evidence = {{Nanos{0}, "client", "POST one", false},
                      {Nanos{1}, "server", "nothing of it", true}};
  record.scenarios[3].history = "histories/two.jsonl";
  const std::string text = console_report(record, {});
  const std::string second = text.substr(text.find("FAIL  a.two"));
  EXPECT_NE(second.find("histories/two.jsonl\n    > "),
            std::string::npos)
      << text;
  EXPECT_NE(second.find("nothing of it"), std::string::npos) << text;
  EXPECT_EQ(second.find("POST one"), std::string::npos) << text;
}

TEST(Causes, EachReportTellsThemOnce) {
  const RunRecord record = some();
  EXPECT_NE(console_report(record, {}).find("a.one 2025-11-25 (and 1 more of one cause)"),
            std::string::npos);
  EXPECT_EQ(console_report(record, {.verbose = true}).find("more of one cause"),
            std::string::npos);
  EXPECT_NE(markdown_report(record).find("**fail, 2 scenarios**"), std::string::npos);
  EXPECT_NE(html_report(record, {}).find("of 2 causes"), std::string::npos);
}

ScenarioResult inconclusive(std::string id, std::string why) {
  ScenarioResult one;
  one.id = std::move(id);
  one.revision = "2025-11-25";
  one.mode = "default";
  one.verdict = Verdict::kInconclusive;
  one.reason = std::move(why);
  return one;
}

TEST(Unseen, OneReasonStandsOnceAndTheCommonestFirst) {
  RunRecord record;
  record.packets = "captured";
  record.scenarios = {
      inconclusive("a.alone", "DELETE was not answered; no session"),
      inconclusive("a.one", "waited 15000 ms for the answer to initialize (id 1); no Error came"),
      inconclusive("a.two", "waited 15001 ms for the answer to initialize (id 2); no Result came"),
      inconclusive("a.known", "waited 15000 ms for the answer to initialize (id 1)")};
  record.scenarios.back().baseline = "unstable";
  const auto groups = unseen_of(record);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].why, "waited 15000 ms for the answer to initialize (id 1)");
  EXPECT_EQ(groups[0].scenarios.size(), 2U);
  EXPECT_EQ(groups[1].why, "DELETE was not answered; no session");
  EXPECT_NE(console_report(record, {}).find("inconclusive (2): waited 15000 ms for the answer to "
                                            "initialize (id 1): a.one 2025-11-25, a.two"),
            std::string::npos);
  EXPECT_NE(html_report(record, {}).find("initialize (id 1).<br>So in <a href"),
            std::string::npos);
  EXPECT_NE(markdown_report(record).find("**inconclusive, 2 scenarios**: waited"),
            std::string::npos);
}

}  // namespace
}  // namespace tailrace
