// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/explain_capture.h"

#include <fmt/format.h>

#include "harness/capture/capture_files.h"
#include "harness/cli/capture_scenarios.h"
#include "harness/run/verdict.h"

namespace tailrace {

void add_notes(CaptureReport& report) {
  if (report.parts.size() > 1) {
    report.notes.push_back(fmt::format("{} files read as one capture, {} to {}; frames are counted "
                                       "on over them",
                                       report.parts.size(), report.parts.front().file,
                                       report.parts.back().file));
  }
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
  if (report.cut_segments > 0) {
    report.notes.push_back(fmt::format(
        "{} of {} packets were cut when they were captured: a request whose head was cut is told "
        "as a turn, and streams that stay open are not seen. `tcpdump -s 0` keeps them whole",
        report.cut_segments, report.segments));
  }
  if (lost_packets(report)) {
    report.notes.push_back("the capture itself lost packets: waits around the holes are uncertain");
  }
  if (report.incomplete_datagrams > 0) {
    report.notes.push_back(
        fmt::format("{} IP datagrams lack fragments and were left out. A filter on ports lets the "
                    "first fragment through alone",
                    report.incomplete_datagrams));
  }
}

Result<CaptureReport> explain_capture(const std::vector<std::string>& files,
                                      const std::string& filter, const AnalysisOptions& options) {
  auto capture = CaptureFiles::open(files, filter);
  if (!capture) return std::unexpected(capture.error());
  CaptureAnalysis analysis(options);
  for (;;) {
    const auto packet = (*capture)->next();
    if (!packet) return std::unexpected(packet.error());
    if (!*packet) break;
    analysis.add(**packet);
  }
  const auto& parts = (*capture)->parts();
  CaptureReport report = analysis.finish(parts.front().path, (*capture)->truncated());
  for (const auto& part : parts) report.parts.push_back({part.path, part.first, part.frames});
  report.dropped = (*capture)->dropped();
  if (const std::string& both = (*capture)->overlap(); !both.empty()) {
    report.notes.push_back(both + " overlap in time and were read one after the other, as parts of "
                           "one capture are: where they are captures of two places, merge them by "
                           "time first (mergecap)");
  }
  add_notes(report);
  if (options.server && report.with_told_server == 0 && report.segments > 0) {
    report.lacks_told_server = true;
    report.verdict = std::string(kind::kInsufficient);
  }
  return report;
}

int status_of(const CaptureReport& report) {
  if (report.stalls_of_high_confidence > 0 || any_failed(report.scenarios)) return kExitFailed;
  return report.verdict == kind::kInsufficient ? kExitInconclusive : kExitClean;
}

std::string why_insufficient(const CaptureReport& report) {
  if (report.frames == 0) return "There is no packet in it, or the filter takes none";
  if (report.segments == 0) {
    return fmt::format("None of its {} packets is of TCP, as far as they are looked into: tunnels "
                       "(VXLAN, GRE, MPLS, PPPoE) are not, and HTTP/3 is UDP",
                       report.frames);
  }
  if (report.lacks_told_server) return "No connection in it has the server that --server names";
  if (report.one_sided_connections * 2 > report.connections) {
    return "The capture does not hold both directions of the connections; nothing can be told";
  }
  return fmt::format("Its {} connections carry no request and no answer", report.connections);
}

bool lost_packets(const CaptureReport& report) {
  return report.missed_by_capture > 0 || report.dropped > 0;
}

}  // namespace tailrace
