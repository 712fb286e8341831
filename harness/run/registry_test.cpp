// SPDX-License-Identifier: Apache-2.0
// The scenarios and the reference peers agree on names, and each scenario keeps the rules.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>

#include "harness/run/baseline.h"
#include "harness/run/trial.h"
#include "harness/run/plan.h"
#include "harness/wire/json.h"
#include "suites/catalogue/embedded.h"
#include "suites/registry.h"

namespace tailrace {
namespace {

std::set<std::string> listed_by(const std::string& peer, const std::string& option) {
  const std::string command = std::string(TAILRACE_BINARY_DIR) + "/" + peer + " " + option;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), &::pclose);
  std::set<std::string> names;
  std::array<char, 256> line;
  while (std::fgets(line.data(), line.size(), pipe.get()) != nullptr) {
    names.insert(std::string(line.data(), std::string_view(line.data()).find('\n')));
  }
  return names;
}

struct Named {
  std::set<std::string> faults, oddities;
};

Named named_by_scenarios(const Registry& registry, Side role) {
  Named named;
  for (const Scenario& scenario : registry) {
    if (scenario.under_test() != role) continue;
    for (const Fault& fault : scenario.spec().catches) named.faults.emplace(fault.name);
    for (const Fault& fault : scenario.spec().catches_with_sessions) {
      named.faults.emplace(fault.name);
    }
    for (const Oddity& oddity : scenario.spec().spares) named.oddities.emplace(oddity.name);
  }
  return named;
}

TEST(Registry, EveryFaultAndOddityOfThePeersIsNamedByAScenario) {
  const Registry registry = suites::all_scenarios();
  const Named server = named_by_scenarios(registry, Side::kServer);
  EXPECT_EQ(server.faults, listed_by("reference_server", "--list-faults"));
  EXPECT_EQ(server.oddities, listed_by("reference_server", "--list-oddities"));
  const Named client = named_by_scenarios(registry, Side::kClient);
  EXPECT_EQ(client.faults, listed_by("reference_client", "--list-faults"));
  EXPECT_EQ(client.oddities, listed_by("reference_client", "--list-oddities"));
}

TEST(Registry, EveryScenarioCatchesAndSparesSomething) {
  std::set<std::string_view> ids;
  for (const Scenario& scenario : suites::all_scenarios()) {
    const ScenarioSpec& spec = scenario.spec();
    EXPECT_TRUE(ids.insert(spec.id).second) << spec.id;
    EXPECT_FALSE(spec.catches.empty()) << spec.id;
    EXPECT_TRUE(spec.catches_with_sessions.empty() || spec.era == Era::kBoth) << spec.id;
    EXPECT_FALSE(spec.spares.empty()) << spec.id;
    EXPECT_FALSE(spec.checks.empty()) << spec.id;
    EXPECT_EQ(spec.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_."),
              std::string_view::npos)
        << spec.id;
  }
  EXPECT_GE(ids.size(), 15U);
}

TEST(Registry, CoveredRowsAreThoseThatScenariosCite) {
  const Catalogue catalogue = *Catalogue::parse(catalogue_json());
  std::set<std::string> cited, covered;
  for (const Scenario& scenario : suites::all_scenarios()) {
    for (const Rule& rule : scenario.spec().covers) {
      for (const Requirement& requirement : rule) cited.emplace(requirement.id);
    }
  }
  for (const CatalogueRow& row : catalogue.rows()) {
    if (row.state == "covered") covered.insert(row.id);
  }
  EXPECT_EQ(cited, covered);
}

// The keys of the bug catalogue: each names scenarios of its role, or why there are none.
TEST(Registry, EveryKeyOfTheBugCatalogueIsAskedAboutOrLeftOut) {
  constexpr std::size_t kKeys = 51;
  std::ifstream file(TAILRACE_SOURCE_DIR "/suites/catalogue/keys.json");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const auto keys = parse_json(text);
  ASSERT_TRUE(keys) << keys.error().what;
  EXPECT_EQ(keys->members().size(), kKeys);
  const Registry registry = suites::all_scenarios();
  for (const auto& [key, asked] : keys->members()) {
    EXPECT_TRUE(asked.is_string() ? asked.as_string().starts_with("needs ")
                                  : !asked.items().empty())
        << key;
    for (const Json& id : asked.items()) {
      const auto found = std::find_if(registry.begin(), registry.end(),
                                      [&](const auto& s) { return s.id() == id.as_string(); });
      ASSERT_NE(found, registry.end()) << key << " names " << id.as_string();
      const Side role = key.starts_with("S-") ? Side::kServer : Side::kClient;
      EXPECT_EQ(found->under_test(), role) << key << " names " << id.as_string();
    }
  }
}

TEST(Registry, BaselinesOfTheFixturesAreReadAndNameScenarios) {
  std::vector<std::string> known;
  const Registry registry = suites::all_scenarios();
  for (const Scenario& scenario : registry) known.emplace_back(scenario.id());
  std::size_t read = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(TAILRACE_SOURCE_DIR "/fixtures/sut")) {
    if (entry.path().extension() != ".baseline") continue;
    const auto baseline = load_baseline(entry.path().string());
    ASSERT_TRUE(baseline) << baseline.error().what;
    for (const Misnamed& misnamed : misnamed_in(*baseline, known)) {
      ADD_FAILURE() << misnamed.what << " in " << entry.path();
    }
    ++read;
  }
  EXPECT_GT(read, 20U);
}

TEST(Baseline, WhatCannotFailIsMisnamed) {
  const std::vector<std::string> known = {"area.first", "area.second"};
  const auto misnamed = [&](const char* id, const char* revision) {
    const Baseline baseline{{{id, revision, "", "", "known", "", {}}}, {}};
    std::string what;
    for (const Misnamed& entry : misnamed_in(baseline, known)) what += entry.what;
    return what;
  };
  EXPECT_EQ(misnamed("area.*", "2025-*"), "");
  EXPECT_EQ(misnamed("area.first", "auto"), "") << "of a client that never said its own";
  EXPECT_EQ(misnamed("area.fist", "*"), "'area.fist' names no scenario; did you mean area.first?");
  EXPECT_EQ(misnamed("area.first", "2025-11-52"), "'2025-11-52' of 'area.first' is no revision");
}

TEST(Registry, FaultsOfSessionsAreTriedWhereThereAreSome) {
  std::size_t with_sessions = 0;
  const Registry registry = suites::all_scenarios();
  for (const Trial& trial : all_trials(registry, {})) {
    for (const std::string& id : trial.scenarios) {
      const auto of = std::ranges::find(registry, id, &Scenario::id);
      const auto& faults = of->spec().catches_with_sessions;
      if (std::ranges::find(faults, trial.name, &Fault::name) == faults.end()) continue;
      ++with_sessions;
      EXPECT_EQ(trial.revision, kNewestRevision) << trial.name << " " << id;
    }
  }
  EXPECT_GT(with_sessions, 0U);
}

}  // namespace
}  // namespace tailrace
