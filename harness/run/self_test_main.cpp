// SPDX-License-Identifier: Apache-2.0
// The self-test: every scenario passes the correct reference peer, catches each fault it names and
// spares each oddity it names. Prints the table; exit status 1 when one does not hold.
// usage: tailrace_self_test SERVER CLIENT OUT_DIR [--shuffle SEED] [--only GLOB]...
//            [--except GLOB]... [--early TRIAL]... [--jobs N] [--serve yes] [--time-scale X]
//        tailrace_self_test --cells     prints the table of promises and runs nothing
//
// Trials mostly wait, so `--jobs` processes share them, each in a network of its own: ports,
// captures and counters of one are unseen by the others. What they share is two counters.
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <new>
#include <random>
#include <set>
#include <span>
#include <sstream>
#include <thread>

#include "harness/base/assert.h"
#include "harness/run/runner.h"
#include "harness/run/trial.h"
#include "suites/catalogue/embedded.h"
#include "suites/registry.h"

namespace tailrace {
namespace {

// The trials wait far longer than they compute: 64 at a time keep two cores at work, and all hold
// with both cores loaded beside. A sanitizer makes them compute.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kDefaultJobs = 8;
#else
constexpr int kDefaultJobs = 64;
#endif

// Trials that look for growth compute most of the while, two processes in turn: so many per core
// keep it at work, and more of them would starve the peers of those that wait.
constexpr int kGrowingPerCore = 6;

constexpr Millis kBetween{20};  // Two beginnings
constexpr Millis kNap{5}, kLateNap{10};
constexpr int kFewest = 12;
constexpr double kEarly = 0.5;  // Of all trials

struct Arguments {
  std::string server, client, out;
  Selection selection;
  std::optional<std::uint64_t> seed;
  std::set<std::string> early;  // "PEER SCENARIO" of what takes long: begun last, it is waited for.
  int jobs = kDefaultJobs;
  bool serve = false;  // Many scenarios in one process of the client.
};

// By the rows of the catalogue, in its order.
constexpr std::size_t kMostRows = 512;

struct Shared {
  std::atomic<std::size_t> next{0}, next_growing{0}, good{0}, bad{0};
  std::atomic<int> under_way{0};
  std::atomic<std::int64_t> turn{0};  // When the next trial may begin, in ns since boot.
  std::array<std::atomic<bool>, kMostRows> broken{};  // Rows that a fault was convicted by.
};

std::string told_file(const Arguments& arguments) {
  return arguments.out + "/harms.told";
}

std::string_view peer_of(const Trial& trial) {
  return trial.name.empty() ? "correct peer" : std::string_view(trial.name);
}

// What all processes work on; made once, before there are any.
class Plan {
 public:
  explicit Plan(const Arguments& arguments)
      : registry(suites::all_scenarios()), catalogue(*Catalogue::parse(catalogue_json())) {
    trials_ = in_order(arguments);
    const auto rest = std::ranges::stable_partition(trials_, std::identity{}, &Trial::growth);
    growth = std::span(trials_.begin(), rest.begin());
    others = rest;
  }
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  const Registry registry;
  const Catalogue catalogue;
  std::span<const Trial> growth, others;  // Those that look for growth, and the others.

 private:
  // As listed, or shuffled. What takes long comes in the first half, where it is not waited for at
  // the end; not all of it at once, since what looks for growth is long and computes.
  std::vector<Trial> in_order(const Arguments& arguments) const {
    auto trials = all_trials(registry, arguments.selection);
    std::mt19937_64 random(arguments.seed.value_or(0));
    std::uniform_real_distribution<double> anywhere(0, 1);
    std::multimap<double, Trial> placed;
    for (std::size_t i = 0; i < trials.size(); ++i) {
      const double as_listed = static_cast<double>(i) / static_cast<double>(trials.size());
      const double place = arguments.seed ? anywhere(random) : as_listed;
      const double share = is_long(arguments, trials[i]) ? kEarly : 1;
      placed.emplace(place * share, std::move(trials[i]));
    }
    std::vector<Trial> ordered;
    for (auto& [place, trial] : placed) ordered.push_back(std::move(trial));
    return ordered;
  }

