// SPDX-License-Identifier: Apache-2.0
// Script: what both drivers share: waiting on the History with named deadlines, and ending early.
// Used by the script's thread only. A script drives and never asserts.
//
// A wait that runs out, and a legal choice of the implementation that leaves nothing to ask, are
// recorded and end the script by ScriptStopped: the one exception of the code base, thrown here
// and caught by the runner.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "harness/record/history.h"

namespace tailrace {

struct ScriptStopped {};

using Condition = std::function<bool(const Timeline&)>;
// A sample of the implementation's processes; empty where they cannot be seen.
using Sampler = std::function<std::optional<ProcessSampled>()>;

// Which texts of ours stand in the implementation's memory (memory_search.h).
using Searcher = std::function<MemorySearched(const std::string& prefix, int below)>;

class Script {
 public:
  explicit Script(History& history, Sampler sampler = {})
      : history_(history), sampler_(std::move(sampler)) {}
  virtual ~Script() = default;

  void mark(std::string_view name, std::string value);
  // The implementation made another legal choice: nothing is left to ask.
  [[noreturn]] void decline(std::string why);

  // Waits for `holds`; stops the script when the deadline passes first.
  void await(Deadline deadline, std::string waited_for, const Condition& holds);
  // An observation window: ends when `holds` or when its length is over, and says which.
  bool watch(Deadline window, const Condition& holds);
  // Watches for the whole length.
  void stay_connected(Millis length);
  bool can_sample() const { return static_cast<bool>(sampler_); }
  void sample(std::string label);
  // As soon as there is no more of anything than in the first sample taken so, which waits for all
  // of `longest`; at the latest then. What stays is there however soon one looks, once the
  // implementation has shown that it saw all that was asked: a script that leaves before waits.
  void sample_once_back(std::string label, Millis longest);

  // The scenario's own limit: every wait ends there at the latest, and stops the script.
  void give_up_at(MonoTime at) { give_up_at_ = at; }

  const History& history() const { return history_; }

 protected:
  // What a driver does while it waits: nothing, or answering the client's requests.
  virtual bool wait_until(MonoTime until, const Condition& holds);
  [[noreturn]] void stop();
  MonoTime give_up_at() const { return give_up_at_; }
  // Records that the deadline passed, and stops.
  [[noreturn]] void gave_up(Deadline deadline, std::string waited_for);

  History& history_;

 private:
  void stop_if_over();
  void keep(std::optional<ProcessSampled> sample, std::string label);

  Sampler sampler_;
  std::optional<ProcessSampled> first_sample_;
  MonoTime give_up_at_{Nanos::max()};
};

}  // namespace tailrace
