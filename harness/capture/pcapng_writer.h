// SPDX-License-Identifier: Apache-2.0
// PcapngWriter: a pcapng file with comments on its packets, as Wireshark and tshark show them
// (`frame.comment`). One thread at a time. Our own, since libpcap writes no pcapng.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/flow/packet.h"

namespace tailrace {

class PcapngWriter {
 public:
  // Error: names the file.
  static Result<PcapngWriter> create(const std::string& path);
  PcapngWriter(PcapngWriter&& other) noexcept;
  PcapngWriter& operator=(PcapngWriter&&) = delete;
  ~PcapngWriter();

  // Each link type gets an interface of its own, with nanoseconds.
  void add(const Packet& packet, const std::vector<std::string>& comments);
  Status flush();

 private:
  explicit PcapngWriter(int file) : file_(file) {}
  std::uint32_t interface_of(std::uint32_t link_number);
  void put16(std::size_t value);
  void put32(std::size_t value);
  void put_padded(std::string_view bytes);
  void put_option(std::uint16_t code, std::string_view value);
  std::size_t begin_block(std::uint32_t type);
  void end_block(std::size_t begin);

  int file_;
  std::map<std::uint32_t, std::uint32_t> interfaces_;  // By link type.
  std::string buffer_;
  int failure_ = 0;
};

}  // namespace tailrace
