// SPDX-License-Identifier: Apache-2.0
// Of revision 2025-03-26: two requests in one array, of which one is answered and the other
// cancelled. Nothing more is to come then, and the stream ends. The cancel is a batch, too: one of
// notifications, which gets no array of responses.

#include "harness/judge/batches.h"
#include "harness/judge/closure.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  const ClientDriver::Batch batch = client.ask_for_result_and_slow();
  // Some answer a batch as a whole, when its last call is done: nothing can be cancelled then.
  if (!client.watch_message(batch.stream, kWatchServed) || client.is_answered(batch.stream)) return;
  client.cancel_in_batch(batch.ids.back());
  client.watch_end(batch.stream, kWatchOpen);
}

}  // namespace

Scenario routing_server_ends_batch_of_cancelled_call() {
  return Scenario{{
      .id = "routing.server_ends_batch_of_cancelled_call",
      .question = "Does a batch end whose last open request is cancelled?",
      .covers = {req::kCancelFreesStream, req::kBatchOfNoticesGetsNothing},
      .drive = &drive,
      .checks = {cancelled_part_ends_batch(req::kCancelFreesStream),
                 batches_of_notifications_get_no_array(req::kBatchOfNoticesGetsNothing)},
      .catches = {server_fault::kCountsCancelledPart, server_fault::kArrayForNotices},
      .spares = {server_oddity::kBatchInArray, server_oddity::kNoSession,
                 server_oddity::kErrorForCancelled},
      .only_in = "2025-03-26",
  }};
}

}  // namespace tailrace::suites