  static bool is_long(const Arguments& arguments, const Trial& trial) {
    return std::ranges::any_of(trial.scenarios, [&](const std::string& id) {
      return arguments.early.contains(fmt::format("{} {}", peer_of(trial), id));
    });
  }

  std::vector<Trial> trials_;
};

class SelfTest {
 public:
  SelfTest(const Arguments& arguments, const Plan& plan, Setup& setup, Shared& shared)
      : arguments_(arguments), plan_(plan), setup_(setup), shared_(shared) {}

  // `growing`: those that look for growth come first; otherwise they are left to others.
  void take_trials(bool growing) {
    if (growing) take_trials(plan_.growth, shared_.next_growing, [] {});
    take_trials(plan_.others, shared_.next, [&] { wait_for_turn(); });
  }

 private:
  void take_trials(std::span<const Trial> trials, std::atomic<std::size_t>& next,
                   const std::function<void()>& wait) {
    for (;;) {
      wait();
      const std::size_t i = next++;
      if (i >= trials.size()) return;
      ++shared_.under_way;
      try_one(trials[i]);
      --shared_.under_way;
    }
  }

  // Trials compute when they begin, and mostly wait later: they begin one after the other. On a
  // machine that is busy, with them or with others, no more than a few are under way.
  void wait_for_turn() {
    for (;;) {
      std::int64_t turn = shared_.turn;
      std::int64_t mine = 0;
      do {
        mine = std::max(turn, mono_now().since_boot.count());
      } while (!shared_.turn.compare_exchange_weak(turn, mine + Nanos(kBetween).count()));
      const MonoTime at{Nanos(mine)};
      const Nanos left = at - mono_now() + kNap;
      ::poll(nullptr, 0, static_cast<int>(std::max<std::int64_t>(left / Millis(1), 0)));
      const bool late = mono_now() - at > kNap + kLateNap;
      if (!late || shared_.under_way < kFewest) break;
    }
  }

  void try_one(const Trial& trial) {
    RunOptions options = options_for(trial, arguments_.server, arguments_.client);
    options.shuffle_seed = arguments_.seed;
    options.manifest->serves |= arguments_.serve;
    options.out = fmt::format("{}/{}-{}-{}", arguments_.out, trial.number, name_of(trial.role),
                              trial.name.empty() ? "correct" : trial.name);
    const auto record = run(options, setup_, plan_.registry, plan_.catalogue, nullptr);
    if (!record) {
      print(fmt::format("BAD  {} {}: {}\n", name_of(trial.role), trial.name, record.error().what));
      ++shared_.bad;
      return;
    }
    for (const ScenarioResult& result : record->scenarios) tell(trial, result);
    if (record->scenarios.empty()) {
      print(fmt::format("BAD  {} {}: nothing was driven\n", name_of(trial.role), trial.name));
      ++shared_.bad;
    }
  }

  void tell(const Trial& trial, const ScenarioResult& result) {
    const auto scenario = std::ranges::find(plan_.registry, result.id, &Scenario::id);
    const bool good = holds(result, *scenario, trial.expected);
    ++(good ? shared_.good : shared_.bad);
    if (good && trial.expected == Expected::kCaught) {
      remember_rows(result);
      remember_harms(result);
    }
    // One line for each cell: of what is asked in both eras, the later one is named.
    const bool named = scenario->spec().era == Era::kBoth && result.revision == kStatelessRevision;
    const std::string asked = named ? result.id + "@" + result.revision : result.id;
    std::string text = fmt::format("{:<4} {:<6} {:<34} {:<58} {:<14} {} frames, {:.1f} s\n",
                                   good ? "ok" : "BAD", name_of(trial.expected),
                                   peer_of(trial), asked,
                                   name_of(result.verdict), result.frames, result.ms / 1000);
    std::string why = result.reason;
    if (!result.findings.empty()) why = result.findings.front().observed;
    if (!good) text += fmt::format("       {} {}: {}\n", result.revision, result.mode, why);
    print(text);
  }

