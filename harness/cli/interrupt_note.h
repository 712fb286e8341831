// SPDX-License-Identifier: Apache-2.0
// InterruptNote: while it lives, Ctrl-C and SIGTERM tell something, such as how to have a report of
// what has run so far, take away files that nobody is to keep, and then end the process as they
// would have. One at a time, main thread.
#pragma once

#include <string>
#include <vector>

namespace tailrace {

class InterruptNote {
 public:
  // `temporary`: files, and folders that are empty when those before them are gone.
  explicit InterruptNote(const std::string& text, std::vector<std::string> temporary = {});
  ~InterruptNote();
  InterruptNote(const InterruptNote&) = delete;
  InterruptNote& operator=(const InterruptNote&) = delete;
};

}  // namespace tailrace
