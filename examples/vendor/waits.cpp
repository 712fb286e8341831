// SPDX-License-Identifier: Apache-2.0
// waits FILE: the main cause of a capture's waits, and how many of them are stalls.
#include <cstdio>

#include "harness/capture/pcap_file.h"
#include "harness/flow/capture_analysis.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  auto file = tailrace::PcapFile::open(argv[1]);
  if (!file) {
    std::fprintf(stderr, "%s\n", file.error().what.c_str());
    return 2;
  }
  tailrace::CaptureAnalysis analysis({});
  for (;;) {
    const auto packet = (*file)->next();
    if (!packet) return 2;
    if (!*packet) break;
    analysis.add(**packet);
  }
  const auto report = analysis.finish(argv[1], (*file)->truncated());
  std::printf("%s: %llu stalls\n", report.verdict.c_str(),
              static_cast<unsigned long long>(report.stalls));
  return 0;
}
