// SPDX-License-Identifier: Apache-2.0
// The self-test: every scenario passes the correct reference peer, catches each fault it names and
// spares each oddity it names. Prints the table; exit status 1 when one does not hold.
// usage: tailrace_self_test SERVER CLIENT OUT_DIR [--shuffle SEED] [--only GLOB]
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "harness/run/glob.h"
#include "harness/run/runner.h"
#include "suites/catalogue/embedded.h"
#include "suites/registry.h"

namespace tailrace {
namespace {

// The reference client's own limit: short, so that a call that hangs shows soon.
constexpr Millis kClientLimit{700};

enum class Expected { kPass, kCaught, kSpared };

struct Trial {
  Side role = Side::kServer;
  std::string flag, name;  // "--fault" and its name; empty for the correct peer
  Expected expected = Expected::kPass;
  std::vector<std::string> scenarios;
};

bool concerns(const Scenario& scenario, const std::string& name, Expected expected) {
  const auto named = [&](const auto& list) {
    return std::any_of(list.begin(), list.end(), [&](const auto& e) { return e.name == name; });
  };
  return expected == Expected::kCaught ? named(scenario.spec().catches)
                                       : named(scenario.spec().spares);
}

// What the reference server has for questions that need more than tools/list.
std::map<std::string, ManifestTool> reference_tools() {
  std::map<std::string, ManifestTool> tools;
  const auto add = [&](const char* kind, const char* name, const char* arguments) {
    tools[kind] = {name, *parse_json(arguments)};
  };
  add("slow", "slow", R"({"ms":300})");
  add("failing", "fail", "{}");
  add("refused", "refuse", "{}");
  add("chatty", "notify", R"({"n":3})");
  add("asking", "ask", "{}");
  add("big", "big", R"({"bytes":5000000})");
  return tools;
}

// One run for each configuration of a peer, over the scenarios that name it.
std::vector<Trial> trials_of(const Registry& registry, Side role) {
  std::set<std::string> faults, oddities;
  Trial clean{role, "", "", Expected::kPass, {}};
  for (const Scenario& scenario : registry) {
    if (scenario.under_test() != role) continue;
    clean.scenarios.emplace_back(scenario.id());
    for (const Fault& fault : scenario.spec().catches) faults.emplace(fault.name);
    for (const Oddity& oddity : scenario.spec().spares) oddities.emplace(oddity.name);
  }
  std::vector<Trial> trials{clean};
  const auto add = [&](const std::set<std::string>& names, const char* flag, Expected expected) {
    for (const std::string& name : names) {
      Trial trial{role, flag, name, expected, {}};
      for (const Scenario& scenario : registry) {
        if (scenario.under_test() == role && concerns(scenario, name, expected)) {
          trial.scenarios.emplace_back(scenario.id());
        }
      }
      trials.push_back(std::move(trial));
    }
  };
  add(faults, "--fault", Expected::kCaught);
  add(oddities, "--oddity", Expected::kSpared);
  return trials;
}

// The fault is caught in this scenario by a check of its own, not by an accident such as a crash.
bool is_caught(const ScenarioResult& result, const Scenario& scenario) {
  const bool convicts = result.verdict == Verdict::kFail || result.verdict == Verdict::kWarn;
  const auto own = [&](const Finding& finding) {
    return std::any_of(scenario.spec().checks.begin(), scenario.spec().checks.end(),
                       [&](const Check& check) { return check.name == finding.check; });
  };
  return convicts && !result.findings.empty() &&
         std::all_of(result.findings.begin(), result.findings.end(), own);
}

bool holds(const ScenarioResult& result, const Scenario& scenario, Expected expected) {
  if (expected == Expected::kCaught) return is_caught(result, scenario);
  const bool no_packets = result.verdict == Verdict::kNotApplicable;
  if (expected == Expected::kPass) return result.verdict == Verdict::kPass;
  return result.verdict == Verdict::kPass || no_packets;
}

class SelfTest {
 public:
  SelfTest(std::string server, std::string client, std::string out, Setup& setup)
      : server_(std::move(server)),
        client_(std::move(client)),
        out_(std::move(out)),
        setup_(setup),
        registry_(suites::all_scenarios()),
        catalogue_(*Catalogue::parse(catalogue_json())) {}

