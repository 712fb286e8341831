// SPDX-License-Identifier: Apache-2.0
// PcapFile: packets of a capture file, pcap or pcapng, either also packed by gzip or Zstandard. One
// thread at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/capture/byte_source.h"
#include "harness/capture/classic_file.h"
#include "harness/capture/packet_filter.h"
#include "harness/capture/pcapng_file.h"
#include "harness/flow/packet.h"

namespace tailrace {

class PcapFile : public PacketSource {
 public:
  // "-" is standard input. Error: names the file and what is wrong with it.
  static Result<std::unique_ptr<PcapFile>> open(const std::string& path);
  // The same of bytes that come from elsewhere; `path` names them in what is said.
  static Result<std::unique_ptr<PcapFile>> read(std::unique_ptr<ByteSource> bytes,
                                                const std::string& path);

  // A file cut inside a record ends there: what came before is kept, and truncated() says so.
  Result<std::optional<Packet>> next() override;
  // The same into all of `packet`. False: the end.
  bool take(Packet& packet);
  bool truncated() const { return truncated_; }
  // Read so far.
  std::uint32_t frames() const { return pcapng_ ? pcapng_->frames() : classic_->frames(); }
  // By the capture, as far as the file tells.
  std::uint64_t dropped() const { return pcapng_ ? pcapng_->dropped() : 0; }
  // Of the packet that was read last; classic pcap has none.
  std::vector<std::string> comments() const {
    return pcapng_ ? pcapng_->comments() : std::vector<std::string>{};
  }
  // Only what this expression of tcpdump's takes; the others keep their frame numbers. Error: what
  // is wrong with it.
  Status filter(const std::string& expression);

 private:
  PcapFile() = default;
  bool take_any(Packet& packet);

  std::unique_ptr<ByteSource> bytes_;  // Under one of the two.
  std::unique_ptr<PcapngFile> pcapng_;
  std::unique_ptr<ClassicFile> classic_;
  std::unique_ptr<PacketFilter> filter_;  // None: all are wanted.
  bool truncated_ = false;
};

}  // namespace tailrace
