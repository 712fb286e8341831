// SPDX-License-Identifier: Apache-2.0
#include "harness/run/client_crowd.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

ScenarioResult of_client(std::size_t number, Verdict verdict) {
  ScenarioResult result;
  result.id = "drain.one";
  result.role = "client";
  result.mode = name_of_client("10.0.0." + std::to_string(number), "10.0.1.1:80");
  result.verdict = verdict;
  result.frames = 5;
  result.ms = static_cast<double>(number);
  return result;
}

std::vector<ScenarioResult> of_clients(std::size_t passed, std::size_t unseen) {
  std::vector<ScenarioResult> results;
  for (std::size_t i = 0; i < passed + unseen; ++i) {
    results.push_back(of_client(i, i < passed ? Verdict::kPass : Verdict::kInconclusive));
  }
  return results;
}

TEST(ClientCrowd, AFewClientsKeepAResultEach) {
  const auto told = crowds_as_one(of_clients(kMostClients, kMostClients));
  ASSERT_EQ(told.size(), 2 * kMostClients);
  EXPECT_EQ(told[3].mode, "10.0.0.3 to 10.0.1.1:80");
}

TEST(ClientCrowd, OfManyTheFirstStandsForThoseThatCameToTheSame) {
  const auto told = crowds_as_one(of_clients(100, 20));
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].mode, "10.0.0.0 and 99 more to 10.0.1.1:80");
  EXPECT_EQ(told[0].verdict, Verdict::kPass);
  EXPECT_EQ(told[0].frames, 500U);
  EXPECT_EQ(told[0].ms, 99);
  EXPECT_EQ(told[1].mode, "10.0.0.100 and 19 more to 10.0.1.1:80");
  EXPECT_EQ(told[1].verdict, Verdict::kInconclusive);
}

TEST(ClientCrowd, WhoBreaksAnotherRuleIsNamed) {
  std::vector<ScenarioResult> results = of_clients(100, 0);
  for (const std::size_t i : {7U, 60U}) {
    results[i].verdict = Verdict::kFail;
    results[i].findings.emplace_back().required = "rule " + std::to_string(i);
  }
  const auto told = crowds_as_one(results);
  ASSERT_EQ(told.size(), 3U);
  EXPECT_EQ(told[0].mode, "10.0.0.0 and 97 more to 10.0.1.1:80");
  EXPECT_EQ(told[1].mode, "10.0.0.7 to 10.0.1.1:80");
  EXPECT_EQ(told[2].mode, "10.0.0.60 to 10.0.1.1:80");
}

TEST(ClientCrowd, ServersAreNoCrowd) {
  std::vector<ScenarioResult> results = of_clients(100, 0);
  for (ScenarioResult& result : results) result.role = "server";
  EXPECT_EQ(crowds_as_one(results).size(), 100U);
}

}  // namespace
}  // namespace tailrace
