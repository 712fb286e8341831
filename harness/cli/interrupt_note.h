// SPDX-License-Identifier: Apache-2.0
// InterruptNote: while it lives, Ctrl-C and SIGTERM tell how to have a report of what has run so
// far, and then end the process as they would have. One at a time, main thread.
#pragma once

#include <string>

namespace tailrace {

class InterruptNote {
 public:
  explicit InterruptNote(const std::string& run_folder);
  ~InterruptNote();
  InterruptNote(const InterruptNote&) = delete;
  InterruptNote& operator=(const InterruptNote&) = delete;
};

}  // namespace tailrace
