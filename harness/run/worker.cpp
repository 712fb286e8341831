// SPDX-License-Identifier: Apache-2.0
#include "harness/run/worker.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "harness/judge/notices.h"
#include "harness/judge/session.h"
#include "harness/judge/stopping.h"
#include "harness/record/marks.h"
#include "harness/run/client_watch.h"
#include "harness/sut/last_words.h"
#include "harness/sut/memory_search.h"
#include "harness/sut/process_watch.h"

namespace tailrace {
namespace {

// A crash shows at our socket before the supervisor's notice of it is read.
constexpr Millis kExitNotice{300};
// Of a client that reads its input no more: its end, if that is why.
constexpr Deadline kLateEnd{"late_end", Millis(2000)};

AllowedTools allowed_tools(const RunOptions& options) {
  AllowedTools tools = options.tools;
  if (!options.manifest) return tools;
  const auto& listed = options.manifest->tools;
  for (const ToolKind& kind : kToolKinds) {
    const auto known = listed.find(std::string(kind.key));
    auto& tool = tools.*kind.tool;
    if (!tool && known != listed.end()) tool = {known->second.name, known->second.arguments};
  }
  return tools;
}

bool looks_like_a_crash(const Timeline& timeline) {
  const bool broken_off = std::ranges::any_of(timeline.exchanges, [](const Exchange& exchange) {
    return exchange.end == BodyEnd::kCut || exchange.end == BodyEnd::kReset;
  });
  return broken_off || !timeline.refused.empty();
}

// Whether the server may be hurt: a wait ran out, a call has no answer, a connection broke off. The
// next scenario then gets an instance of its own, so that it is not blamed for this one.
bool leaves_doubt(const Timeline& timeline) {
  const bool unanswered = std::any_of(
      timeline.exchanges.begin(), timeline.exchanges.end(),
      [](const Exchange& exchange) { return exchange.is_post() && !exchange.response; });
  // One that was told to stop may not have been seen to end yet.
  return unanswered || !timeline.deadlines.empty() || looks_like_a_crash(timeline) ||
         timeline.mark(kMarkStop).has_value();
}

// The client neither came nor said a word while a script waited for it to its end.
bool showed_nothing_in_time(const Timeline& timeline) {
  return !timeline.deadlines.empty() && timeline.connections.empty() && timeline.lines.empty();
}

// None: the process is gone, or we lack the right to look.
std::optional<ProcessSampled> sample_of(pid_t pid) {
  auto sample = sample_tree(pid);
  return sample ? std::optional(std::move(*sample)) : std::nullopt;
}

}  // namespace

Worker::~Worker() {
  stop_server();
  stop_serving_client();
}

void Worker::keep_output(const std::string& output) {
  printed_ = context_.vault.mask(output);
  context_.folder.keep_output(printed_);
}

void Worker::stop_server() {
  if (!server_) return;
  keep_output(server_->output());
  server_.reset();
}

bool Worker::is_served(const Scenario& scenario) const {
  return scenario.under_test() == Side::kClient && context_.options.manifest->serves &&
         !scenario.spec().exclusive;
}

void Worker::note_late_end(const ProcessEnded& how) {
  if (last_served_) last_served_->append(ProcessEndedLate{how});
}

// `patience`: with one that is about to end by itself.
void Worker::stop_serving_client(Millis patience) {
  if (!serving_) return;
  if (const auto status = serving_->crashed_late(mono_now() + patience)) {
    note_late_end({status->code, status->signal, false,
                   context_.vault.mask(last_words(serving_->output()))});
  }
  serving_->stop();
  keep_output(serving_->output());
  serving_.reset();
}

// Trouble of one scenario where others had a client, else of the run: told once, not by each.
Status Worker::not_started(const Error& why) {
  if (!context_.has_had_client) cannot_start_ = why;
  return std::unexpected(why);
}

// What crashed, hangs or said more than it should is replaced: the next scenario is not blamed.
Status Worker::ensure_serving_client(const std::string& mode) {
  if (serving_ && serving_->mode() == mode && serving_->is_ready()) return {};
  stop_serving_client();
  auto started = ServingClient::start(*context_.setup.supervisor, *context_.options.manifest, mode,
                                      context_.vault);
  if (!started) return not_started(started.error());
  context_.has_had_client = true;
  serving_ = std::move(*started);
  return {};
}

Status Worker::ensure_server(const std::string& mode) {
  if (context_.options.url) return {};
  if (server_ && server_mode_ == mode && !server_->exit()) return {};
  stop_server();
  auto started = ServerProcess::start(*context_.setup.supervisor, *context_.options.manifest, mode);
  if (!started) return std::unexpected(started.error());
  server_ = std::move(*started);
  server_mode_ = mode;
  warm_until_ = mono_now() + stretched(context_.options.manifest->ready);
  return {};
}

ServerTarget Worker::target() const {
  const RunOptions& options = context_.options;
  ServerTarget target;
  target.headers = options.headers;
  if (options.url) {
    target.host = options.url->authority();
    target.target = options.url->target;
    target.addresses = context_.addresses;
    target.tls = {options.url->https, options.url->host, options.ca_file};
  } else {
    target.host = server_->endpoint().text();
    target.target = options.manifest->endpoint;
    target.addresses = {server_->endpoint()};
  }
  return target;
}

ClientSettings Worker::client_settings(const std::string& revision) {
  ClientSettings settings;
  settings.server = target();
  settings.tools = allowed_tools(context_.options);
  settings.revision = revision;
  settings.pace = &context_.pace;
  settings.attempts = &context_.attempts;
  settings.mode = server_mode_;
  settings.own_network = context_.setup.own_network;
  settings.queue = [this](const Endpoint& server, const Endpoint& client) {
    return sockets_.look(server, client);
  };
  if (server_) {
    settings.times = context_.options.manifest->times;
    settings.warm_until = warm_until_;
    settings.cure = [this](const Endpoint& client) {
      return set_accepted_no_delay(*server_, client);
    };
    settings.sample = [this] { return sample_of(server_->pid()); };
    settings.search = [this](const std::string& prefix, int below) {
      return search_memory(server_->pid(), prefix, below);
    };
    settings.stop = [this] {
      const ExitStatus status = server_->stop({kStops.name, stretched(kStops.limit)});
      return ProcessEnded{status.code, status.signal, true};
    };
  }
  return settings;
}

Status Worker::drive(const PlannedRun& run) {
  const Scenario& scenario = *run.scenario;
  if (scenario.under_test() == Side::kServer) {
    if (auto ready = ensure_server(run.mode); !ready) return ready;
  }
  DrivenScenario driven{std::string(scenario.id()), run.revision, run.mode, "", run.repeat, 0};
  driven.history = RunFolder::history_name(driven);
  const MonoTime begun = mono_now();
  if (auto kept = context_.folder.add(sample_clocks()); !kept) return kept;
  auto history = attempt(run, driven.history);
  if (history && doubtful_end_) history = attempt_anew(run, driven.history);
  if (!history) return std::unexpected(history.error());
  if (cannot_start_) return std::unexpected(*cannot_start_);
  if (scenario.under_test() == Side::kClient) {
    if (auto met = meet(**history); !met) return met;
  }
  if (scenario.under_test() == Side::kServer && (*history)->read(leaves_doubt)) stop_server();
  driven.ms = static_cast<double>((mono_now() - begun).count()) / 1e6;
  if (auto kept = context_.folder.add(sample_clocks()); !kept) return kept;
  if (auto written = (*history)->written(); !written) return written;
  if (is_served(scenario)) last_served_ = std::move(*history);
  return context_.folder.add(driven);
}

// A client that ends by itself before it connects, each time, is told once, not by each scenario.
Status Worker::meet(const History& history) {
  constexpr int kNoAccident = 4;
  if (context_.has_met_client) return {};
  const auto [came, left] = history.read([](const Timeline& timeline) {
    const auto& ended = timeline.process_ended;
    return std::pair(!timeline.connections.empty(), ended && !ended->what.asked);
  });
  if (came) context_.has_met_client = true;
  if (came || !left || ++context_.strangers < kNoAccident) return {};
  return trouble("the client ended before it connected, in all of the first scenarios; " +
                 tail_of(printed_));
}

Result<std::unique_ptr<History>> Worker::attempt(const PlannedRun& run, const std::string& name) {
  auto history = History::create(context_.folder.file(name));
  if (!history) return history;
  doubtful_end_.reset();
  try {
    if (run.scenario->under_test() == Side::kServer) {
      drive_server(*run.scenario, run, **history);
    } else {
      drive_client(*run.scenario, run, **history);
    }
  } catch (const ScriptStopped&) {
    // Why is in the history.
  }
  context_.network.quiesce(**history);
  return history;
}

// By a fresh process: what it survives was the end of the scenario before.
Result<std::unique_ptr<History>> Worker::attempt_anew(const PlannedRun& run,
                                                      const std::string& name) {
  const ProcessEnded first = *doubtful_end_;
  if (auto kept = context_.folder.set_aside(name); !kept) return std::unexpected(kept.error());
  auto history = attempt(run, name);
  if (history && serving_) note_late_end(first);
  return history;
}

void Worker::drive_server(const Scenario& scenario, const PlannedRun& run, History& history) {
  ClientDriver driver(context_.network, context_.vault, history, client_settings(run.revision));
  driver.give_up_at(std::min(mono_now() + stretched(kScenarioLimit.limit), context_.over_at));
  const int told = told_notices(context_.options);
  if (told > 0) driver.mark(kNoticesOfACall, std::to_string(told));
  try {
    std::get<DriveAgainstServer>(scenario.spec().drive)(driver);
    driver.close_all();
  } catch (const ScriptStopped&) {
    note_server_end(history);
    throw;
  }
  note_server_end(history);
}

void Worker::note_server_end(History& history) {
  const bool told = history.read([](const Timeline& t) { return t.process_ended.has_value(); });
  if (!server_ || told) return;
  auto status = server_->exit();
  if (!status && history.read(looks_like_a_crash)) status = server_->wait_exit(kExitNotice);
  if (!status) return;
  history.append(ProcessEnded{status->code, status->signal, false,
                              context_.vault.mask(server_->last_words())});
}

ServerSettings Worker::server_settings(const Scenario& scenario, const PlannedRun& run) const {
  const Manifest& manifest = *context_.options.manifest;
  ServerSettings settings;
  settings.scenario = std::string(scenario.id());
  settings.revision = run.revision == "auto" ? "" : run.revision;
  settings.contract = manifest.counts_calls ? ClientContract::kCalls : ClientContract::kConformance;
  settings.call_limit = manifest.call_limit;
  settings.closes = manifest.closes;
  settings.parallel = manifest.parallel;
  settings.large = manifest.large;
  return settings;
}

// Whatever becomes of the script, its client is ended.
void Worker::run_script(const Scenario& scenario, ServerSettings settings, History& history,
                        const std::function<void()>& end_client) {
  ServerDriver driver(context_.network, context_.vault, history, std::move(settings));
  driver.give_up_at(std::min(mono_now() + stretched(kScenarioLimit.limit), context_.over_at));
  try {
    std::get<DriveAgainstClient>(scenario.spec().drive)(driver);
  } catch (const ScriptStopped&) {
    end_client();
    throw;
  }
  end_client();
}

void Worker::drive_client(const Scenario& scenario, const PlannedRun& run, History& history) {
  const Manifest& manifest = *context_.options.manifest;
  if (scenario.spec().growth) return drive_sessions(scenario, run, history);
  if (is_served(scenario)) return drive_serving_client(scenario, run, history);
  std::unique_ptr<ClientProcess> client;
  std::atomic<bool> asked{false};  // To stop, by us.
  std::optional<ClientWatch> watch;
  ServerSettings settings = server_settings(scenario, run);
  settings.start_client = [&](const std::string& url, const Environment& environment) -> Status {
    auto started = ClientProcess::start(
        *context_.setup.supervisor, manifest, run.mode, url, environment,
        [&](const auto& line) { history.hear(context_.vault.mask(line)); });
    if (!started) return not_started(started.error());
    context_.has_had_client = true;
    client = std::move(*started);
    watch.emplace(*client, [&](const ExitStatus& status) {
      const std::string printed = asked ? "" : context_.vault.mask(last_words(client->output()));
      history.append(ProcessEnded{status.code, status.signal, asked, printed});
    });
    return {};
  };
  const auto end_client = [&] {
    if (!client) return;
    asked = true;
    client->stop();
    watch.reset();
    keep_output(client->output());
    client.reset();
  };
  run_script(scenario, std::move(settings), history, end_client);
}

// The same by a process that had other scenarios before.
void Worker::drive_serving_client(const Scenario& scenario, const PlannedRun& run,
                                  History& history) {
  ServerSettings settings = server_settings(scenario, run);
  settings.start_client = [&](const std::string& url, const Environment& environment) -> Status {
    if (auto ready = ensure_serving_client(run.mode); !ready) return ready;
    if (serving_->take(url, environment, history)) return {};
    // It had closed its input, and its end is on the way: that of the scenario before.
    stop_serving_client(stretched(kLateEnd.limit));
    if (auto ready = ensure_serving_client(run.mode); !ready) return ready;
    return serving_->take(url, environment, history);
  };
  const auto end_client = [&] {
    if (!serving_) return;
    if (serving_->is_done()) return serving_->release();
    const bool had_others = serving_->taken() > 1;
    stop_serving_client();
    const auto end = history.read([](const Timeline& t) { return t.process_ended; });
    const bool gave_up_asking = history.read(showed_nothing_in_time);
    if (had_others && end && (!end->what.asked || gave_up_asking)) doubtful_end_ = end->what;
  };
  run_script(scenario, std::move(settings), history, end_client);
}

// Many sessions in a process of the scenario's own, which is looked at.
void Worker::drive_sessions(const Scenario& scenario, const PlannedRun& run, History& history) {
  std::unique_ptr<ServingClient> client;
  ServerSettings settings = server_settings(scenario, run);
  settings.start_client = [&](const std::string& url, const Environment& environment) -> Status {
    if (!client) {
      auto started = ServingClient::start(*context_.setup.supervisor, *context_.options.manifest,
                                          run.mode, context_.vault);
      if (!started) return not_started(started.error());
      context_.has_had_client = true;
      client = std::move(*started);
    }
    return client->take_session(url, environment, history);
  };
  if (context_.options.manifest->serves) {
    settings.sample = [&] { return client ? sample_of(client->pid()) : std::nullopt; };
  }
  const auto end_client = [&] {
    if (!client) return;
    client->stop();
    keep_output(client->output());
    client.reset();
  };
  run_script(scenario, std::move(settings), history, end_client);
}

}  // namespace tailrace
