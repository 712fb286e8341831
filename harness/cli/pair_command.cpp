// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "harness/base/file.h"
#include "harness/cli/capture_record.h"
#include "harness/cli/capture_scenarios.h"
#include "harness/cli/commands.h"
#include "harness/cli/explain_capture.h"
#include "harness/cli/interrupt_note.h"
#include "harness/cli/pair_report.h"
#include "harness/cli/pcap_console.h"
#include "harness/cli/pcap_json.h"
#include "harness/cli/print_report.h"
#include "harness/run/judge_capture.h"
#include "harness/sut/process_output.h"

namespace tailrace {
namespace {

namespace fs = std::filesystem;

// The files of a pair: kept where --out says, else gone with this.
class PairFiles {
 public:
  explicit PairFiles(const std::string& out) : kept_(!out.empty()), path_(out) {
    if (kept_) return;
    std::error_code failure;
    std::string name = (fs::temp_directory_path(failure) / "tailrace-pair.XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~PairFiles() {
    std::error_code ignored;
    if (!kept_ && !path_.empty()) fs::remove_all(path_, ignored);
  }
  PairFiles(const PairFiles&) = delete;
  PairFiles& operator=(const PairFiles&) = delete;
  bool kept() const { return kept_; }
  const std::string& path() const { return path_; }
  // For who is interrupted.
  std::string in_words() const {
    return kept_ ? "; what was captured so far: tailrace pcap " + path_ + "/capture.pcap" : "";
  }
  std::vector<std::string> temporary() const {
    if (kept_) return {};
    return {path_ + "/capture.pcap", path_ + "/cured.pcap", path_ + "/histories", path_};
  }

 private:
  bool kept_;
  std::string path_;
};

// Beside what was seen, a record that every report tells.
Status keep(const RunFolder& folder, const PairOutcome& outcome, const CaptureReport& report,
            const Json& json) {
  const std::pair<const char*, std::string> files[] = {
      {"server.txt", outcome.server_output},
      {"client.txt", outcome.client_output},
      {"pair.json", to_pretty_text(json)}};
  for (const auto& [name, text] : files) {
    if (auto written = replace_whole(folder.file(name), text); !written) return written;
  }
  RunRecord record = record_of({report});
  record.capture = json;
  return save_run_record(record, folder.path());
}

std::string over_limit(const PairOptions& options) {
  return fmt::format("had not ended within {} s (--client-limit)", options.limit.count() / 1000);
}

void add_notes(CaptureReport& report, const PairOptions& options, const PairOutcome& outcome) {
  if (outcome.server_exit) {
    report.notes.push_back("the server ended by itself" + how_ended(outcome.server_exit));
  }
  if (!outcome.client_exit) {
    report.notes.push_back("the client " + over_limit(options));
  } else if (outcome.client_exit->code != 0) {
    report.notes.push_back("the client did not end with status 0" +
                           how_ended(outcome.client_exit) + ": see what it printed");
  }
  if (!outcome.capture.marker_seen) {
    report.notes.push_back("the end of the capture was not confirmed: packets may be missing");
  }
  report.dropped += outcome.capture.dropped;
}

int pair_status(const CaptureReport& report, const PairOutcome& outcome) {
  const int status = status_of(report);
  if (status != kExitClean) return status;
  const bool failed = outcome.server_exit && outcome.server_exit->code != 0;
  const bool seen =
      outcome.client_exit && !failed && outcome.capture.marker_seen && report.dropped == 0;
  return seen ? kExitClean : kExitInconclusive;
}

// What the second capture says of the calls with the cure in place.
Status measure_cure(PairOutcome& outcome) {
  if (!outcome.cure) return {};
  PairCure& cure = *outcome.cure;
  AnalysisOptions options;
  options.server = outcome.server;
  const auto report = explain_capture({cure.capture_file}, "", options);
  if (!report) return std::unexpected(report.error());
  count_cured(account_of(*report, outcome), cure);
  return {};
}

}  // namespace

int pair_command(const CommandLine& line, const Registry& registry, const Catalogue& catalogue) {
  RunOptions ours;
  ours.manifest = line.pair.server;
  ours.network = line.pair.network;
  auto setup = prepare_process(ours);
  if (!setup) return complain(setup.error().what);
  if (!setup->why_host_network.empty()) {
    fmt::print(stderr, "tailrace: {}; running in the host's network\n", setup->why_host_network);
  }
  const PairFiles files(line.run.out);
  if (files.path().empty()) return complain("no temporary folder can be made");
  auto folder = RunFolder::create(files.path());
  if (!folder) return complain(folder.error().what);
  const InterruptNote note(files.in_words(), files.temporary());
  auto outcome = run_pair(line.pair, *setup, *folder);
  if (!outcome) {
    folder->discard();  // The next attempt may have its name.
    return complain(outcome.error().what);
  }
  AnalysisOptions options;
  options.server = outcome->server;
  auto judge = CaptureJudge::make(registry, catalogue, {});
  if (!judge) return complain(judge.error().what);
  options.also = &*judge;
  auto report = explain_capture({outcome->capture_file}, "", options);
  if (!report) return complain(report.error().what);
  if (report->exchange_count == 0) {
    folder->discard();
    const std::string end = outcome->client_exit ? how_ended(outcome->client_exit)
                                                 : ", and " + over_limit(line.pair);
    return complain("the client asked the server for nothing" + end + "; " +
                    tail_of(outcome->client_output));
  }
  add_scenarios(*judge, *report);
  settle_latent(*report, outcome->server_no_delay);
  if (auto measured = measure_cure(*outcome); !measured) return complain(measured.error().what);
  if (!files.kept()) report->file = "pair";
  add_notes(*report, line.pair, *outcome);
  const PairAccount account = account_of(*report, *outcome);
  Json json = to_json(*report);
  json.set("pair", pair_json(line.pair, *outcome, account));
  if (files.kept()) {
    const Status kept = keep(*folder, *outcome, *report, json);
    if (!kept) return complain(kept.error().what);
  }
  if (line.format == Format::kJson) {
    fmt::print("{}", to_pretty_text(json));
  } else {
    fmt::print("{}{}", pair_console(line.pair, *outcome, account),
               console_text(*report, console_width()));
  }
  return pair_status(*report, *outcome);
}

}  // namespace tailrace
