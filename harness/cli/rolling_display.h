// SPDX-License-Identifier: Apache-2.0
// RollingDisplay: how a capture goes on, on standard error, until Ctrl-C (SIGINT) or SIGTERM. On a
// terminal one line that is written over, in a log a line a second while something changes. One
// thread; make it before any other, since it takes the signals over.
#pragma once

#include <signal.h>

#include <string>

#include "harness/capture/live_source.h"
#include "harness/flow/capture_analysis.h"

namespace tailrace {

class RollingDisplay : public CaptureWatch {
 public:
  RollingDisplay(const CaptureAnalysis& analysis, bool quiet);
  ~RollingDisplay() override;
  RollingDisplay(const RollingDisplay&) = delete;
  RollingDisplay& operator=(const RollingDisplay&) = delete;

  bool wait(int descriptor) override;
  // After each packet. False: a signal came; what waits in the source is not read any more.
  bool go_on();

 private:
  void look_for_signal();
  void show();

  const CaptureAnalysis& analysis_;
  bool quiet_, on_terminal_, ended_ = false;
  int signals_;
  sigset_t before_{};
  MonoTime shown_at_;
  std::string shown_;
  std::uint64_t packets_ = 0;
};

// "1234 packets, 3 connections, 57 exchanges; 12 waits for a delayed ACK, the last ..."
std::string progress_text(const CaptureProgress& progress);

}  // namespace tailrace
