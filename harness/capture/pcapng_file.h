// SPDX-License-Identifier: Apache-2.0
// PcapngFile: packets of a pcapng file. Our own, since libpcap stops at a second link type. Several
// sections, byte orders, interfaces and resolutions; what it does not know it passes over. One
// thread at a time; nothing in the file is trusted.
#pragma once

#include <string>
#include <vector>

#include "harness/capture/byte_source.h"
#include "harness/flow/packet.h"

namespace tailrace {

class PcapngFile {
 public:
  explicit PcapngFile(ByteSource& bytes) : bytes_(bytes) {}  // They must outlive it.

  // nullopt: the end, or a block that is broken; truncated() tells which.
  std::optional<Packet> next();
  bool truncated() const { return truncated_; }
  std::uint32_t frames() const { return frames_; }
  std::vector<std::string> comments() const;  // Of the packet that was read last.
  std::uint64_t dropped() const { return dropped_; }  // As the interfaces' statistics say.

 private:
  struct Interface {
    LinkType link = LinkType::kOther;
    std::uint32_t link_number = 0;
    std::uint32_t snap_length = 0;
    std::uint64_t ticks_a_second = 1'000'000;
    std::int64_t offset_s = 0;
  };

  bool read_block(std::uint32_t& type);
  bool read_body(std::size_t length);
  std::uint16_t u16(std::size_t at) const;
  std::uint32_t u32(std::size_t at) const;
  void add_interface();
  void add_statistics();
  // (code, place, length) of each option from `at` on.
  template <class Option>
  void for_options(std::size_t at, Option&& option) const;
  std::optional<Packet> packet(std::size_t interface, std::optional<std::uint64_t> ticks,
                               std::size_t data_at, std::uint32_t captured,
                               std::uint32_t original);
  std::optional<Packet> take_packet(std::uint32_t type);

  ByteSource& bytes_;
  bool big_endian_ = false, truncated_ = false;
  std::vector<Interface> interfaces_;
  std::vector<std::byte> body_;  // Of the block being read, without type and length.
  std::uint32_t frames_ = 0;
  std::size_t options_at_ = 0;  // Of the packet that was read last, in body_.
  std::uint64_t dropped_ = 0;
};

}  // namespace tailrace