  std::optional<std::uint64_t> seed;
  std::string only = "*";

  int run_all() {
    for (const Side role : {Side::kServer, Side::kClient}) {
      for (const Trial& trial : trials_of(registry_, role)) try_one(trial);
    }
    fmt::print("self-test: {} of {} hold\n", good_, good_ + bad_);
    return bad_ == 0 && good_ > 0 ? 0 : 1;
  }

 private:
  RunOptions options_for(const Trial& trial) const {
    RunOptions options;
    options.under_test = trial.role;
    std::vector<std::string> command = {trial.role == Side::kServer ? server_ : client_};
    if (trial.role == Side::kServer) command.push_back("{port}");
    if (!trial.flag.empty()) command.insert(command.end(), {trial.flag, trial.name});
    options.manifest = manifest_for_command(trial.role, command);
    options.manifest->counts_calls = true;
    options.manifest->call_limit = kClientLimit;
    options.manifest->closes = true;
    options.manifest->stateless = true;
    if (trial.role == Side::kServer) options.manifest->tools = reference_tools();
    options.source = fmt::format("-- {}", fmt::join(command, " "));
    for (const std::string& id : trial.scenarios) {
      if (glob_matches(only, id)) options.only.push_back(id);
    }
    options.shuffle_seed = seed;
    options.require_packets = true;
    options.out = fmt::format("{}/{}-{}", out_, name_of(trial.role),
                              trial.name.empty() ? "correct" : trial.name);
    return options;
  }

  void try_one(const Trial& trial) {
    const RunOptions options = options_for(trial);
    if (options.only.empty()) return;
    const auto record = run(options, setup_, registry_, catalogue_, nullptr);
    if (!record) {
      fmt::print("BAD  {} {}: {}\n", name_of(trial.role), trial.name, record.error().what);
      ++bad_;
      return;
    }
    for (const ScenarioResult& result : record->scenarios) tell(trial, result);
  }

  void tell(const Trial& trial, const ScenarioResult& result) {
    const auto scenario = std::find_if(registry_.begin(), registry_.end(),
                                       [&](const Scenario& s) { return s.id() == result.id; });
    const bool good = holds(result, *scenario, trial.expected);
    ++(good ? good_ : bad_);
    const char* word = trial.expected == Expected::kPass     ? "passes"
                       : trial.expected == Expected::kCaught ? "caught"
                                                             : "spared";
    std::string why = result.reason;
    if (!result.findings.empty()) why = result.findings.front().observed;
    fmt::print("{:<4} {:<6} {:<34} {:<50} {:<14} {} frames\n", good ? "ok" : "BAD", word,
               trial.name.empty() ? "correct peer" : trial.name, result.id, name_of(result.verdict),
               result.frames);
    if (!good) fmt::print("       {}\n", why);
    std::fflush(stdout);
  }

  std::string server_, client_, out_;
  Setup& setup_;
  Registry registry_;
  Catalogue catalogue_;
  std::size_t good_ = 0, bad_ = 0;
};

}  // namespace
}  // namespace tailrace

int main(int argc, char** argv) {
  using namespace tailrace;
  ::signal(SIGPIPE, SIG_IGN);
  if (argc < 4) {
    fmt::print(stderr, "usage: tailrace_self_test SERVER CLIENT OUT_DIR [--shuffle SEED]\n");
    return kExitUnusable;
  }
  RunOptions ours;
  ours.manifest = manifest_for_command(Side::kServer, {argv[1]});
  auto setup = prepare_process(ours);
  if (!setup) {
    fmt::print(stderr, "{}\n", setup.error().what);
    return kExitUnusable;
  }
  SelfTest test(argv[1], argv[2], argv[3], *setup);
  for (int i = 4; i + 1 < argc; i += 2) {
    if (std::string_view(argv[i]) == "--shuffle")
      test.seed = std::strtoull(argv[i + 1], nullptr, 10);
    if (std::string_view(argv[i]) == "--only") test.only = argv[i + 1];
  }
  return test.run_all();
}
