// SPDX-License-Identifier: Apache-2.0
// 2026-07-28: answers of 100 B to 64 kB, the big ones first: after a pause the kernel acknowledges
// the first segments at once, whatever they are, and full ones always.

#include <array>

#include "harness/judge/stall.h"
#include "harness/peer/series.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr std::array<int, 5> kSizes = {4000, 64 << 10, 1000, 700, 100};  // One round of calls

void drive(ClientDriver& client) {
  client.open_session();
  std::size_t asked = 0;
  ask_in_turns(client, [&](ConnectionId on) {
    return client.ask_for_bytes(kSizes[asked++ % kSizes.size()], {.on = on});
  });
}

}  // namespace

Scenario delayed_ack_stateless_server_answers_of_any_size_without_stall() {
  return Scenario{{
      .id = "delayed_ack.stateless_server_answers_of_any_size_without_stall",
      .question = "Does no answer of 100 B to 64 kB of 2026-07-28 wait for a delayed ACK?",
      .covers = {},
      .drive = &drive,
      .checks = {no_delayed_ack_stall(Side::kServer)},
      .catches = {server_fault::kNagleTwoWrites},
      .spares = {server_oddity::kNagleOneWrite, server_oddity::kThinks40Ms},
      .era = Era::kStateless,
      .exclusive = true,
  }};
}

}  // namespace tailrace::suites
