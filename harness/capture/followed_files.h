// SPDX-License-Identifier: Apache-2.0
// FollowedFiles: what is in a capture file and what another program adds to it, until its watch
// ends it; where the program goes on in a next file (tcpdump -C, -W), there. One thread at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/capture/capture_files.h"
#include "harness/capture/live_source.h"

namespace tailrace {

class FollowedFiles : public PacketSource {
 public:
  // `filter` as tcpdump takes it, or "". The watch must outlive it. Error: names the file; what is
  // no regular file has an end of its own.
  static Result<std::unique_ptr<FollowedFiles>> open(const std::string& path,
                                                     const std::string& filter,
                                                     CaptureWatch& watch);

  // nullopt: the watch has ended it. A record that is half written then is no cut file.
  Result<std::optional<Packet>> next() override;
  // It ended inside a record that cannot be read, and not with the watch.
  bool is_broken() const { return !ended_ && file_->truncated(); }
  std::uint64_t dropped() const { return dropped_ + file_->dropped(); }
  const std::vector<CaptureFiles::Part>& parts() const { return parts_; }

 private:
  FollowedFiles(std::string filter, CaptureWatch& watch)
      : filter_(std::move(filter)), watch_(watch) {}
  Status open_file(const std::string& path);

  std::string filter_;
  CaptureWatch& watch_;
  std::unique_ptr<PcapFile> file_;
  std::vector<CaptureFiles::Part> parts_;
  std::uint64_t dropped_ = 0;
  std::string next_;  // Where it goes on; set when the file that is read is over.
  bool ended_ = false;  // By the watch.
};

// The names of the file in which tcpdump may go on after this one: the next number, or the first
// one of a ring.
std::vector<std::string> names_after(const std::string& path);

}  // namespace tailrace
