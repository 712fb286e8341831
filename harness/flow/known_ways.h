// SPDX-License-Identifier: Apache-2.0
// KnownWays: by how much the way from one host towards the capture varies, as any of its
// connections showed of late: a new one is too young to know. Private to `flow`; one thread at a
// time; bounded.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>

#include "harness/base/time.h"

namespace tailrace {

// From one host to one other, towards the capture.
class KnownWay {
 public:
  void note(Nanos spread, RealTime at) {
    if (spread < spread_ && at - at_ <= kLately) return;
    spread_ = spread;
    at_ = at;
  }
  // The most of the last while; 0 where nothing was told.
  Nanos spread(RealTime now) const { return now - at_ <= kLately ? spread_ : Nanos(0); }

 private:
  static constexpr std::chrono::seconds kLately{60};  // Paths are what they were so long ago.
  Nanos spread_{0};
  RealTime at_;
};

class KnownWays {
 public:
  using Address = std::array<std::uint8_t, 16>;
  std::shared_ptr<KnownWay> between(const Address& from, const Address& to) {
    if (ways_.size() >= kMost) ways_.clear();  // Who has one keeps it.
    auto& way = ways_[{from, to}];
    if (!way) way = std::make_shared<KnownWay>();
    return way;
  }

 private:
  static constexpr std::size_t kMost = 4096;
  std::map<std::pair<Address, Address>, std::shared_ptr<KnownWay>> ways_;
};

}  // namespace tailrace
