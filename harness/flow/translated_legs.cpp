// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/translated_legs.h"

namespace tailrace {
namespace {

// What forwards takes less.
constexpr Nanos kOnTheWay = Millis(100);

}  // namespace

std::vector<TranslatedLegs::Leg> TranslatedLegs::answered(const Segment& segment,
                                                          const Leg& leg) {
  std::vector<Leg> others;
  for (const Answer& answer : answers_) {
    const bool same = answer.leg.number != 0 && answer.seq == segment.seq &&
                      answer.ack == segment.ack && answer.stamp == segment.ts_value &&
                      answer.client_port == segment.destination.port &&
                      segment.time - answer.at <= kOnTheWay;
    if (same && answer.leg.number != leg.number) others.push_back(answer.leg);
  }
  answers_[next_] = {segment.time,     segment.seq, segment.ack, segment.ts_value,
                     segment.destination.port, leg};
  next_ = (next_ + 1) % kMost;
  return others;
}

}  // namespace tailrace
