// SPDX-License-Identifier: Apache-2.0
// One line that is written over while a run goes on: on a terminal only, never in a log. Called
// by one thread at a time.
#pragma once

#include "harness/base/time.h"
#include "harness/run/runner.h"

namespace tailrace {

class ProgressLine {
 public:
  explicit ProgressLine(bool quiet);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  void show(const Progress& progress);

 private:
  bool shown_;
  MonoTime begun_ = mono_now();
};

// "[12/40] 0:05 of about 0:17  routing.a", at most `width` columns.
std::string progress_text(const Progress& progress, Nanos elapsed, std::size_t width);

}  // namespace tailrace
