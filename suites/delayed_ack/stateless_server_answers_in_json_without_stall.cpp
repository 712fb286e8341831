// SPDX-License-Identifier: Apache-2.0
// 2026-07-28: head and body of a JSON answer, written apart with Nagle's algorithm on, make a stall
// as well.

#include "harness/judge/stall.h"
#include "harness/peer/series.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {

Scenario delayed_ack_stateless_server_answers_in_json_without_stall() {
  return Scenario{{
      .id = "delayed_ack.stateless_server_answers_in_json_without_stall",
      .question = "Does no JSON answer of 2026-07-28 wait for a delayed ACK?",
      .covers = {},
      .drive = &ask_for_json_in_turns,
      .checks = {no_delayed_ack_stall(Side::kServer)},
      .catches = {server_fault::kNagleSplitsReplies},
      .spares = {server_oddity::kNagleOneWrite, server_oddity::kIgnoresPreference},
      .era = Era::kStateless,
      .exclusive = true,
  }};
}

}  // namespace tailrace::suites
