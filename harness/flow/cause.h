// SPDX-License-Identifier: Apache-2.0
// Cause: what a nanosecond of an exchange was spent on. The list is closed; the sum of all causes
// is the length of the exchange, exactly. Values, any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "harness/base/time.h"

namespace tailrace {

enum class Cause : std::uint8_t {
  kConnectionSetup,  // A SYN or its answer lost or late, and the handshake of TLS.
  kStaleFallback,    // The same request, tried before on a connection that gave no answer.
  kRetransmission,
  kZeroWindow,
  kDelayedAck,  // Data held back by Nagle's algorithm, less the round trip.
  kNetworkRtt,
  kServerThink,
  kClientThink,
  kClientIdle,
  kTransfer,     // Data on the move.
  kUnexplained,  // Printed, never spread over the others.
};
inline constexpr std::size_t kCauses = 11;

std::string_view name_of(Cause cause);  // "delayed-ack"

class CauseSums {
 public:
  Nanos& operator[](Cause cause) { return sums_[static_cast<std::size_t>(cause)]; }
  Nanos operator[](Cause cause) const { return sums_[static_cast<std::size_t>(cause)]; }
  CauseSums& operator+=(const CauseSums& other) {
    for (std::size_t i = 0; i < kCauses; ++i) sums_[i] += other.sums_[i];
    return *this;
  }
  Nanos total() const {
    Nanos total{0};
    for (const Nanos sum : sums_) total += sum;
    return total;
  }

 private:
  std::array<Nanos, kCauses> sums_{};
};

}  // namespace tailrace
