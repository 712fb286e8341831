// SPDX-License-Identifier: Apache-2.0
// The proofs of a stall that need no packets: the cure in place, and the server's send queue
// (fairness: section 3). Pure; any thread.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

Nanos median_of(std::vector<Nanos> values);  // 0 of none
// How long the answered calls took, from the request to the end of the answer, in order.
std::vector<Nanos> times_of(const Evidence& evidence, const Connection& connection,
                            MonoTime from, MonoTime before);

// TCP_NODELAY set from outside on the server's socket, and the same calls again.
struct CureProof {
  bool tried = false, done = false, was_set = false;
  std::optional<bool> stayed;  // Set to the end: a server may turn it off again.
  std::string why_not;
  MonoTime at{Nanos::max()};  // What was asked from here on had the cure.
  std::size_t calls = 0;      // With it
  Nanos before{0}, after{0};  // Medians

  bool helped() const;
  std::string words() const;
};
CureProof cure_on(const Evidence& evidence, const Connection& connection);

// Data that the server's kernel had and did not send, behind one unacknowledged segment.
struct QueueProof {
  std::size_t watched = 0;  // Answers that were waited for long enough to look.
  std::size_t held = 0;     // Of these
  std::int64_t most_unsent = 0;

  std::string words() const;
};
QueueProof queue_on(const Evidence& evidence, const Connection& connection);

}  // namespace tailrace
