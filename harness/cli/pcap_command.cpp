// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "harness/capture/pcap_file.h"
#include "harness/cli/commands.h"
#include "harness/cli/pcap_console.h"
#include "harness/cli/pcap_json.h"
#include "harness/flow/capture_analysis.h"
#include "harness/run/runner.h"

namespace tailrace {
namespace {

void add_notes(CaptureReport& report) {
  if (report.tls_connections > 0) {
    report.notes.push_back(fmt::format(
        "{} connections speak TLS: told in turns. For readable exchanges capture behind the TLS "
        "endpoint, or decrypt with its key log (SSLKEYLOGFILE) first",
        report.tls_connections));
  }
  if (report.http2_connections > 0) {
    report.notes.push_back(
        fmt::format("{} connections speak HTTP/2: told in turns", report.http2_connections));
  }
  if (report.missed_by_capture > 0 || report.dropped > 0) {
    report.notes.push_back("the capture itself lost packets: waits around the holes are uncertain");
  }
}

Result<CaptureReport> analyze(const std::string& path, const std::string& filter,
                              const AnalysisOptions& options) {
  auto file = PcapFile::open(path);
  if (!file) return std::unexpected(file.error());
  if (!filter.empty()) {
    if (auto good = (*file)->filter(filter); !good) return std::unexpected(good.error());
  }
  CaptureAnalysis analysis(options);
  for (;;) {
    const auto packet = (*file)->next();
    if (!packet) return std::unexpected(packet.error());
    if (!*packet) break;
    analysis.add(**packet);
  }
  CaptureReport report = analysis.finish(path, (*file)->truncated());
  report.dropped = (*file)->dropped();
  add_notes(report);
  return report;
}

int status_of(const CaptureReport& report) {
  if (report.stalls_of_high_confidence > 0) return kExitFailed;
  return report.verdict == kind::kInsufficient ? kExitInconclusive : kExitClean;
}

// The worst of several files: failed, unusable, not seen, clean.
int worse(int a, int b) {
  static constexpr int kWorstFirst[] = {kExitFailed, kExitUnusable, kExitInconclusive, kExitClean};
  for (const int status : kWorstFirst) {
    if (a == status || b == status) return status;
  }
  return kExitUnusable;
}

}  // namespace

int pcap_command(const CommandLine& line) {
  AnalysisOptions options;
  if (!line.pcap.server.empty()) {
    const auto server = parse_endpoint(line.pcap.server);
    if (!server) {
      fmt::print(stderr, "tailrace: --server: {}\n", server.error().what);
      return kExitUnusable;
    }
    options.server = *server;
  }
  Json all{Json::Array{}};
  int status = kExitClean;
  for (const std::string& path : line.pcap.files) {
    const auto report = analyze(path, line.pcap.filter, options);
    if (!report) {
      fmt::print(stderr, "tailrace: {}\n", report.error().what);
      status = worse(status, kExitUnusable);
      continue;
    }
    status = worse(status, status_of(*report));
    if (line.format == Format::kJson) {
      all.push(to_json(*report));
    } else {
      fmt::print("{}", console_text(*report));
    }
  }
  if (line.format == Format::kJson && !all.items().empty()) {
    const bool alone = line.pcap.files.size() == 1;
    fmt::print("{}", to_pretty_text(alone ? all.items().front() : all));
  }
  return status;
}

}  // namespace tailrace
