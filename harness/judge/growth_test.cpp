// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/growth.h"

#include <gtest/gtest.h>

#include "harness/judge/resources.h"

namespace tailrace {
namespace {

// Measured of servers, in KiB after each batch.
const std::vector<double> kHealthyPython(8, 26944);
const std::vector<double> kHealthyGo = {10364, 12672, 12720, 13036, 13124, 13192,
                                        13264, 13268, 13352, 13356, 13360, 13360};
const std::vector<double> kHealthyV8 = {54248, 54316, 54356, 54608, 55404,
                                        55956, 56616, 56624, 56152, 56160};

// From `first` on, `each` a batch.
std::vector<double> leaking(double first, double each, std::size_t batches) {
  std::vector<double> values;
  for (std::size_t i = 0; i < batches; ++i) {
    values.push_back(first + each * static_cast<double>(i));
  }
  return values;
}

Bounds eager() {
  Bounds bounds = kMemory;
  bounds.reserve = kEagerReserve;
  bounds.straight_reserve = kEagerStraightReserve;
  return bounds;
}

std::vector<double> thin(std::vector<double> values) {
  Growth growth{std::move(values), {}, 1, {}};
  growth.at.resize(growth.values.size());
  return thinned(std::move(growth)).values;
}

TEST(Growth, OfHealthyServersComesToRest) {
  EXPECT_EQ(trend_of(kHealthyPython, eager()), Trend::kFlat);
  EXPECT_EQ(trend_of(kHealthyGo, eager()), Trend::kFlat);
  EXPECT_EQ(trend_of(kHealthyV8, kMemory), Trend::kFlat);
}

TEST(Growth, OfLessThanNoiseThatDoesNotStopIsNotCalledFlat) {
  const auto creeping = leaking(27000, 240, 20);  // 1.2 KiB a call of 200
  EXPECT_TRUE(is_flat(creeping, kMemory.noise));
  EXPECT_EQ(trend_of(creeping, kMemory), Trend::kUnclear);
  EXPECT_EQ(trend_of(leaking(27000, 8, 20), kMemory), Trend::kFlat) << "two pages are no creep";
}

TEST(Growth, IsToldByGoingOn) {
  const auto values = leaking(27000, 240, 96);
  EXPECT_EQ(trend_of(thin(values), eager()), Trend::kGrows);
  EXPECT_EQ(trend_of(thin(values), kMemory), Trend::kUnclear) << "a lazy heap may hold as much";
  EXPECT_EQ(trend_of(thin(leaking(27000, 2000, 64)), kMemory), Trend::kGrows);
}

// A heap of V8 that keeps 20 KiB a session stands still for five batches of 50.
TEST(Growth, InStepsIsNotFlatBetweenThem) {
  std::vector<double> steps;
  for (int step = 0; step < 8; ++step) {
    for (int batch = 0; batch < 6; ++batch) steps.push_back(58000 + 6500 * step + batch);
  }
  Bounds bounds = kMemory;
  bounds.noise = 6144;
  EXPECT_EQ(trend_of(thin(steps), bounds), Trend::kUnclear);
}

TEST(Growth, ThinsALongSeriesFromItsEnd) {
  Growth growth;
  for (int i = 0; i < 51; ++i) {
    growth.values.push_back(i);
    growth.at.push_back(MonoTime{} + Millis(i));
  }
  const Growth thin = thinned(growth);
  EXPECT_EQ(thin.batches_each, 4);
  EXPECT_EQ(thin.values.front(), 2);
  EXPECT_EQ(thin.values.back(), 50);
  EXPECT_LE(thin.values.size(), kMostPoints);
  EXPECT_EQ(thin.at.back(), growth.at.back());
  growth.values.resize(kMostPoints);
  growth.at.resize(kMostPoints);
  EXPECT_EQ(thinned(growth).values.size(), kMostPoints);
}

TEST(Growth, ThatIsGivenBackOrClosedLateIsNoLeak) {
  EXPECT_TRUE(gives_back({10, 60, 20, 70}, 32));
  EXPECT_FALSE(gives_back({10, 30, 10, 30}, 32)) << "few";
  EXPECT_TRUE(closes_late({0, 40, 25, 80}));
  EXPECT_FALSE(closes_late({0, 40, 80, 120}));
}

}  // namespace
}  // namespace tailrace
