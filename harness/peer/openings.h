// SPDX-License-Identifier: Apache-2.0
// Openings: how the scripts of a run fared that opened sessions, so that where none can be opened
// the wait is had twice and not by each of them. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <string>

namespace tailrace {

class Openings {
 public:
  // The first may have met a server that was still starting.
  static constexpr int kInVain = 2;

  // `what`: which mode of the server, and which revision.
  void note(const std::string& what, bool answered);
  // How many were not answered in time, where that is enough and none ever was; else 0.
  int in_vain(const std::string& what) const;

 private:
  struct Count {
    int answered = 0, unanswered = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Count> counts_;
};

// One that is asked for now: unanswered unless it is told that an answer came.
class OpeningTried {
 public:
  OpeningTried(Openings* openings, const std::string& what) : openings_(openings), what_(what) {}
  OpeningTried(const OpeningTried&) = delete;
  OpeningTried& operator=(const OpeningTried&) = delete;
  ~OpeningTried() {
    if (openings_ != nullptr) openings_->note(what_, answered_);
  }
  void answered() { answered_ = true; }

 private:
  Openings* openings_;
  std::string what_;
  bool answered_ = false;
};

}  // namespace tailrace
