// SPDX-License-Identifier: Apache-2.0
// Repeats that do not agree are told with their rate, and only those.
#include "reports/counts.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

ScenarioResult result(std::string id, Verdict verdict, int repeat) {
  ScenarioResult one;
  one.id = std::move(id);
  one.revision = "2025-11-25";
  one.mode = "default";
  one.verdict = verdict;
  one.repeat = repeat;
  return one;
}

TEST(Unstable, RepeatsThatDisagreeAreToldWithTheirRate) {
  RunRecord record;
  for (int repeat = 1; repeat <= 4; ++repeat) {
    record.scenarios.push_back(result("a.steady", Verdict::kFail, repeat));
    record.scenarios.push_back(
        result("a.luck", repeat == 3 ? Verdict::kFail : Verdict::kPass, repeat));
  }
  EXPECT_EQ(unstable_lines(record),
            std::vector<std::string>{"a.luck 2025-11-25: fail in 1, pass in 3 of 4 runs"});
}

TEST(Unstable, ModesAndRevisionsAreDifferentQuestions) {
  RunRecord record;
  record.scenarios = {result("a.b", Verdict::kPass, 1), result("a.b", Verdict::kFail, 1)};
  record.scenarios.back().mode = "json";
  EXPECT_TRUE(unstable_lines(record).empty());
}

TEST(Banners, AClientThatNeverEndsIsToldOnce) {
  RunRecord record;
  record.packets = "captured";
  const auto add = [&](Verdict verdict, const std::string& reason) {
    record.scenarios.push_back(result("a.b", verdict, 1));
    record.scenarios.back().reason = reason;
  };
  add(Verdict::kInconclusive, "waited 10000 ms for a tools/call of the client");
  for (int times = 0; times < 2; ++times) {
    add(Verdict::kInconclusive, "waited 10000 ms for the client to end");
  }
  EXPECT_TRUE(banners(record).empty());
  add(Verdict::kInconclusive, "waited 10000 ms for the client to end; and more");
  ASSERT_EQ(banners(record).size(), 1U);
  EXPECT_NE(banners(record).front().find("did not end by itself in 3 scenarios"),
            std::string::npos);
}

}  // namespace
}  // namespace tailrace
