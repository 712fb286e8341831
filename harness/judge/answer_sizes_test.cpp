// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/answer_sizes.h"

#include <gtest/gtest.h>

#include "harness/judge/story.h"

namespace tailrace {
namespace {

Outcome judged(const std::vector<int>& bytes) {
  Story story;
  story.open(1);
  int id = 0;
  for (const int size : bytes) {
    story.call(1, ++id, "tools/list").sse_head(1);
    story.event(1, fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{{"x":"{}"}}}})", id,
                               std::string(static_cast<std::size_t>(size), 'x')));
    story.end(1);
  }
  return story.judge(answers_do_not_grow()).outcome;
}

std::vector<int> rising(int each, int most) {
  std::vector<int> sizes;
  for (int i = 0; i < 30; ++i) sizes.push_back(std::min(1000 + i * each, most));
  return sizes;
}

TEST(AnswersDoNotGrow, ThatAreLongerEachTimeAreTold) {
  EXPECT_EQ(judged(rising(100, 100000)), Outcome::kBroken);
}

TEST(AnswersDoNotGrow, ACounterAFullTableAndAShorterOneAreSpared) {
  EXPECT_EQ(judged(rising(1, 100000)), Outcome::kHeld);
  EXPECT_EQ(judged(rising(1000, 6000)), Outcome::kHeld);
  std::vector<int> shorter = rising(100, 100000);
  shorter[20] = 1000;
  EXPECT_EQ(judged(shorter), Outcome::kHeld);
  EXPECT_EQ(judged({1000, 9000}), Outcome::kNotApplicable);
}

}  // namespace
}  // namespace tailrace
