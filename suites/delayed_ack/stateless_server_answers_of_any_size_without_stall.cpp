// SPDX-License-Identifier: Apache-2.0
// 2026-07-28: answers of 100 B to 64 kB.

#include "harness/judge/stall.h"
#include "harness/peer/series.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {

Scenario delayed_ack_stateless_server_answers_of_any_size_without_stall() {
  return Scenario{{
      .id = "delayed_ack.stateless_server_answers_of_any_size_without_stall",
      .question = "Does no answer of 100 B to 64 kB of 2026-07-28 wait for a delayed ACK?",
      .covers = {},
      .drive = &ask_for_sizes_in_turns,
      .checks = {no_delayed_ack_stall(Side::kServer)},
      .catches = {server_fault::kNagleTwoWrites},
      .spares = {server_oddity::kNagleOneWrite, server_oddity::kThinks40Ms},
      .era = Era::kStateless,
      .exclusive = true,
  }};
}

}  // namespace tailrace::suites
