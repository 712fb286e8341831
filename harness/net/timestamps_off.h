// SPDX-License-Identifier: Apache-2.0
// TimestampsOff: while it lives, connections of this network namespace begin without TCP
// timestamps. For a namespace of our own only: it is a setting of all that is in it. One at a time.
#pragma once

namespace tailrace {

class TimestampsOff {
 public:
  static bool is_possible();  // We have the right to change the setting.
  TimestampsOff();
  ~TimestampsOff();  // On again, as is usual.
  TimestampsOff(const TimestampsOff&) = delete;
  TimestampsOff& operator=(const TimestampsOff&) = delete;
};

}  // namespace tailrace
