// SPDX-License-Identifier: Apache-2.0
// ProcessOutput: what an implementation prints, bounded: its beginning and its end. Its thread
// reads both pipes; the other calls are thread-safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "harness/sut/supervisor.h"

namespace tailrace {

inline constexpr std::size_t kHeadKept = 64 << 10;   // Bytes
inline constexpr std::size_t kTailKept = 256 << 10;  // Bytes
inline constexpr std::size_t kLongestLine = 16 << 10;

// "it printed nothing", or "it printed:" and its last lines, safe on a terminal, for a complaint.
std::string tail_of(const std::string& output);

class ProcessOutput {
 public:
  // `on_line` gets each complete line of standard output, on the reading thread.
  ProcessOutput(const StartedProcess& process, std::function<void(const std::string&)> on_line);
  ~ProcessOutput();  // Stops reading.
  ProcessOutput(const ProcessOutput&) = delete;
  ProcessOutput& operator=(const ProcessOutput&) = delete;

  std::string text() const;  // Beginning, a line on what was dropped, end.
  // Waits until both pipes have ended: what the process said last is in then.
  void wait_end(MonoTime until);

 private:
  void read_all();
  void keep(std::string_view bytes);
  void take_lines(std::string_view bytes);

  int output_, errors_, wake_[2];
  std::function<void(const std::string&)> on_line_;
  std::string line_;
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  bool at_end_ = false;
  std::string head_, tail_;
  std::uint64_t dropped_ = 0;
  std::atomic<bool> leaves_{false};
  std::thread reader_;
};

}  // namespace tailrace
