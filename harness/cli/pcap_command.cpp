// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <thread>

#include "harness/capture/capture_files.h"
#include "harness/capture/packet_filter.h"
#include "harness/cli/annotate_capture.h"
#include "harness/cli/capture_record.h"
#include "harness/cli/capture_scenarios.h"
#include "harness/cli/commands.h"
#include "harness/cli/explain_capture.h"
#include "harness/cli/explain_live.h"
#include "harness/cli/pcap_console.h"
#include "harness/cli/pcap_json.h"
#include "harness/cli/print_report.h"
#include "harness/run/judge_capture.h"
#include "harness/run/run_folder.h"
#include "harness/run/verdict.h"

namespace tailrace {
namespace {

// The worst of several files: failed, unusable, not seen, clean.
int worse(int a, int b) {
  static constexpr int kWorstFirst[] = {kExitFailed, kExitUnusable, kExitInconclusive, kExitClean};
  for (const int status : kWorstFirst) {
    if (a == status || b == status) return status;
  }
  return kExitUnusable;
}

// One for each report; what is captured live has no files.
std::vector<std::vector<std::string>> captures_of(const PcapOptions& options) {
  if (!options.interface.empty()) return {{}};
  if (!options.join) return grouped_by_capture(options.files);
  if (*options.join) return {options.files};
  std::vector<std::vector<std::string>> captures;
  for (const std::string& file : options.files) captures.push_back({file});
  return captures;
}

// The words that do not fit together. Error: which.
Result<AnalysisOptions> checked(const PcapOptions& words, std::size_t captures) {
  AnalysisOptions options;
  const bool live = !words.interface.empty();
  if (words.files.empty() && !live) return trouble("pcap wants a FILE, or --interface IF");
  if (live && (!words.files.empty() || words.follow)) {
    return trouble("--interface captures instead of reading a FILE");
  }
  if (live && !words.annotate.empty()) {
    return trouble("--annotate reads the capture twice: an interface cannot be");
  }
  if (words.follow && words.files.size() != 1) return trouble("--follow wants one FILE");
  if (!words.server.empty()) {
    const auto server = parse_endpoint(words.server);
    if (!server) return trouble("--server: " + server.error().what);
    options.server = *server;
  }
  if (!words.annotate.empty() && captures != 1) {
    return trouble("--annotate writes one capture, and these are " + std::to_string(captures));
  }
  // An interface has one link type, and compiles it for that.
  if (!live && !words.filter.empty()) {
    if (auto good = PacketFilter::compile(words.filter); !good) {
      return std::unexpected(good.error());
    }
  }
  return options;
}

Result<CaptureReport> explain(const std::vector<std::string>& files, const CommandLine& line,
                              const AnalysisOptions& options) {
  const PcapOptions& words = line.pcap;
  if (files.empty()) {
    return explain_interface(words.interface, words.filter, options, line.quiet);
  }
  for (const std::string& file : files) {
    if (std::error_code failure; std::filesystem::is_directory(file, failure)) {
      return trouble("'" + file + "' is a folder, and holds no capture.pcap");
    }
  }
  if (words.follow) return explain_followed(files.front(), words.filter, options, line.quiet);
  AnalysisOptions parallel = options;
  parallel.threads = words.threads.value_or(std::thread::hardware_concurrency() > 1 ? 2 : 1);
  return explain_capture(files, words.filter, parallel);
}

// What else may be done with a finding, where nothing of it was asked for.
void say_next(const std::vector<CaptureReport>& reports, const PcapOptions& words) {
  const bool found = std::ranges::any_of(
      reports, [](const CaptureReport& report) { return !report.findings.empty(); });
  if (!found || !words.interface.empty() || !words.annotate.empty() || !words.out.empty()) return;
  fmt::print("\nin Wireshark: --annotate told.pcapng\n"
             "as a page: --out told, then tailrace report told --format html\n");
}

void print_reports(const std::vector<CaptureReport>& reports, const CommandLine& line,
                   bool alone) {
  if (reports.empty()) return;
  if (line.format != Format::kJson) {
    for (const CaptureReport& report : reports) {
      fmt::print("{}", console_text(report, console_width()));
    }
    return say_next(reports, line.pcap);
  }
  JsonWriter writer(stdout);
  if (alone) return write_json(reports.front(), writer);
  writer.begin_array();
  for (const CaptureReport& report : reports) write_json(report, writer);
  writer.end_array();
}

int list_scenarios(const Registry& registry) {
  for (const Scenario& scenario : registry) {
    if (reads_the_wire_only(scenario)) fmt::print("{}\n", scenario.id());
  }
  return kExitClean;
}

}  // namespace

int pcap_command(const CommandLine& line, const Registry& registry, const Catalogue& catalogue) {
  if (line.pcap.list_scenarios) return list_scenarios(registry);
  const auto captures = captures_of(line.pcap);
  auto options = checked(line.pcap, captures.size());
  if (!options) return complain(options.error().what);
  if (auto good = CaptureJudge::make(registry, catalogue, line.pcap.only); !good) {
    return complain(good.error().what);
  }
  std::optional<RunFolder> folder;
  if (!line.pcap.out.empty()) {
    auto made = RunFolder::create(line.pcap.out);
    if (!made) return complain(made.error().what);
    folder.emplace(std::move(*made));
  }
  std::vector<CaptureReport> reports;
  int status = kExitClean;
  for (const auto& files : captures) {
    auto judge = CaptureJudge::make(registry, catalogue, line.pcap.only);
    if (!judge) return complain(judge.error().what);
    options->also = &*judge;
    auto report = explain(files, line, *options);
    if (report) add_scenarios(*judge, *report);
    if (report && !line.pcap.annotate.empty()) {
      if (auto done = annotate_capture(files, *report, line.pcap.annotate); !done) {
        report = std::unexpected(done.error());
      }
    }
    if (!report) {
      status = worse(status, complain(report.error().what));
      continue;
    }
    status = worse(status, status_of(*report));
    reports.push_back(std::move(*report));
  }
  print_reports(reports, line, captures.size() == 1);
  if (folder && reports.empty()) folder->discard();
  if (folder && !reports.empty()) {
    if (auto done = save_run_record(record_of(reports), line.pcap.out); !done) {
      status = worse(status, complain(done.error().what));
    }
  }
  return status;
}

}  // namespace tailrace
