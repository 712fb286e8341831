// SPDX-License-Identifier: Apache-2.0
#include "harness/peer/script.h"

#include <algorithm>

#include "harness/record/marks.h"

namespace tailrace {
namespace {

// Reading the tables of a process takes a millisecond or two.
constexpr Millis kLookedAgain{50};

bool holds_more(const ProcessSampled& now, const ProcessSampled& then) {
  return now.descriptors > then.descriptors || now.children > then.children ||
         now.threads > then.threads || now.sockets.size() > then.sockets.size();
}

}  // namespace

void Script::mark(std::string_view name, std::string value) {
  history_.append(Marked{std::string(name), std::move(value)});
}

void Script::decline(std::string why) {
  history_.append(Declined{std::move(why)});
  stop();
}

void Script::stop() {
  throw ScriptStopped{};
}

bool Script::wait_until(MonoTime until, const Condition& holds) {
  return history_.wait_until(until, holds);
}

void Script::stop_if_over() {
  if (mono_now() < give_up_at_) return;
  history_.append(DeadlinePassed{"scenario", "the scenario to end", Millis(0)});
  stop();
}

void Script::await(Deadline deadline, std::string waited_for, const Condition& holds) {
  const Millis limit = stretched(deadline.limit);
  if (wait_until(std::min(mono_now() + limit, give_up_at_), holds)) return;
  gave_up(deadline, std::move(waited_for));
}

void Script::gave_up(Deadline deadline, std::string waited_for) {
  stop_if_over();
  history_.append(DeadlinePassed{std::string(deadline.name), std::move(waited_for),
                                 stretched(deadline.limit)});
  stop();
}

bool Script::watch(Deadline window, const Condition& holds) {
  const MonoTime begun = mono_now();
  const bool held = wait_until(std::min(begun + window.limit, give_up_at_), holds);
  if (!held) stop_if_over();
  history_.append(WindowEnded{std::string(window.name), window.limit, mono_now() - begun});
  return held;
}

void Script::sample(std::string label) {
  if (!sampler_) return mark(kNotSampled, "");
  keep(sampler_(), std::move(label));
}

void Script::keep(std::optional<ProcessSampled> sample, std::string label) {
  if (!sample) return;
  sample->label = std::move(label);
  history_.append(std::move(*sample));
}

void Script::sample_once_back(std::string label, Millis longest) {
  if (!sampler_) return mark(kNotSampled, "");
  const MonoTime until = mono_now() + longest;
  if (!first_sample_) stay_connected(longest);
  auto sample = sampler_();
  while (first_sample_ && sample && holds_more(*sample, *first_sample_) && mono_now() < until) {
    watch({"resources_return", kLookedAgain}, [](const Timeline&) { return false; });
    sample = sampler_();
  }
  if (!first_sample_) first_sample_ = sample;
  keep(std::move(sample), std::move(label));
}

void Script::stay_connected(Millis length) {
  watch({"stay_connected", length}, [](const Timeline&) { return false; });
}

}  // namespace tailrace
