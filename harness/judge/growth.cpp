// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/growth.h"

#include <algorithm>

#include "harness/judge/slope.h"

namespace tailrace {
namespace {

// All steps between neighbours are `each`, to a third.
bool is_even(const std::vector<double>& values, double each) {
  return std::ranges::adjacent_find(values, [&](double before, double after) {
           return after - before < each / 3 || after - before > each * 3;
         }) == values.end();
}

double mean_step(const std::vector<double>& values) {
  if (values.size() < 2) return 0;
  return (values.back() - values.front()) / static_cast<double>(values.size() - 1);
}

// The last batches that must be flat: more of them where there are many.
std::size_t window_of(const std::vector<double>& values) {
  return std::max(kFlatBatches, (values.size() - 1) / 3);
}

std::vector<double> last_of(const std::vector<double>& values, std::size_t count) {
  return {values.end() - static_cast<std::ptrdiff_t>(count), values.end()};
}

// As little as noise, and yet more than chance: going on tells.
bool creeps(const std::vector<double>& values, double least) {
  if (least <= 0 || values.size() <= kFlatBatches) return false;
  const Slope last = slope_of(last_of(values, window_of(values) + 1));
  return last.per_batch >= least && last.grows();
}

// Steady: the later half grows as the earlier one did. What warms up slows down.
bool grows_steadily(const std::vector<double>& values, const Bounds& bounds) {
  const double grown = values.empty() ? 0 : values.back() - values.front();
  const bool straight = values.size() >= kStraightBatches && is_even(values, mean_step(values));
  const double reserve = straight ? bounds.straight_reserve : bounds.reserve;
  if (values.size() <= kFlatBatches || grown < reserve) return false;
  const auto half = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  const double earlier = (*half - values.front()) / static_cast<double>(half - values.begin());
  const double later = (values.back() - *half) / static_cast<double>(values.end() - 1 - half);
  return slope_of(values).grows() && later > earlier / 2;
}

}  // namespace

bool is_let_go(const Growth& growth) {
  if (!growth.at_rest || growth.values.empty()) return false;
  return *growth.at_rest <= (growth.values.front() + growth.values.back()) / 2;
}

Growth thinned(Growth growth) {
  std::size_t stride = 1;
  while (growth.values.size() > kMostPoints * stride) stride *= 2;
  if (stride == 1) return growth;
  Growth thin;
  thin.batches_each = static_cast<double>(stride);
  thin.at_rest = growth.at_rest;
  for (std::size_t i = (growth.values.size() - 1) % stride; i < growth.values.size(); i += stride) {
    thin.values.push_back(growth.values[i]);
    thin.at.push_back(growth.at[i]);
  }
  return thin;
}

bool is_flat(const std::vector<double>& values, double noise) {
  if (values.size() <= kFlatBatches) return false;
  const std::size_t window = window_of(values);
  return slope_of(last_of(values, window + 1)).per_batch * static_cast<double>(window) <= noise;
}

Trend trend_of(const std::vector<double>& values, const Bounds& bounds) {
  if (is_flat(values, bounds.noise) && !creeps(values, bounds.least_creep)) return Trend::kFlat;
  return grows_steadily(values, bounds) ? Trend::kGrows : Trend::kUnclear;
}

Trend together(std::initializer_list<Trend> trends) {
  if (std::ranges::count(trends, Trend::kUnclear) > 0) return Trend::kUnclear;
  return std::ranges::count(trends, Trend::kGrows) > 0 ? Trend::kGrows : Trend::kFlat;
}

bool gives_back(const std::vector<double>& values, double few) {
  double most = values.empty() ? 0 : values.front();
  for (const double value : values) {
    most = std::max(most, value);
    const double grown = most - values.front();
    if (grown >= few && most - value >= grown / 2) return true;
  }
  return false;
}

bool closes_late(const std::vector<double>& values) {
  constexpr double kMuch = 4;  // A batch
  const double mean = mean_step(values);
  if (mean < kMuch) return false;
  return std::ranges::adjacent_find(values, [&](double before, double after) {
           return after - before <= -mean / 4;
         }) != values.end();
}

}  // namespace tailrace
