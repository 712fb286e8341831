// SPDX-License-Identifier: Apache-2.0
// An initialize that fails leaves no session; one that offers an unknown revision need not fail.

#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.ask_for_unknown_revision();
  client.await_answer(client.post("ping", Json()));
  if (client.has_session_id(0)) client.delete_session(0);
}

}  // namespace

Scenario routing_server_opens_no_session_for_refused_initialize() {
  return Scenario{{
      .id = "routing.server_opens_no_session_for_refused_initialize",
      .question = "Does initialize with an unknown revision get another one, or leave no session?",
      .covers = {req::kOffersOtherRevision},
      .drive = &drive,
      .checks = {offers_other_revision(req::kOffersOtherRevision),
                 refused_initialize_opens_no_session()},
      .catches = {server_fault::kSessionForRefused, server_fault::kEchoesUnknownVersion},
      .spares = {server_oddity::kRefusesUnknownVersion, server_oddity::kNoSession},
  }};
}

}  // namespace tailrace::suites
