// SPDX-License-Identifier: Apache-2.0
// Packets as they come from a file or a live capture. Values; a PacketSource is used by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "harness/base/ids.h"
#include "harness/base/result.h"
#include "harness/base/time.h"

namespace tailrace {

enum class LinkType : std::uint8_t { kEthernet, kLinuxSll, kLinuxSll2, kRaw, kNull, kOther };

struct Packet {
  RealTime time;
  FrameNumber frame;  // Position in the capture, from 1.
  LinkType link = LinkType::kOther;
  std::uint32_t original_length = 0;  // On the wire; `bytes` may hold less.
  std::span<const std::byte> bytes;   // Lent until the next call of the source.
  std::uint32_t link_number = 0;      // LINKTYPE_... of the file, for who writes one.
};

class PacketSource {
 public:
  virtual ~PacketSource() = default;
  virtual Result<std::optional<Packet>> next() = 0;  // nullopt: the end.
};

}  // namespace tailrace
