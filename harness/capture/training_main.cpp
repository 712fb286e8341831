// SPDX-License-Identifier: Apache-2.0
// Reads a capture as `tailrace pcap` does, on one thread: a build with TAILRACE_TRAINED counts what
// it does. usage: train CAPTURE
#include <cstdio>

#include "harness/capture/capture_files.h"
#include "harness/flow/capture_analysis.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  auto capture = tailrace::CaptureFiles::open({argv[1]}, "");
  if (!capture) {
    std::fprintf(stderr, "%s\n", capture.error().what.c_str());
    return 2;
  }
  tailrace::CaptureAnalysis analysis(tailrace::AnalysisOptions{});
  for (;;) {
    const auto packet = (*capture)->next();
    if (!packet) return 2;
    if (!*packet) break;
    analysis.add(**packet);
  }
  return analysis.finish(argv[1], (*capture)->truncated()).exchanges.empty() ? 2 : 0;
}
