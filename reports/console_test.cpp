// SPDX-License-Identifier: Apache-2.0
// The table of scenarios keeps its columns where an id is too long for them.
#include "reports/console.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(Console, OneLongIdDoesNotShiftTheColumnOfTimes) {
  RunRecord record;
  record.packets = "captured";
  for (const std::size_t length : {20U, 50U, 59U, 90U}) {
    ScenarioResult one;
    one.id = "a." + std::string(length - 2, 'x');
    one.revision = "2025-11-25";
    one.mode = "default";
    one.verdict = Verdict::kPass;
    one.ms = static_cast<double>(length) * 10;
    record.scenarios.push_back(one);
  }
  const std::string text = console_report(record, {.width = 100});
  std::size_t column = 0;
  for (const char* time : {"200.00 ms", "500.00 ms", "590.00 ms", "900.00 ms"}) {
    const auto at = text.find(time);
    ASSERT_NE(at, std::string::npos) << text;
    const std::size_t here = at - text.rfind('\n', at);
    if (column == 0) column = here;
    EXPECT_EQ(here, column) << text;
  }
}

}  // namespace
}  // namespace tailrace
