// SPDX-License-Identifier: Apache-2.0
#include "harness/peer/attempts.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(Attempts, AreInVainOnceTwoWereNotAnsweredAndNoneWas) {
  Attempts attempts;
  attempts.note("default 2025-11-25", false);
  EXPECT_EQ(attempts.in_vain("default 2025-11-25"), 0);
  attempts.note("default 2025-11-25", false);
  EXPECT_EQ(attempts.in_vain("default 2025-11-25"), 2);
  EXPECT_EQ(attempts.in_vain("default 2026-07-28"), 0);
  EXPECT_EQ(attempts.in_vain("json 2025-11-25"), 0);
}

TEST(Attempts, OneAnswerShowsThatSessionsCanBeOpened) {
  Attempts attempts;
  for (int time = 0; time < 5; ++time) attempts.note("", false);
  attempts.note("", true);
  EXPECT_EQ(attempts.in_vain(""), 0);
  EXPECT_TRUE(attempts.was_answered(""));
  EXPECT_FALSE(attempts.was_answered("another"));
  for (int time = 0; time < 5; ++time) attempts.note("", false);
  EXPECT_EQ(attempts.in_vain(""), 0);
}

TEST(Attempts, WhatEndsWithoutAnAnswerWasInVain) {
  Attempts attempts;
  { Attempt first(&attempts, ""); }
  { Attempt second(&attempts, ""); }
  EXPECT_EQ(attempts.in_vain(""), 2);
  {
    Attempt third(&attempts, "");
    third.answered();
  }
  EXPECT_EQ(attempts.in_vain(""), 0);
  { Attempt of_nobody(nullptr, ""); }
}

}  // namespace
}  // namespace tailrace