  void remember_rows(const ScenarioResult& result) {
    const auto& rows = plan_.catalogue.rows();
    TAILRACE_ASSERT(rows.size() <= kMostRows);
    for (std::size_t row = 0; row < rows.size(); ++row) {
      for (const Finding& finding : result.findings) {
        const auto& broken = finding.requirements;
        if (std::find(broken.begin(), broken.end(), rows[row].id) == broken.end()) continue;
        shared_.broken[row] = true;
      }
    }
  }

  // By all processes into one file, a write each.
  void remember_harms(const ScenarioResult& result) {
    std::string lines;
    for (const Finding& finding : result.findings) {
      if (!finding.harm.empty()) lines += fmt::format("{} {}\n", finding.harm, result.id);
    }
    std::ofstream(told_file(arguments_), std::ios::app) << lines << std::flush;
  }

  // One write, so that lines of several processes do not mix.
  static void print(const std::string& text) {
    const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
    TAILRACE_ASSERT(written == static_cast<ssize_t>(text.size()));
  }

  const Arguments& arguments_;
  const Plan& plan_;
  Setup& setup_;
  Shared& shared_;
};

// One process that takes trials, in a network of its own and a session of its own: where the
// scheduler shares a machine among sessions (autogroups), all workers would have one share of it,
// and each peer as much as they together. It ends with its parent all the same.
int be_worker(const Arguments& arguments, const Plan& plan, Shared& shared, bool growing) {
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  RunOptions ours;
  ours.manifest = manifest_for_command(Side::kServer, {arguments.server});
  auto setup = prepare_process(ours);
  if (!setup) {
    fmt::print(stderr, "{}\n", setup.error().what);
    return kExitUnusable;
  }
  SelfTest(arguments, plan, *setup, shared).take_trials(growing);
  return kExitClean;
}

// Rules that scenarios cite and that no fault broke: they would hold whatever a peer did. The rows
// of a rule say the same in different revisions, and the peers speak one: one row stands for all.
std::size_t print_unbroken(const Plan& plan, const Shared& shared) {
  std::set<std::string_view> broken;
  for (std::size_t row = 0; row < plan.catalogue.rows().size(); ++row) {
    if (shared.broken[row]) broken.insert(plan.catalogue.rows()[row].id);
  }
  std::set<std::string> lines;
  for (const Scenario& scenario : plan.registry) {
    for (const Rule& rule : scenario.spec().covers) {
      const bool seen = std::any_of(rule.begin(), rule.end(), [&](const Requirement& requirement) {
        return broken.contains(requirement.id);
      });
      if (!seen) lines.insert(fmt::format("BAD  {}: covered, and no fault breaks it\n",
                                          rule.front().id));
    }
  }
  for (const std::string& line : lines) fmt::print("{}", line);
  return lines.size();
}

std::set<std::string> lines_of(std::istream& in) {
  std::set<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.insert(line);
  return lines;
}

std::set<std::string> harms_of(const std::set<std::string>& lines) {
  std::set<std::string> harms;
  for (const std::string& line : lines) harms.insert(line.substr(0, line.find(' ')));
  return harms;
}

// Which scenarios told which harm, as a file to be kept, and where that differs from the one which
// is: `explain` names them. True: a harm is told by no scenario any more, or by the first. Which of
// several scenarios meets a harm can hang on how fast the host is: that is said alone.
bool print_harms(const Arguments& arguments) {
  std::ifstream in(told_file(arguments));
  const std::set<std::string> told = lines_of(in);
  std::ofstream out(arguments.out + "/harms.txt");
  for (const std::string& line : told) out << line << '\n';
  std::istringstream golden{std::string(told_harms())};
  const std::set<std::string> kept = lines_of(golden);
  std::vector<std::string> other;
  std::ranges::set_symmetric_difference(told, kept, std::back_inserter(other));
  const bool is_bad = harms_of(told) != harms_of(kept);
  for (const std::string& line : other) {
    fmt::print("{}  {}: {} suites/catalogue/harms.txt\n", is_bad ? "BAD" : "note", line,
               kept.contains(line) ? "told by no fault, but in" : "told, but not in");
  }
  return is_bad;
}

int run_all(const Arguments& arguments) {
  void* page = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                      -1, 0);
  TAILRACE_ASSERT(page != MAP_FAILED);
  static_cast<void>(std::remove(told_file(arguments).c_str()));
  auto& shared = *new (page) Shared;
  const Plan plan(arguments);
  const auto cores = static_cast<int>(std::thread::hardware_concurrency());
  const int growing = kGrowingPerCore * std::max(cores, 1);
  for (int job = 0; job < arguments.jobs; ++job) {
    const pid_t pid = ::fork();
    TAILRACE_ASSERT(pid >= 0);
    if (pid == 0) std::exit(be_worker(arguments, plan, shared, job < growing));
  }
  std::size_t lost = 0;
  for (int status = 0; ::wait(&status) > 0;) lost += status != 0;
  fmt::print("self-test: {} of {} hold\n", shared.good.load(), shared.good + shared.bad);
  if (lost > 0) fmt::print("self-test: {} of its own processes failed\n", lost);
  if (arguments.selection.is_all()) {
    const bool harms_differ = print_harms(arguments);
    if (print_unbroken(plan, shared) > 0 || harms_differ) return 1;
  }
  return shared.bad == 0 && shared.good > 0 && lost == 0 ? 0 : 1;
}

// What the scenarios promise of the reference peers, one line a cell, sorted: a golden file, so
// that a promise that goes away is seen in review.
void print_cells() {
  std::set<std::string> lines;
  for (const Trial& trial : all_trials(suites::all_scenarios(), {})) {
    for (const std::string& id : trial.scenarios) {
      lines.insert(fmt::format("{} {} {} {}\n", name_of(trial.role), id, name_of(trial.expected),
                               trial.name.empty() ? "correct_peer" : trial.name));
    }
  }
  for (const std::string& line : lines) fmt::print("{}", line);
}

// False: no such option.
bool take_option(std::string_view option, const char* value, Arguments& arguments) {
  if (option == "--shuffle") {
    arguments.seed = std::strtoull(value, nullptr, 10);
  } else if (option == "--time-scale") {
    set_time_scale(std::clamp(std::atof(value), 1.0, 100.0));
  } else if (option == "--early") {
    arguments.early.emplace(value);
  } else if (option == "--only") {
    arguments.selection.only.emplace_back(value);
  } else if (option == "--except") {
    arguments.selection.except.emplace_back(value);
  } else if (option == "--serve") {
    arguments.serve = std::string_view(value) == "yes";
  } else if (option == "--jobs") {
    arguments.jobs = std::clamp(std::atoi(value), 1, 128);
  } else {
    return false;
  }
  return true;
}

int usage() {
  fmt::print(stderr,
             "usage: tailrace_self_test SERVER CLIENT OUT_DIR [--shuffle SEED] [--only GLOB]... "
             "[--except GLOB]... [--early TRIAL]... [--jobs N] [--serve yes] [--time-scale X]\n");
  return kExitUnusable;
}

}  // namespace
}  // namespace tailrace

int main(int argc, char** argv) {
  using namespace tailrace;
  ::signal(SIGPIPE, SIG_IGN);
  if (argc == 2 && std::string_view(argv[1]) == "--cells") {
    print_cells();
    return kExitClean;
  }
  if (argc < 4 || argc % 2 != 0) return usage();
  Arguments arguments;
  arguments.server = argv[1];
  arguments.client = argv[2];
  arguments.out = argv[3];
  for (int i = 4; i + 1 < argc; i += 2) {
    if (!take_option(argv[i], argv[i + 1], arguments)) return usage();
  }
  return run_all(arguments);
}
