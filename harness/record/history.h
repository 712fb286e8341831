// SPDX-License-Identifier: Apache-2.0
// History: the append-only record of one scenario, on disk and as a live Timeline.
//
// Thread-safe. Any thread appends (the I/O thread its taps, the script its marks, the process
// reader its lines); the script waits on it. Each fact is one write(2), so a crash of the runner
// loses nothing that was recorded. The Timeline is derived by the same code that derives it from
// the file when judging (replay), so the script waits for what the checks will see.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "harness/record/fact.h"
#include "harness/record/timeline.h"

namespace tailrace {

class History {
 public:
  // Creates `path`, which must not exist. Error: names the path.
  static Result<std::unique_ptr<History>> create(const std::string& path);
  ~History();
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  void append(Event event) { append_at(mono_now(), std::move(event)); }
  void append_at(MonoTime at, Event event);
  ConnectionId next_connection() { return {++connections_}; }

  // Bytes of all connections together that one history keeps: four answers of the largest size that
  // a scenario asks for (5 MB), and a flood over many connections stays bounded.
  static constexpr std::uint64_t kMostKept = 24U << 20;
  // Whether so many bytes more are kept; those that are not are told by TapTruncated.
  bool keeps(std::uint64_t bytes) { return (kept_ += bytes) <= kMostKept; }
  std::uint64_t kept() const { return kept_; }
  // Lines that a client prints: thousands of calls tell one each, and who never stops is bounded,
  // be they short or long.
  static constexpr std::uint64_t kMostLines = 50'000, kMostHeard = 8U << 20;
  void hear(std::string line) {
    const bool fits = ++lines_ <= kMostLines && (heard_ += line.size()) <= kMostHeard;
    if (fits) append(ProcessLine{std::move(line)});
  }

  // Waits until `holds` says yes of the Timeline or `until` has come; returns its last word.
  // `holds` is asked anew after each fact, by the thread that appends it and under the lock: to
  // wake who waits for each of them costs more than the calls of a quick server.
  bool wait_until(MonoTime until, const std::function<bool(const Timeline&)>& holds) const;

  // Reads the Timeline under the lock.
  template <class Reader>
  auto read(Reader&& reader) const {
    const std::scoped_lock lock(mutex_);
    return std::forward<Reader>(reader)(builder_.timeline());
  }

  // Trouble with the file (a full disk), or success.
  Status written() const;

 private:
  struct Waiter {
    const std::function<bool(const Timeline&)>& holds;
    bool met = false;
  };

  explicit History(int file) : file_(file) {}

  const int file_;
  std::atomic<std::uint32_t> connections_{0};
  std::atomic<std::uint64_t> kept_{0}, lines_{0}, heard_{0};
  mutable std::mutex mutex_;
  mutable std::condition_variable met_;  // What somebody waits for holds.
  mutable std::vector<Waiter*> waiters_;
  std::uint64_t sequence_ = 0;
  int write_error_ = 0;
  TimelineBuilder builder_;
};

// The Timeline of a recorded history. A last line without its end (a crash) is left out. Error:
// names file and line.
Result<Timeline> replay(const std::string& path);

}  // namespace tailrace
