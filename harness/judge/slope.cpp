// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/slope.h"

#include <array>
#include <cmath>

namespace tailrace {
namespace {

// Student's t at 97.5 % for 1, 2, ... degrees of freedom; beyond the table the normal value.
constexpr std::array<double, 10> kT975 = {12.706, 4.303, 3.182, 2.776, 2.571,
                                          2.447,  2.365, 2.306, 2.262, 2.228};
constexpr double kNormal975 = 1.96;

}  // namespace

Slope slope_of(const std::vector<double>& y) {
  const auto n = static_cast<double>(y.size());
  if (y.size() < 3) return {};
  const double mean_x = (n - 1) / 2;
  double mean_y = 0;
  for (const double value : y) mean_y += value / n;
  double xx = 0, xy = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double x = static_cast<double>(i) - mean_x;
    xx += x * x;
    xy += x * (y[i] - mean_y);
  }
  Slope slope{xy / xx, 0};
  double residue = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double fitted = mean_y + slope.per_batch * (static_cast<double>(i) - mean_x);
    residue += (y[i] - fitted) * (y[i] - fitted);
  }
  const std::size_t freedom = y.size() - 2;
  const double t = freedom <= kT975.size() ? kT975[freedom - 1] : kNormal975;
  slope.half_width = t * std::sqrt(residue / static_cast<double>(freedom) / xx);
  return slope;
}

}  // namespace tailrace
