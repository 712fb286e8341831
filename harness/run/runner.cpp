// SPDX-License-Identifier: Apache-2.0
#include "harness/run/runner.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <filesystem>
#include <mutex>
#include <thread>

#include "harness/base/version.h"
#include "harness/capture/live_capture.h"
#include "harness/run/judge_run.h"
#include "harness/run/worker.h"
#include "harness/wire/escape.h"
#include "harness/wire/http_head.h"

namespace tailrace {
namespace {

constexpr int kMostJobs = 64;

std::string utc_now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

// "HOST:PORT:ADDRESS", as curl takes it. One that names another host judges another one.
Result<std::string> address_for(const RunOptions& options) {
  const std::string wanted = options.url->host + ":" + std::to_string(options.url->port) + ":";
  std::optional<std::string> address;
  for (const std::string& entry : options.resolve) {
    if (lower_case(entry.substr(0, wanted.size())) != wanted) {
      return trouble("--resolve '" + entry + "' is not of this run's host: it begins with '" +
                     wanted + "'");
    }
    if (!address) address = entry.substr(wanted.size());
  }
  return address.value_or(options.url->host);
}

Result<std::vector<Endpoint>> addresses_of(const RunOptions& options) {
  if (!options.url) return std::vector<Endpoint>{};
  const auto address = address_for(options);
  if (!address) return std::unexpected(address.error());
  return resolve(*address, options.url->port);
}

// The interface that sees our packets: the loopback unless a URL leads elsewhere.
std::string interface_for(const std::vector<Endpoint>& addresses) {
  const bool elsewhere = std::any_of(addresses.begin(), addresses.end(),
                                     [](const Endpoint& e) { return !e.is_loopback(); });
  return elsewhere ? "any" : "lo";
}

RunRecord about_run(const RunOptions& options, const Setup& setup, const Vault& vault) {
  RunRecord about;
  about.tool_version = version();
  about.role = name_of(options.under_test);
  if (options.manifest) {
    about.name = options.manifest->name;
    about.version = options.manifest->version;
  }
  about.source = vault.mask(options.source);
  about.options = vault.mask(options.again);
  about.profile = options.safe ? "safe" : "full";
  about.network = setup.own_network ? "own" : "host";
  about.started = utc_now();
  if (options.shard.count > 1) {
    about.shards = {fmt::format("{}/{}", options.shard.index, options.shard.count)};
  }
  if (options.shuffle_seed) about.seed = std::to_string(*options.shuffle_seed);
  return about;
}

// What declined before the first that wanted the client, which could not be started.
void forget_scenarios(const RunFolder& folder) {
  std::error_code failure;
  std::filesystem::remove_all(folder.file("histories"), failure);
  std::filesystem::remove(folder.file("runs.jsonl"), failure);
}

class Run {
 public:
  Run(const RunOptions& options, Setup& setup, const Registry& registry, const Catalogue& catalogue,
      RunFolder& folder, std::vector<Endpoint> addresses,
      const std::function<void(const Progress&)>& tell)
      : options_(options),
        setup_(setup),
        registry_(registry),
        catalogue_(catalogue),
        folder_(folder),
        pace_(options.safe ? kSafePace : kFullPace),
        tell_(tell),
        context_{
            options_,
            setup_,
            network_,
            vault_,
            pace_,
            attempts_,
            folder_,
            std::move(addresses),
            options.budget.count() > 0 ? mono_now() + options.budget : MonoTime{Nanos::max()}} {
    for (const HttpHeader& header : options.headers) protect(header.value);
    for (const std::string& secret : options.secrets) protect(secret);
  }

  // Also as a shell has it between quotes of either form, which is how commands are told.
  void protect(const std::string& secret) {
    vault_.protect(secret);
    for (const std::string& spelling : {in_quotes(secret), in_ansi_quotes(secret)}) {
      if (spelling != secret) vault_.protect(spelling);
    }
  }

  Result<RunRecord> go(const Baseline& baseline) {
    const MonoTime begun = mono_now();
    about_ = about_run(options_, setup_, vault_);
    start_capture();
    if (auto kept = folder_.write_run(about_, outcome_, 0); !kept) {
      return std::unexpected(kept.error());
    }
    if (auto driven = drive_all(); !driven) {
      stop_capture();
      const bool is_client = options_.under_test == Side::kClient;
      if (is_client && !context_.has_met_client) forget_scenarios(folder_);
      return std::unexpected(driven.error());
    }
    stop_capture();
    about_.ms = static_cast<double>((mono_now() - begun).count()) / 1e6;
    if (auto kept = folder_.write_run(about_, outcome_, driven_); !kept) {
      return std::unexpected(kept.error());
    }
    // What the scenarios held lies free in the arenas of threads that judging does not use: 20 MB.
    ::malloc_trim(0);
    auto record = judge_run(folder_, registry_, catalogue_, baseline);
    if (!record) return record;
    if (auto kept = save_run_record(*record, folder_.path()); !kept) {
      return std::unexpected(kept.error());
    }
    return record;
  }

 private:
  void start_capture() {
    CaptureOptions options;
    options.interface = interface_for(context_.addresses);
    options.file = folder_.file("capture.pcap");
    options.cut_payload = !options_.keep_pcap;
    if (options_.url) options.filter = "tcp port " + std::to_string(options_.url->port);
    auto started = LiveCapture::start(options);
    outcome_.required = options_.require_packets;
    if (started) {
      capture_ = std::move(*started);
      about_.packets = "captured";
    } else {
      outcome_.why_none = started.error().what;
      if (!setup_.why_host_network.empty()) {
        outcome_.why_none += "; " + setup_.why_host_network;
      }
      about_.packets = outcome_.why_none;
    }
  }

