// SPDX-License-Identifier: Apache-2.0
// What the words of --only select, how many run at once, and what a plan leaves out and says so.
#include "harness/run/plan.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "suites/registry.h"

namespace tailrace {
namespace {

RunOptions server_options(std::vector<std::string> only) {
  RunOptions options;
  options.manifest = manifest_for_command(Side::kServer, {"x"});
  options.only = std::move(only);
  return options;
}

std::vector<std::string> planned(const RunOptions& options) {
  static const Registry registry = suites::all_scenarios();
  const auto plan = make_plan(options, registry, {std::string(kNewestRevision)});
  std::vector<std::string> ids;
  if (!plan) return ids;
  for (const PlannedRun& run : plan->runs) ids.emplace_back(run.scenario->id());
  std::sort(ids.begin(), ids.end());
  return ids;
}

TEST(Plan, TakesIdsGlobsSuitesAndRequirements) {
  const std::string id = "stream_closure.server_ends_stream_after_result";
  EXPECT_EQ(planned(server_options({id})), std::vector<std::string>{id});
  EXPECT_EQ(planned(server_options({"routing"})), planned(server_options({"routing.*"})));
  const auto by_row = planned(server_options({"SH-CLOSE-02"}));
  EXPECT_NE(std::find(by_row.begin(), by_row.end(), id), by_row.end());
  EXPECT_LT(by_row.size(), planned(server_options({})).size());
  EXPECT_TRUE(planned(server_options({"SH-CLOSE-99"})).empty());
}

TEST(Plan, AsksInBothErasWhatNeedsNoSession) {
  const Registry registry = suites::all_scenarios();
  const auto asked = [&](const std::string& id) {
    const auto plan = make_plan(server_options({id}), registry,
                                {std::string(kNewestRevision), std::string(kStatelessRevision)});
    std::vector<std::string> revisions;
    if (plan) {
      for (const PlannedRun& run : plan->runs) revisions.push_back(run.revision);
    }
    return revisions;
  };
  EXPECT_EQ(asked("stream_closure.server_completes_big_answers"),
            (std::vector<std::string>{std::string(kNewestRevision),
                                      std::string(kStatelessRevision)}));
  EXPECT_EQ(asked("routing.server_forgets_deleted_session"),
            std::vector<std::string>{std::string(kNewestRevision)});
  EXPECT_EQ(asked("stream_closure.stateless_server_ends_stream"),
            std::vector<std::string>{std::string(kStatelessRevision)});
}

TEST(Plan, QuickLeavesOutGrowthAndSaysSo) {
  const Registry registry = suites::all_scenarios();
  RunOptions options = server_options({});
  options.quick = true;
  const auto plan = make_plan(options, registry, {std::string(kNewestRevision)});
  ASSERT_TRUE(plan);
  for (const PlannedRun& run : plan->runs) EXPECT_FALSE(run.scenario->spec().growth);
  const auto left_out = std::ranges::count_if(plan->not_asked, [](const std::string& entry) {
    return entry.ends_with(": a question of growth, left out by --quick");
  });
  EXPECT_GT(left_out, 0);
  EXPECT_EQ(plan->not_asked.size(), static_cast<std::size_t>(left_out) + 1) << "older revisions";
  EXPECT_GT(planned(server_options({})).size(), plan->runs.size());
}

TEST(Plan, SaysThatOlderRevisionsAreNotAsked) {
  const Registry registry = suites::all_scenarios();
  RunOptions options = server_options({});
  const std::string newest(kNewestRevision);
  EXPECT_EQ(make_plan(options, registry, {newest})->not_asked.size(), 1U);
  EXPECT_TRUE(make_plan(options, registry, {std::string(kRevisions[0])})->not_asked.empty());
  EXPECT_TRUE(make_plan(options, registry, {std::string(kStatelessRevision)})->not_asked.empty());
  options.revisions = {newest};
  EXPECT_TRUE(make_plan(options, registry, {newest})->not_asked.empty());
}

TEST(Plan, AllRevisionsOfAClientAreThoseThatItsManifestNames) {
  const Registry registry = suites::all_scenarios();
  RunOptions options;
  options.under_test = Side::kClient;
  options.manifest = manifest_for_command(Side::kClient, {"x"});
  const std::string stateless(kStatelessRevision);
  const auto asks_stateless = [&] {
    const auto plan = make_plan(options, registry, options.revisions);
    return std::ranges::any_of(plan->runs,
                               [&](const PlannedRun& run) { return run.revision == stateless; });
  };
  options.revisions.assign(std::begin(kRevisions), std::end(kRevisions));
  EXPECT_FALSE(asks_stateless());
  EXPECT_FALSE(make_plan(options, registry, options.revisions)->not_asked.empty());
  options.manifest->stateless = true;
  EXPECT_TRUE(asks_stateless());
  options.manifest->stateless = false;
  options.revisions = {std::string(kNewestRevision), stateless};
  EXPECT_TRUE(asks_stateless()) << "named, it is meant";
}

TEST(Plan, SomebodyElsesServerGetsOneScenarioAtATime) {
  RunOptions options = server_options({});
  EXPECT_GT(jobs_of(options), 1);
  options.jobs = 7;
  EXPECT_EQ(jobs_of(options), 7);
  RunOptions remote;
  remote.url = Url{};
  EXPECT_EQ(jobs_of(remote), 1);
}

}  // namespace
}  // namespace tailrace
