// SPDX-License-Identifier: Apache-2.0
// The slope of a series with what chance leaves open of it. Pure.
#pragma once

#include <vector>

namespace tailrace {

// Slope of y over 0, 1, 2, ... and the half width of its 95 % interval (Student's t).
struct Slope {
  double per_batch = 0;
  double half_width = 0;
  bool grows() const { return per_batch - half_width > 0; }
};
Slope slope_of(const std::vector<double>& y);

}  // namespace tailrace
