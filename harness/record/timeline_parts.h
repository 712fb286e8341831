// SPDX-License-Identifier: Apache-2.0
// TimelineParts: one Timeline as several, each of some of its connections, and whole again. What
// was decoded once is judged by server, by revision and by client: nothing of it is copied. Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <vector>

#include "harness/record/timeline.h"

namespace tailrace {

struct TimelineParts {
  std::vector<Timeline> parts;
  // Which of several holds each connection and exchange, in the order of the whole.
  std::vector<std::size_t> of_connections, of_exchanges;
};

// `whole` holds connections and exchanges alone, as what was made of packets does. Each part is
// what a TimelineBuilder would have made of its connections; `part_of` is below `parts`.
TimelineParts split(Timeline whole, std::size_t parts,
                    const std::function<std::size_t(ConnectionId)>& part_of);
Timeline joined(TimelineParts parts);

// From what was decoded as if we were the clients, what is decoded if we are the servers. Only
// where a client left before its answer was over that makes a difference to an exchange: `decode`
// has those connections anew.
Timeline turned_round(Timeline timeline,
                      const std::function<Timeline(const std::set<ConnectionId>&)>& decode);

}  // namespace tailrace
