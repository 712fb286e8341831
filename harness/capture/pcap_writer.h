// SPDX-License-Identifier: Apache-2.0
// PcapWriter: a classic nanosecond pcap file. One thread at a time. Our own, since libpcap's
// writer neither cuts packets nor tells of a full disk in time.
#pragma once

#include <span>
#include <string>

#include "harness/base/result.h"
#include "harness/base/time.h"

namespace tailrace {

class PcapWriter {
 public:
  // `link` is libpcap's number of the link type. Error: names the file.
  static Result<PcapWriter> create(const std::string& path, std::uint32_t link);
  PcapWriter(PcapWriter&& other) noexcept;
  PcapWriter& operator=(PcapWriter&&) = delete;
  ~PcapWriter();

  void add(RealTime time, std::uint32_t original_length, std::span<const std::byte> bytes);
  Status flush();
  std::uint64_t written() const { return written_; }

 private:
  explicit PcapWriter(int file) : file_(file) {}
  void put32(std::uint32_t value);

  int file_;
  std::string buffer_;
  std::uint64_t written_ = 0;
  int failure_ = 0;
};

}  // namespace tailrace
