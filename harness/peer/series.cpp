// SPDX-License-Identifier: Apache-2.0
#include "harness/peer/series.h"

#include <array>

#include "harness/peer/patience.h"

namespace tailrace {
namespace {

// Whole calls that take so long wait for something else than an ACK, which comes within 500 ms.
constexpr Millis kLongest{25000};

void ask_some(ClientDriver& client, const Ask& ask, ConnectionId connection) {
  for (int call = 0; call < kCallsPerRound; ++call) {
    const bool kept = client.is_usable(connection);
    client.await_answer_and_look(ask(kept ? connection : ConnectionId{}));
  }
}

}  // namespace

void ask_in_turns(ClientDriver& client, const Ask& ask, ConnectionId plain) {
  if (!plain) plain = client.open_connection();
  const ConnectionId control = client.open_connection({.quick_ack = true});
  const Patience patience(kLongest);
  for (int round = 0; round < kSeriesRounds && !patience.is_over(); ++round) {
    ask_some(client, ask, plain);
    ask_some(client, ask, control);  // The same where no ACK is delayed: nothing can be held.
  }
  if (!client.cure(plain)) return;
  ask_some(client, ask, plain);
  client.cure(plain);  // Tells whether it was set all the while.
}

void ask_for_json_in_turns(ClientDriver& client) {
  client.open_session();
  ask_in_turns(client, [&](ConnectionId on) {
    return client.ask_for_result({.on = on, .prefer_json = true});
  });
}

void ask_for_sizes_in_turns(ClientDriver& client) {
  constexpr std::array<int, kCallsPerRound> kSizes = {4000, 64 << 10, 1000, 700, 100};
  client.open_session();
  std::size_t asked = 0;
  ask_in_turns(client, [&](ConnectionId on) {
    return client.ask_for_bytes(kSizes[asked++ % kSizes.size()], {.on = on});
  });
}

}  // namespace tailrace
