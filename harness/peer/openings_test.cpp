// SPDX-License-Identifier: Apache-2.0
#include "harness/peer/openings.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(Openings, AreInVainOnceTwoWereNotAnsweredAndNoneWas) {
  Openings openings;
  openings.note("default 2025-11-25", false);
  EXPECT_EQ(openings.in_vain("default 2025-11-25"), 0);
  openings.note("default 2025-11-25", false);
  EXPECT_EQ(openings.in_vain("default 2025-11-25"), 2);
  EXPECT_EQ(openings.in_vain("default 2026-07-28"), 0);
  EXPECT_EQ(openings.in_vain("json 2025-11-25"), 0);
}

TEST(Openings, OneAnswerShowsThatSessionsCanBeOpened) {
  Openings openings;
  for (int time = 0; time < 5; ++time) openings.note("", false);
  openings.note("", true);
  EXPECT_EQ(openings.in_vain(""), 0);
  for (int time = 0; time < 5; ++time) openings.note("", false);
  EXPECT_EQ(openings.in_vain(""), 0);
}

TEST(Openings, WhatEndsWithoutAnAnswerWasInVain) {
  Openings openings;
  { OpeningTried first(&openings, ""); }
  { OpeningTried second(&openings, ""); }
  EXPECT_EQ(openings.in_vain(""), 2);
  {
    OpeningTried third(&openings, "");
    third.answered();
  }
  EXPECT_EQ(openings.in_vain(""), 0);
  { OpeningTried of_nobody(nullptr, ""); }
}

}  // namespace
}  // namespace tailrace
