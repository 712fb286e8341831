// SPDX-License-Identifier: Apache-2.0
// ClassicFile: packets of a classic capture file, as libpcap writes it: either byte order, micro-
// or nanoseconds, also with the longer records of the `modified` kind. Our own, so that files can
// be read where libpcap is not. One thread at a time; nothing in the file is trusted.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/capture/byte_source.h"
#include "harness/flow/packet.h"

namespace tailrace {

class ClassicFile {
 public:
  // `bytes` must outlive it. Error: what is wrong with the file's header.
  static Result<std::unique_ptr<ClassicFile>> begin(ByteSource& bytes);

  // Into all of `packet`. False: the end, or a record that is broken; truncated() tells which.
  bool next(Packet& packet);
  bool truncated() const { return truncated_; }
  std::uint32_t frames() const { return frames_; }

 private:
  explicit ClassicFile(ByteSource& bytes) : bytes_(bytes) {}
  Status read_header();
  // The next bytes, fewer at the end; gone with the next call.
  std::span<const std::byte> take(std::size_t size);
  std::uint32_t u32(std::span<const std::byte> bytes, std::size_t at) const;

  ByteSource& bytes_;
  bool big_endian_ = false, truncated_ = false;
  Nanos tick_{1000};
  std::size_t header_ = 0;  // Bytes before those of each packet.
  LinkType link_ = LinkType::kOther;
  std::uint32_t link_number_ = 0;
  std::vector<std::byte> read_;  // What could not be lent.
  std::uint32_t frames_ = 0;
};

}  // namespace tailrace
