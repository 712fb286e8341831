// SPDX-License-Identifier: Apache-2.0
// In place of packet_filter.cpp where Tailrace is built without libpcap.
#include "harness/capture/packet_filter.h"

namespace tailrace {

Result<std::unique_ptr<PacketFilter>> PacketFilter::compile(const std::string&) {
  return trouble("--filter needs libpcap, and this tailrace was built without it");
}

}  // namespace tailrace
