// SPDX-License-Identifier: Apache-2.0
// Attempts: what the scripts of a run asked of a server and whether it was ever answered, so that
// what is never answered is waited for twice and not by each of them. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <string>

namespace tailrace {

class Attempts {
 public:
  // The first may have met a server that was still starting.
  static constexpr int kInVain = 2;

  // `what`: which mode of the server, which revision, and what was asked for.
  void note(const std::string& what, bool answered);
  // How many were not answered in time, where that is enough and none ever was; else 0.
  int in_vain(const std::string& what) const;
  bool was_answered(const std::string& what) const;  // At least once.

 private:
  struct Count {
    int answered = 0, unanswered = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Count> counts_;
};

// One that is made now: unanswered unless it is told that an answer came.
class Attempt {
 public:
  Attempt(Attempts* attempts, const std::string& what) : attempts_(attempts), what_(what) {}
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;
  ~Attempt() {
    if (attempts_ != nullptr) attempts_->note(what_, answered_);
  }
  void answered() { answered_ = true; }

 private:
  Attempts* attempts_;
  std::string what_;
  bool answered_ = false;
};

}  // namespace tailrace
