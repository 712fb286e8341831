// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/annotate_capture.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "harness/capture/capture_files.h"
#include "harness/capture/pcapng_writer.h"

namespace tailrace {
namespace {

std::map<std::uint32_t, std::vector<std::string>> comments_of(const CaptureReport& report) {
  std::map<std::uint32_t, std::vector<std::string>> comments;
  for (const CaptureFinding& finding : report.findings) {
    for (const FrameNote& note : finding.frames) {
      std::vector<std::string>& of_frame = comments[note.frame.value];
      if (std::ranges::find(of_frame, note.text) == of_frame.end()) of_frame.push_back(note.text);
    }
  }
  return comments;
}

}  // namespace

Status annotate_capture(const std::vector<std::string>& files, const CaptureReport& report,
                        const std::string& out) {
  for (const std::string& file : files) {
    if (file == "-") return trouble("--annotate reads the capture twice: standard input cannot be");
    std::error_code failure;
    if (std::filesystem::equivalent(file, out, failure)) {
      return trouble("--annotate: '" + out + "' is the capture itself");
    }
  }
  auto capture = CaptureFiles::open(files, "");
  if (!capture) return std::unexpected(capture.error());
  auto writer = PcapngWriter::create(out);
  if (!writer) return std::unexpected(writer.error());
  const auto comments = comments_of(report);
  for (;;) {
    const auto packet = (*capture)->next();
    if (!packet) return std::unexpected(packet.error());
    if (!*packet) return writer->flush();
    std::vector<std::string> told = (*capture)->comments();
    if (const auto ours = comments.find((*packet)->frame.value); ours != comments.end()) {
      told.insert(told.end(), ours->second.begin(), ours->second.end());
    }
    writer->add(**packet, told);
  }
}

}  // namespace tailrace
