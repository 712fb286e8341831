// SPDX-License-Identifier: Apache-2.0
// What no script can show is said, with the reason. Steps that repeat become a loop.
#include <gtest/gtest.h>

#include "reports/reproduce.h"
#include "reports/reproduce_parts.h"

namespace tailrace {
namespace {

ScenarioResult failed() {
  ScenarioResult result;
  result.id = "routing.server_returns_sockets";
  result.revision = "2025-11-25";
  result.role = "server";
  result.verdict = Verdict::kFail;
  Finding finding;
  finding.level = Level::kHarm;
  finding.evidence = {{Nanos{0}, "server", "9 descriptors", false}};
  result.findings = {finding};
  return result;
}

std::string why_not(const ScenarioResult& result, Event event) {
  const auto script = reproduction(result, {{1, MonoTime{}, std::move(event)}});
  return script ? "" : script.error().what;
}

TEST(Reproduction, RefusesWhatNoScriptCanShow) {
  ConnectionOpened encrypted;
  encrypted.tls = true;
  const auto says = [&](Event event, const char* why) {
    return why_not(failed(), std::move(event)).find(why) != std::string::npos;
  };
  EXPECT_TRUE(says(ProcessSampled{}, "/proc"));
  EXPECT_TRUE(says(TapTruncated{}, "not all bytes"));
  EXPECT_TRUE(says(encrypted, "encrypted"));
  EXPECT_EQ(why_not(failed(), ProcessLine{"a line"}), "");
  ScenarioResult without = failed();
  without.verdict = Verdict::kNotApplicable;
  EXPECT_NE(why_not(without, ProcessLine{"a line"}).find("not_applicable"), std::string::npos);
}

TEST(Reproduction, StepsThatCountOnAreALoop) {
  const auto entry = [](const ScriptStep& step, const std::string& n, const std::string& bytes) {
    return "(" + n + ", " + bytes + ", " + seconds(step.took) + ")";
  };
  std::vector<ScriptStep> steps;
  for (std::uint32_t i = 0; i < 3; ++i) {
    steps.push_back({2 + i, "send", "100% of \"id\":" + std::to_string(4 + 2 * i), 0, 0.3, 9, ""});
  }
  steps.push_back({9, "send", std::string(70, 'x'), 0, 0, 0, ""});
  EXPECT_EQ(*script_steps(steps, entry),
            "STEPS = [\n"
            "    *(step for i in range(3) for step in [\n"
            "        (2 + i, b\"100%% of \\\"id\\\":%d\" % (4 + 2 * i,), 0.3)]),\n"
            "    (9, (b\"\" + b\"x\" * 70 + b\"\"), 0),\n"
            "]\n");
  steps.assign(70, {1, "send", "", 0, 0, 0, ""});
  for (std::size_t i = 0; i < steps.size(); ++i) steps[i].came = i * i;
  EXPECT_FALSE(script_steps(steps, entry));
}

}  // namespace
}  // namespace tailrace
