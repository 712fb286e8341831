// SPDX-License-Identifier: Apache-2.0
// Scenario: one question: the requirements it asks about, the script that drives the
// implementation, the checks that judge what was recorded, the faults it must catch and the legal
// oddities it must spare. Immutable values: any thread.
#pragma once

#include <source_location>
#include <string_view>
#include <variant>
#include <vector>

#include "harness/judge/check.h"
#include "harness/peer/client_driver.h"
#include "harness/peer/server_driver.h"
#include "harness/scenario/client_fault.h"
#include "harness/scenario/fault.h"

namespace tailrace {

// Who is under test follows from the driver a script takes.
using DriveAgainstServer = void (*)(ClientDriver&);
using DriveAgainstClient = void (*)(ServerDriver&);
#ifndef TAILRACE_READER_ONLY
using Drive = std::variant<DriveAgainstServer, DriveAgainstClient>;
#else
// A program that only reads runs no script: it keeps for whom one is, and needs no driver to link.
class Drive {
 public:
  consteval Drive(DriveAgainstServer) : index_(0) {}
  consteval Drive(DriveAgainstClient) : index_(1) {}
  std::size_t index() const { return index_; }

 private:
  std::size_t index_;
};
#endif

// The revisions before 2026-07-28 have sessions; since then each request stands for itself.
enum class Era : std::uint8_t { kSessions, kStateless, kBoth };
Era era_of(std::string_view revision);  // "auto" is kSessions.

struct ScenarioSpec {
  std::string_view id;        // area.snake_case, the same as its file's path
  std::string_view question;  // One sentence
  std::vector<Rule> covers{};
  Drive drive;
  std::vector<Check> checks{};
  std::vector<Fault> catches{};
  std::vector<Fault> catches_with_sessions{};  // In both eras asked, and there in that one only.
  std::vector<Oddity> spares{};
  Era era = Era::kSessions;
  std::string_view only_in{};  // The one revision that has what is asked about; "": all of the era.
  // Runs alone: it samples processes or times packets, and others would disturb it, or it holds
  // megabytes.
  bool exclusive = false;
  // Judges growth over batches of calls, which takes seconds: --quick leaves it out.
  bool growth = false;
  // Where it is written: failures of the GoogleTest bridge point there.
  std::source_location where = std::source_location::current();
};

class Scenario {
 public:
  explicit Scenario(ScenarioSpec spec) : spec_(std::move(spec)) {}

  const ScenarioSpec& spec() const { return spec_; }
  std::string_view id() const { return spec_.id; }
  Side under_test() const {
    return spec_.drive.index() == 0 ? Side::kServer : Side::kClient;
  }
  bool asks_in(std::string_view revision) const {
    const bool in_era = spec_.era == Era::kBoth || spec_.era == era_of(revision);
    return in_era && (spec_.only_in.empty() || spec_.only_in == revision);
  }
  // Its requirements that are in force in this revision; none: it does not hold there.
  std::vector<std::string> requirements(const Catalogue& catalogue,
                                        std::string_view revision) const;

 private:
  ScenarioSpec spec_;
};

using Registry = std::vector<Scenario>;

}  // namespace tailrace
