// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "harness/capture/capture_files.h"
#include "harness/cli/commands.h"
#include "harness/cli/explain_capture.h"
#include "harness/cli/pcap_console.h"
#include "harness/cli/pcap_json.h"
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

std::vector<std::vector<std::string>> captures_of(const PcapOptions& options) {
  if (!options.join) return grouped_by_capture(options.files);
  if (*options.join) return {options.files};
  std::vector<std::vector<std::string>> captures;
  for (const std::string& file : options.files) captures.push_back({file});
  return captures;
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
  const auto captures = captures_of(line.pcap);
  for (const auto& files : captures) {
    const auto report = explain_capture(files, line.pcap.filter, options);
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
    const bool alone = captures.size() == 1;
    fmt::print("{}", to_pretty_text(alone ? all.items().front() : all));
  }
  return status;
}

}  // namespace tailrace
