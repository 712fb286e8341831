// SPDX-License-Identifier: Apache-2.0
// In 2025-03-26 messages may come in batches, also as the data of an event: a client that agrees to
// that revision reads them. One that does not speak it leaves, as it may.

#include <array>

#include "harness/judge/calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr std::string_view kWithBatches = "2025-03-26";
constexpr std::array<StreamText, 3> kVariants = {{
    {"no batch", "event: message\ndata: %s\n\n"},
    {"the response", "event: message\ndata: [%s]\n\n"},
    {"notifications before it",
     R"(data: [{"jsonrpc":"2.0","method":"notifications/message",)"
     R"("params":{"level":"info","data":"one"}},)"
     R"({"jsonrpc":"2.0","method":"notifications/message",)"
     R"("params":{"level":"info","data":"two"}}])"
     "\n\nevent: message\ndata: %s\n\n"},
}};

void drive(ServerDriver& server) {
  server.answer_initialize_with(kWithBatches);
  server.declare_logging();
  server.answer_as(kVariants);
}

}  // namespace

Scenario stream_closure_client_reads_batches() {
  return Scenario{{
      .id = "stream_closure.client_reads_batches",
      .question = "Does the client read batches, where it agrees to a revision that has them?",
      .covers = {req::kBatchesAreRead},
      .drive = &drive,
      .checks = {call_returns_from_batches(req::kBatchesAreRead)},
      .catches = {client_fault::kFailsOnBatches},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds},
  }};
}

}  // namespace tailrace::suites
