// SPDX-License-Identifier: Apache-2.0
// PacketFilter: an expression as tcpdump takes it, through libpcap. Where Tailrace is built without
// libpcap there is none. Immutable, any thread.
#pragma once

#include <memory>
#include <string>

#include "harness/flow/packet.h"

namespace tailrace {

class PacketFilter {
 public:
  virtual ~PacketFilter() = default;
  // Error: what is wrong with it.
  static Result<std::unique_ptr<PacketFilter>> compile(const std::string& expression);
  virtual bool takes(const Packet& packet) const = 0;
};

}  // namespace tailrace
