// SPDX-License-Identifier: Apache-2.0
#include "harness/peer/attempts.h"

namespace tailrace {

void Attempts::note(const std::string& what, bool answered) {
  const std::scoped_lock lock(mutex_);
  Count& count = counts_[what];
  ++(answered ? count.answered : count.unanswered);
}

int Attempts::in_vain(const std::string& what) const {
  const std::scoped_lock lock(mutex_);
  const auto found = counts_.find(what);
  if (found == counts_.end() || found->second.answered > 0) return 0;
  return found->second.unanswered < kInVain ? 0 : found->second.unanswered;
}

bool Attempts::was_answered(const std::string& what) const {
  const std::scoped_lock lock(mutex_);
  const auto found = counts_.find(what);
  return found != counts_.end() && found->second.answered > 0;
}

}  // namespace tailrace
