// SPDX-License-Identifier: Apache-2.0
// Trial: one configuration of a reference peer, and the scenarios whose promise is tried on it: a
// fault must be caught, an oddity spared, the correct peer passed. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "harness/record/run_record.h"
#include "harness/run/options.h"
#include "harness/scenario/scenario.h"

namespace tailrace {

enum class Expected : std::uint8_t { kPass, kCaught, kSpared };
std::string_view name_of(Expected expected);

struct Trial {
  Side role = Side::kServer;
  std::string flag, name;  // "--fault" or "--oddity" and its name; empty for the correct peer
  Expected expected = Expected::kPass;
  std::vector<std::string> scenarios;
  bool alone = false;  // One scenario, that runs alone: its client can serve.
  std::string revision{};  // The only one that its scenario asks about; "": the newest.
  std::size_t number = 0;  // Names its folder.
  bool growth = false;     // Its scenario, alone, looks for that.
};

// Globs over ids: those that one of `only` matches, or all where there is none, and none of
// `except`.
struct Selection {
  std::vector<std::string> only, except;

  bool takes(std::string_view id) const;
  bool is_all() const { return only.empty() && except.empty(); }
};

// All trials over the selected scenarios, those first that take longest.
std::vector<Trial> all_trials(const Registry& registry, const Selection& selection);

// What the self-test runs a trial with; `out` is still empty.
RunOptions options_for(const Trial& trial, const std::string& server, const std::string& client);

// A fault must be caught by a check of the scenario, not by an accident such as a crash; an oddity
// may make the question pointless; the correct peer leaves no way out.
bool holds(const ScenarioResult& result, const Scenario& scenario, Expected expected);

}  // namespace tailrace
