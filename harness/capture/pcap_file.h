// SPDX-License-Identifier: Apache-2.0
// PcapFile: packets of a capture file: pcap through libpcap, pcapng by a reader of our own, either
// also packed by gzip or Zstandard. One thread at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/capture/byte_source.h"
#include "harness/capture/pcapng_file.h"
#include "harness/flow/packet.h"

namespace tailrace {

class PcapFile : public PacketSource {
 public:
  // "-" is standard input. Error: names the file and what libpcap says of it.
  static Result<std::unique_ptr<PcapFile>> open(const std::string& path);
  // The same of bytes that come from elsewhere; `path` names them in what is said.
  static Result<std::unique_ptr<PcapFile>> read(std::unique_ptr<ByteSource> bytes,
                                                const std::string& path);
  ~PcapFile() override;

  // A file cut inside a record ends there: what came before is kept, and truncated() says so.
  Result<std::optional<Packet>> next() override;
  bool truncated() const { return truncated_; }
  std::uint32_t frames() const { return pcapng_ ? pcapng_->frames() : frames_; }  // Read so far.
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
  static Result<std::unique_ptr<PcapFile>> begin(std::FILE* stream, bool is_pcapng,
                                                 std::unique_ptr<ByteSource> bytes,
                                                 const std::string& path);
  Result<std::optional<Packet>> next_any();
  bool is_wanted(const Packet& packet);

  struct Filter;
  std::unique_ptr<ByteSource> bytes_;  // Under the stream of one of the two; none: a plain file.
  std::unique_ptr<PcapngFile> pcapng_;
  void* handle_ = nullptr;  // pcap_t: its header stays in the .cpp
  LinkType link_ = LinkType::kOther;
  std::uint32_t link_number_ = 0;
  std::vector<std::unique_ptr<Filter>> filters_;  // One for each link type.
  std::uint32_t frames_ = 0;
  bool truncated_ = false;
};

}  // namespace tailrace