  void stop_capture() {
    if (!capture_) return;
    const auto counts = capture_->stop();
    capture_.reset();
    if (!counts) {
      about_.packets = outcome_.why_none = counts.error().what;
      return;
    }
    outcome_.written = counts->written;
    outcome_.dropped = counts->dropped_by_kernel + counts->dropped_by_interface;
    outcome_.marker_seen = counts->marker_seen;
  }

  Status drive_all() {
    auto revisions = options_.revisions;
    Worker first(context_);
    if (options_.under_test == Side::kClient) {
      if (revisions.empty()) {
        revisions = {"auto"};
        if (options_.manifest->stateless) revisions.emplace_back(kStatelessRevision);
      }
    } else if (revisions.empty()) {
      const auto spoken = first.probe(options_.modes.empty() ? "default" : options_.modes.front());
      if (!spoken) return std::unexpected(spoken.error());
      revisions = *spoken;
      if (revisions.empty()) revisions = {std::string(kNewestRevision)};
    }
    auto plan = make_plan(options_, registry_, revisions);
    if (!plan) return std::unexpected(plan.error());
    about_.not_asked = plan->not_asked;
    const auto exclusive =
        std::find_if(plan->runs.begin(), plan->runs.end(),
                     [](const PlannedRun& run) { return run.scenario->spec().exclusive; });
    planned_ = plan->runs.size();
    if (auto kept = folder_.write_run(about_, outcome_, planned_); !kept) return kept;
    if (auto good = drive_shared({plan->runs.begin(), exclusive}, first); !good) return good;
    return drive_some({exclusive, plan->runs.end()}, first);
  }

  Status drive_shared(const std::vector<PlannedRun>& runs, Worker& first) {
    const auto wanted = static_cast<std::size_t>(std::clamp(jobs_of(options_), 1, kMostJobs));
    const std::size_t jobs = std::min(wanted, runs.size());
    if (jobs <= 1) return drive_some(runs, first);
    std::atomic<std::size_t> next{0};
    std::vector<Status> ended(jobs);
    std::vector<std::thread> threads;
    for (std::size_t job = 0; job < jobs; ++job) {
      threads.emplace_back([&, job] {
        try {
          Worker own(context_);
          Worker& worker = job == 0 ? first : own;
          for (std::size_t i; ended[job] && (i = next++) < runs.size();) {
            ended[job] = drive_one(runs[i], worker);
          }
        } catch (const std::exception& without) {  // Memory, or a descriptor: no thread's end.
          ended[job] = trouble(without.what());
        }
      });
    }
    for (auto& thread : threads) thread.join();
    const auto bad = std::find_if(ended.begin(), ended.end(), [](const auto& s) { return !s; });
    return bad == ended.end() ? Status{} : *bad;
  }

  Status drive_some(const std::vector<PlannedRun>& runs, Worker& worker) {
    for (const PlannedRun& run : runs) {
      if (auto driven = drive_one(run, worker); !driven) return driven;
    }
    return {};
  }

  Status drive_one(const PlannedRun& run, Worker& worker) {
    if (mono_now() >= context_.over_at) {
      const std::scoped_lock lock(mutex_);
      about_.not_asked.push_back(std::string(run.scenario->id()) + ": the budget was used up");
      return {};
    }
    tell_progress(run);
    auto driven = worker.drive(run);
    ++done_;
    if (driven) ++driven_;
    return driven;
  }

  void tell_progress(const PlannedRun& run) {
    if (!tell_) return;
    const std::scoped_lock lock(mutex_);
    tell_({done_, planned_, std::string(run.scenario->id())});
  }

  const RunOptions& options_;
  Setup& setup_;
  const Registry& registry_;
  const Catalogue& catalogue_;
  RunFolder& folder_;
  Vault vault_;
  Network network_;
  Pace pace_;
  Attempts attempts_;
  const std::function<void(const Progress&)>& tell_;
  RunContext context_;
  RunRecord about_;
  CaptureOutcome outcome_;
  std::unique_ptr<LiveCapture> capture_;
  std::mutex mutex_;
  std::atomic<std::size_t> done_{0}, driven_{0};
  std::size_t planned_ = 0;
};

}  // namespace

Result<RunRecord> run(const RunOptions& options, Setup& setup, const Registry& registry,
                      const Catalogue& catalogue,
                      const std::function<void(const Progress&)>& tell) {
  Baseline baseline;
  if (!options.baseline_file.empty()) {
    auto loaded = load_baseline(options.baseline_file);
    if (!loaded) return std::unexpected(loaded.error());
    baseline = std::move(*loaded);
  }
  // A word of --only that selects nothing is said before anything is started.
  if (auto plan = make_plan(options, registry, {std::string(kNewestRevision)}); !plan) {
    return std::unexpected(plan.error());
  }
  auto addresses = addresses_of(options);
  if (!addresses) return std::unexpected(addresses.error());
  auto folder = RunFolder::create(options.out);
  if (!folder) return std::unexpected(folder.error());
  auto record = Run(options, setup, registry, catalogue, *folder, std::move(*addresses), tell)
                    .go(baseline);
  if (!record) folder->discard();
  return record;
}

}  // namespace tailrace
