// SPDX-License-Identifier: Apache-2.0
// What checks say of a capture, as `pcap` prints it.
#include "harness/cli/capture_scenarios.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace tailrace {
namespace {

ScenarioResult broken(std::size_t lines, std::size_t gap) {
  Finding finding;
  finding.level = Level::kMust;
  finding.requirements = {"RPC-RES-06"};
  finding.required = "the final response is the last message of its stream";
  finding.observed = "a second \x1b[2J one";
  finding.cure = "forget the route of the request with its final message, in one step";
  for (std::size_t i = 0; i < lines; ++i) {
    finding.evidence.push_back({Millis{i}, "server", "step " + std::to_string(i) + ".", i == gap});
  }
  ScenarioResult result;
  result.id = "a.one";
  result.role = "server";
  result.mode = "127.0.0.1:80";
  result.revision = "2025-11-25";
  result.verdict = Verdict::kFail;
  result.findings = {finding};
  return result;
}

TEST(CaptureScenarios, AFailureHasItsPartsWithinTheWidth) {
  const std::string text = scenarios_text({broken(3, 1)}, 60);
  for (const char* words : {"\nConformance: 1 fail\n  fail  a.one\n      server 127.0.0.1:80, 2025",
                            "[must, RPC-RES-06", "\n        >     +1.00 ms  server <--  step 1.\n",
                            "      Cure          forget", "\\x1B[2J"}) {
    EXPECT_NE(text.find(words), std::string::npos) << words << "\n" << text;
  }
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 60U) << line;
}

TEST(CaptureScenarios, WhatSeveralTellAlikeIsToldOnce) {
  ScenarioResult other = broken(3, 1);
  other.id = "a.two";
  const std::string text = scenarios_text({broken(3, 1), other}, 0);
  EXPECT_NE(text.find("  fail  a.two\n      the same of 127.0.0.1:80, as a.one says\n"),
            std::string::npos)
      << text;
  other.mode = "127.0.0.1:81";
  EXPECT_EQ(scenarios_text({broken(3, 1), other}, 0).find("the same"), std::string::npos);
}

TEST(CaptureScenarios, AThousandClientsAreToldInAFewLines) {
  std::vector<ScenarioResult> results;
  for (int i = 0; i < 1000; ++i) {
    results.push_back(broken(3, 1));
    results.back().mode = "10.0.0." + std::to_string(i) + " to 127.0.0.1:80";
    results.back().findings.front().observed += std::to_string(i);
    ScenarioResult unseen;
    unseen.id = "a.two";
    unseen.verdict = Verdict::kInconclusive;
    unseen.reason = "nothing was asked";
    results.push_back(unseen);
  }
  const std::string text = scenarios_text(results, 0);
  EXPECT_LT(std::ranges::count(text, '\n'), 20) << text;
  EXPECT_NE(text.find("      and 999 more, such as 10.0.0.1 to 127.0.0.1:80; 10.0.0.2 to"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find(": nothing was asked\n      and 999 more\n"), std::string::npos) << text;
}

TEST(CaptureScenarios, OfALongLadderTheLinesAroundTheBreakAreShown) {
  const std::string late = scenarios_text({broken(40, 39)}, 0);
  EXPECT_NE(late.find("step 39."), std::string::npos) << late;
  EXPECT_EQ(late.find("step 27."), std::string::npos) << late;
  EXPECT_NE(late.find("(28 more lines)"), std::string::npos) << late;
  const std::string middle = scenarios_text({broken(40, 20)}, 0);
  EXPECT_NE(middle.find("step 14."), std::string::npos) << middle;
  EXPECT_NE(middle.find("step 25."), std::string::npos) << middle;
  EXPECT_EQ(middle.find("step 26."), std::string::npos) << middle;
  const std::string none = scenarios_text({broken(40, 99)}, 0);
  EXPECT_NE(none.find("step 0."), std::string::npos) << none;
}

}  // namespace
}  // namespace tailrace
