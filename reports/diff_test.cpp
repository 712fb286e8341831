// SPDX-License-Identifier: Apache-2.0
// What is told of two runs that cannot be compared whole, and what counts as broken.
#include "reports/diff.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

bool says(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

ScenarioResult result(std::string id, std::string revision, Verdict verdict,
                      std::string required = "") {
  ScenarioResult one;
  one.id = std::move(id);
  one.revision = std::move(revision);
  one.mode = "default";
  one.verdict = verdict;
  one.command = "tailrace server --only " + one.id;
  if (!required.empty()) {
    Finding finding;
    finding.level = Level::kMust;
    finding.required = std::move(required);
    one.findings.push_back(std::move(finding));
  }
  return one;
}

RunRecord run_of(std::vector<ScenarioResult> results) {
  RunRecord record;
  record.role = "server";
  record.packets = "captured";
  record.scenarios = std::move(results);
  return record;
}

TEST(Diff, RunsWithNothingInCommonAreSaidToBe) {
  const RunRecord one = run_of({result("a.b", "2025-06-18", Verdict::kPass)});
  const RunRecord two = run_of({result("a.b", "2025-11-25", Verdict::kPass)});
  const RunDiff diff = diff_of(one, two);
  EXPECT_FALSE(diff.compared());
  EXPECT_FALSE(diff.broke());
  for (const std::string& text : {console_diff(diff, 0), markdown_diff(diff), json_diff(diff),
                                  junit_diff(diff), html_diff(diff)}) {
    EXPECT_TRUE(says(text, "nothing is compared")) << text;
    EXPECT_TRUE(says(text, "was asked in the later run only: 1 scenario"));
  }
  EXPECT_TRUE(caveats_of(diff_of(one, one)).empty());
}

TEST(Diff, ANewScenarioThatFailsIsBrokenInEveryForm) {
  const RunRecord one = run_of({result("a.b", "2025-11-25", Verdict::kPass)});
  RunRecord two = one;
  two.scenarios.push_back(result("a.new", "2025-11-25", Verdict::kFail, "it ends"));
  two.scenarios.push_back(result("a.other", "2025-11-25", Verdict::kPass));
  const RunDiff diff = diff_of(one, two);
  EXPECT_TRUE(diff.broke());
  EXPECT_TRUE(says(console_diff(diff, 0), "2 added (1 failing), 1 the same"));
  EXPECT_TRUE(says(console_diff(diff, 0), "tailrace server --only a.new"));
  EXPECT_TRUE(says(junit_diff(diff), "tests=\"3\" failures=\"1\""));
}

TEST(Diff, AFailureOfAnotherRuleIsNotTheSame) {
  const RunRecord one = run_of({result("a.b", "2025-11-25", Verdict::kFail, "it ends")});
  const RunRecord two = run_of({result("a.b", "2025-11-25", Verdict::kFail, "it answers")});
  const RunDiff diff = diff_of(one, two);
  ASSERT_EQ(diff.changed.size(), 1U);
  EXPECT_EQ(diff.changed.front().change, Change::kWorse);
  EXPECT_TRUE(diff.broke());
  EXPECT_EQ(diff_of(one, one).same, 1U);
}

TEST(Diff, WhatWasNotAskedAgainSaysWhy) {
  const RunRecord one = run_of({result("a.b", "2025-11-25", Verdict::kPass),
                                result("a.c", "2025-11-25", Verdict::kFail, "it ends")});
  RunRecord two = run_of({result("a.b", "2025-11-25", Verdict::kPass)});
  two.not_asked = {"a.c: left out by --quick"};
  two.shards = {"1/2"};
  two.packets = "no right to capture";
  const std::string text = console_diff(diff_of(one, two), 0);
  EXPECT_TRUE(says(text, "not asked: left out by --quick"));
  EXPECT_TRUE(says(text, "the later run is shard 1/2 alone"));
  EXPECT_TRUE(says(text, "the later run: no packets: no right to capture"));
}

}  // namespace
}  // namespace tailrace
