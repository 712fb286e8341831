// SPDX-License-Identifier: Apache-2.0
// Patience: how long a script goes on with what takes as many calls as it takes. A machine that has
// no processor for us has none for the implementation either: time that the script's thread waited
// for one counts for neither. Used by the script's thread.
#pragma once

#include "harness/base/time.h"

namespace tailrace {

// Of the time that passed, what a machine with nothing else to do would have needed, at least a
// quarter. `waited`: of that time, how long one thread waited for a processor. In a call three wait
// in turn: the script's, the one that reads and writes, and the implementation's.
Nanos time_that_counts(Nanos passed, Nanos waited);

class Patience {
 public:
  explicit Patience(Millis limit);  // Stretched for slow hosts, as deadlines are.
  Nanos passed() const;             // That counts.
  bool is_over(int times = 1) const { return passed() >= limit_ * times; }

 private:
  Nanos limit_;
  MonoTime begun_;
  Nanos waited_;  // By this thread, until it began.
};

}  // namespace tailrace
