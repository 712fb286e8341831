// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/annotate_capture.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>

#include "harness/capture/capture_files.h"
#include "harness/capture/pcapng_writer.h"

namespace tailrace {
namespace {

void add_new(std::vector<std::string>& comments, const std::string& comment) {
  if (std::ranges::find(comments, comment) == comments.end()) comments.push_back(comment);
}

std::map<std::uint32_t, std::vector<std::string>> comments_of(const CaptureReport& report) {
  std::map<std::uint32_t, std::vector<std::string>> comments;
  for (const CaptureFinding& finding : report.findings) {
    for (const FrameNote& note : finding.frames) {
      add_new(comments[note.frame.value], note.text);
    }
  }
  return comments;
}

// A file of another kind; an earlier annotation may be written anew.
bool is_something_else(const std::string& path) {
  constexpr std::string_view kSectionHeader = "\x0a\x0d\x0d\x0a";  // pcapng, 4.1
  std::error_code failure;
  if (!std::filesystem::is_regular_file(path, failure)) return false;
  std::ifstream in(path, std::ios::binary);
  std::array<char, kSectionHeader.size()> begin{};
  in.read(begin.data(), begin.size());
  const std::string_view read(begin.data(), static_cast<std::size_t>(in.gcount()));
  return !read.empty() && read != kSectionHeader;
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
  if (is_something_else(out)) {
    return trouble("--annotate: '" + out + "' exists and is no pcapng file, so it is left alone");
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
      for (const std::string& comment : ours->second) add_new(told, comment);
    }
    writer->add(**packet, told);
  }
}

}  // namespace tailrace
