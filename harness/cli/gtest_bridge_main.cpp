// SPDX-License-Identifier: Apache-2.0
// tailrace-gtest: the scenarios as GoogleTest tests, for those whose pipeline speaks GoogleTest.
//   usage: tailrace-gtest [--gtest_...] server|client ARGUMENTS OF tailrace
// The selected scenarios run first, by the runner; each test then tells one scenario's verdict.
// pass and warn are OK with a property, not_applicable is skipped, everything else fails at the
// scenario's line. An empty selection exits 2: CTest would call it green.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "harness/cli/command_line.h"
#include "harness/cli/terminal.h"
#include "harness/run/runner.h"
#include "reports/console.h"
#include "suites/catalogue/embedded.h"
#include "suites/registry.h"

namespace tailrace {
namespace {

class ScenarioTest : public testing::Test {
 public:
  ScenarioTest(const Scenario& scenario, const RunRecord& record)
      : scenario_(scenario), record_(record) {}

  void TestBody() override {
    std::size_t skipped = 0, told = 0;
    std::string reason;
    for (const ScenarioResult& result : record_.scenarios) {
      if (result.id != scenario_.id()) continue;
      ++told;
      RecordProperty("verdict_" + result.revision, std::string(name_of(result.verdict)));
      if (result.verdict == Verdict::kNotApplicable || !result.baseline.empty()) {
        ++skipped;
        reason = result.baseline.empty() ? result.reason : result.baseline_reason;
      }
      if (fails(result)) tell_failure(result);
    }
    if (told == 0) GTEST_SKIP() << "not asked: no run of it was chosen or applies";
    if (skipped == told) GTEST_SKIP() << reason;
  }

 private:
  static bool fails(const ScenarioResult& result) {
    if (!result.baseline.empty()) return false;
    return result.verdict == Verdict::kFail || result.verdict == Verdict::kInconclusive ||
           result.verdict == Verdict::kHarnessError;
  }

  void tell_failure(const ScenarioResult& result) const {
    RunRecord one = record_;
    one.scenarios = {result};
    one.stale.clear();
    one.not_asked.clear();
    const auto& where = scenario_.spec().where;
    ADD_FAILURE_AT(where.file_name(), static_cast<int>(where.line()))
        << console_report(one, {});
  }

  const Scenario& scenario_;
  const RunRecord& record_;
};

// The positive part of --gtest_filter as globs for --only; GoogleTest applies the rest itself.
std::vector<std::string> globs_of_filter() {
  std::string filter = testing::GTEST_FLAG(filter);
  filter = filter.substr(0, filter.find('-'));
  std::vector<std::string> globs;
  for (std::size_t at = 0; at < filter.size();) {
    const std::size_t end = std::min(filter.find(':', at), filter.size());
    if (end > at) globs.push_back(filter.substr(at, end - at));
    at = end + 1;
  }
  return globs;
}

void register_tests(const Registry& registry, Side role, const RunRecord& record) {
  for (const Scenario& scenario : registry) {
    if (scenario.under_test() != role) continue;
    const std::string id(scenario.id());
    const auto dot = id.find('.');
    const auto& where = scenario.spec().where;
    testing::RegisterTest(
        id.substr(0, dot).c_str(), id.substr(dot + 1).c_str(), nullptr, nullptr, where.file_name(),
        static_cast<int>(where.line()),
        [&scenario, &record]() -> testing::Test* { return new ScenarioTest(scenario, record); });
  }
}

// What GoogleTest's own filter left out was driven, and is nobody's failure.
void drop_unchosen(RunRecord& record) {
  std::set<std::string> chosen;
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const testing::TestSuite& suite = *all.GetTestSuite(i);
    for (int j = 0; j < suite.total_test_count(); ++j) {
      const testing::TestInfo& test = *suite.GetTestInfo(j);
      if (test.should_run()) chosen.insert(std::string(suite.name()) + "." + test.name());
    }
  }
  std::erase_if(record.scenarios,
                [&](const ScenarioResult& result) { return !chosen.contains(result.id); });
}

int complain(const std::string& what) {
  fmt::print(stderr, "tailrace-gtest: {}\n", what);
  return kExitUnusable;
}

int judge_and_tell(CommandLine line) {
  const auto catalogue = Catalogue::parse(catalogue_json());
  if (!catalogue) return complain(catalogue.error().what);
  const Registry registry = suites::all_scenarios();
  RunRecord record;
  if (!testing::GTEST_FLAG(list_tests)) {
    if (line.run.only.empty()) line.run.only = globs_of_filter();
    auto setup = prepare_process(line.run);
    if (!setup) return complain(setup.error().what);
    auto driven = run(line.run, *setup, registry, *catalogue, nullptr);
    if (!driven) return complain(driven.error().what);
    record = std::move(*driven);
  }
  register_tests(registry, line.run.under_test, record);
  const int status = RUN_ALL_TESTS();
  if (testing::GTEST_FLAG(list_tests)) return status;
  if (testing::UnitTest::GetInstance()->test_to_run_count() == 0) return kExitUnusable;
  drop_unchosen(record);
  for (const auto& entry : record.stale) {
    fmt::print(stderr, "tailrace-gtest: {} is in the baseline, and did not fail\n", entry.id);
  }
  return status != 0 ? status : exit_status(record, line.run.fail_on);
}

}  // namespace
}  // namespace tailrace

int main(int argc, char** argv) {
  using namespace tailrace;
  prepare_streams();
  testing::InitGoogleTest(&argc, argv);
  auto line = parse_command_line({argv + 1, argv + argc});
  if (!line) return complain(line.error().what);
  if (line->command == Command::kDone) return kExitClean;
  if (line->command != Command::kRun) return complain("only server and client can be tested");
  return judge_and_tell(std::move(*line));
}
