// SPDX-License-Identifier: Apache-2.0
// PcapFile: packets of a capture file, through libpcap. One thread at a time.
#pragma once

#include <memory>
#include <string>

#include "harness/flow/packet.h"

namespace tailrace {

class PcapFile : public PacketSource {
 public:
  // Error: names the file and what libpcap says of it.
  static Result<std::unique_ptr<PcapFile>> open(const std::string& path);
  ~PcapFile() override;

  // A file cut inside a record ends there: what came before is kept, and truncated() says so.
  Result<std::optional<Packet>> next() override;
  bool truncated() const { return truncated_; }

 private:
  explicit PcapFile(void* handle, LinkType link) : handle_(handle), link_(link) {}

  void* handle_;  // pcap_t: its header stays in the .cpp
  LinkType link_;
  std::uint32_t frames_ = 0;
  bool truncated_ = false;
};

}  // namespace tailrace
