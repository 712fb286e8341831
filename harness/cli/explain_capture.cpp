// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/explain_capture.h"

#include <fmt/format.h>

#include "harness/capture/pcap_file.h"
#include "harness/run/verdict.h"

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

}  // namespace

Result<CaptureReport> explain_capture(const std::string& path, const std::string& filter,
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

}  // namespace tailrace
