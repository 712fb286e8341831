// SPDX-License-Identifier: Apache-2.0
// TranslatedLegs: one connection that a capture holds twice, before and behind a translation of its
// addresses (NAT, as before a container): both legs carry the same sequence numbers, stamps and, as
// a rule, the client's port, which two connections do not share. Private to `flow`; one thread at a
// time; bounded.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "harness/flow/segment.h"

namespace tailrace {

class TranslatedLegs {
 public:
  struct Leg {
    std::uint32_t number = 0, place = 0;  // As FlowAnalyzer keeps them.
  };
  // A SYN's answer on this leg: others that had the same one a moment ago, nearer to the server.
  std::vector<Leg> answered(const Segment& segment, const Leg& leg);

 private:
  struct Answer {
    RealTime at;
    std::uint32_t seq = 0, ack = 0;
    std::optional<std::uint32_t> stamp;
    std::uint16_t client_port = 0;
    Leg leg;
  };
  static constexpr std::size_t kMost = 64;
  std::array<Answer, kMost> answers_{};
  std::size_t next_ = 0;
};

}  // namespace tailrace
