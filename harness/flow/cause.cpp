// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/cause.h"

namespace tailrace {

std::string_view name_of(Cause cause) {
  static constexpr std::array<std::string_view, kCauses> kNames = {
      "connection-setup", "stale-connection-fallback",
      "retransmission",   "zero-window",
      "delayed-ack",      "network-rtt",
      "server-think",     "client-think",
      "client-idle",      "transfer",
      "unexplained"};
  return kNames[static_cast<std::size_t>(cause)];
}

}  // namespace tailrace
