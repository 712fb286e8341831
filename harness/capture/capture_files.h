// SPDX-License-Identifier: Apache-2.0
// CaptureFiles: the files of one capture, one after another as one time line: tcpdump begins a new
// file at a size (-C) and goes round (-W). One thread at a time; one file is open at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/capture/pcap_file.h"

namespace tailrace {

class CaptureFiles : public PacketSource {
 public:
  struct Part {
    std::string path;
    FrameNumber first;  // Of the whole capture; frames are counted on over its files.
    std::uint64_t frames = 0;
  };

  // Several are put in the order of their first packets, so that a ring's oldest comes first.
  // `filter` as tcpdump takes it, or "". Error: names the file, or what is wrong with the filter.
  static Result<std::unique_ptr<CaptureFiles>> open(std::vector<std::string> paths,
                                                    const std::string& filter);

  Result<std::optional<Packet>> next() override;
  bool truncated() const { return truncated_ || file_->truncated(); }
  std::uint64_t dropped() const { return dropped_ + file_->dropped(); }
  std::vector<std::string> comments() const { return file_->comments(); }  // Of the last packet.
  const std::vector<Part>& parts() const { return parts_; }  // Those begun so far.
  // Two of them, each told by its path, where the second begins long before the first one ends: ""
  // where none does.
  const std::string& overlap() const { return overlap_; }

 private:
  CaptureFiles(std::vector<std::string> paths, std::string filter)
      : paths_(std::move(paths)), filter_(std::move(filter)) {}
  Status open_next();
  void note_overlap(RealTime begins);

  std::vector<std::string> paths_;
  std::string filter_;
  std::unique_ptr<PcapFile> file_;
  std::vector<Part> parts_;
  std::uint64_t dropped_ = 0;
  bool truncated_ = false;
  bool begins_ = true;  // The part that is open: no packet of it was taken.
  RealTime last_;
  std::string overlap_;
};

// Names as tcpdump gives to the files of one capture stand together: the same but for digits at
// their end, behind an extension (a.pcap, a.pcap1, a.pcap02.gz). Each name in one group, in order.
std::vector<std::vector<std::string>> grouped_by_capture(const std::vector<std::string>& paths);

}  // namespace tailrace
