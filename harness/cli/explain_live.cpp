// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/explain_live.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/capture/followed_files.h"
#include "harness/capture/live_source.h"
#include "harness/cli/explain_capture.h"
#include "harness/cli/rolling_display.h"

namespace tailrace {
namespace {

// Error: of what had no packet before. Else why it ended, or "": nothing that was read is lost.
Result<std::string> read_all(PacketSource& source, CaptureAnalysis& analysis,
                             RollingDisplay& display) {
  for (bool some = false;; some = true) {
    const auto packet = source.next();
    if (!packet && !some) return std::unexpected(packet.error());
    if (!packet) return packet.error().what;
    if (!*packet) return std::string();
    analysis.add(**packet);
    if (!display.go_on()) return std::string();
  }
}

}  // namespace

Result<CaptureReport> explain_interface(const std::string& interface, const std::string& filter,
                                        const AnalysisOptions& options, bool quiet) {
  CaptureAnalysis analysis(options);
  RollingDisplay display(analysis, quiet);
  auto source = LiveSource::open(interface, filter.empty() ? "tcp" : filter, display);
  if (!source) return std::unexpected(source.error());
  const auto end = read_all(**source, analysis, display);
  if (!end) return std::unexpected(end.error());
  CaptureReport report = analysis.finish("interface " + interface, false);
  report.dropped = (*source)->dropped();
  if (!end->empty()) report.notes.push_back(*end);
  add_notes(report);
  return report;
}

Result<CaptureReport> explain_followed(const std::string& file, const std::string& filter,
                                       const AnalysisOptions& options, bool quiet) {
  CaptureAnalysis analysis(options);
  RollingDisplay display(analysis, quiet);
  auto source = FollowedFiles::open(file, filter, display);
  if (!source) return std::unexpected(source.error());
  const auto end = read_all(**source, analysis, display);
  if (!end) return std::unexpected(end.error());
  // A record that is half written when it ends is no cut file; what cannot be read is.
  CaptureReport report = analysis.finish(file, (*source)->is_broken());
  for (const auto& part : (*source)->parts()) {
    report.parts.push_back({part.path, part.first, part.frames});
  }
  report.dropped = (*source)->dropped();
  const auto anew = std::ranges::count_if(
      report.parts, [&](const auto& part) { return part.file == file; });
  if (anew > 1) {
    report.notes.push_back(fmt::format("{} was begun anew while it was followed, and read {} times",
                                       file, anew));
  }
  if (!end->empty()) report.notes.push_back(*end);
  add_notes(report);
  return report;
}

}  // namespace tailrace
