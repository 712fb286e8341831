// SPDX-License-Identifier: Apache-2.0
// The server answers initialize with an older revision than the client offers: a client that goes
// on speaks that one, and says so in each request. One that does not speak it leaves, as it may.

#include "harness/judge/client_laws.h"
#include "harness/judge/law.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr std::string_view kOlder = "2025-06-18";  // The first whose requests name a revision.
constexpr Millis kLeaves{10000};

bool offers_newer(const Timeline& timeline) {
  const Exchange* const opening = first_asked(timeline, "initialize");
  return opening == nullptr ||
         opening->asked->body["params"]["protocolVersion"].as_string() > kOlder;
}

void drive(ServerDriver& server) {
  server.answer_initialize_with(kOlder);
  server.start_client(1);
  server.await_initialize();
  if (!server.history().read(offers_newer)) server.decline("the client offers no newer revision");
  const auto call = server.watch_call(server.until_harm());
  if (!call && !server.watch_exit(kLeaves)) return;  // Nothing says why it makes no call.
  if (!call) server.decline("the client left: it does not speak the older revision");
  server.answer_with_result(*call);
  server.await_exit(kLeaves);
}

}  // namespace

Scenario routing_client_names_older_revision() {
  return Scenario{{
      .id = "routing.client_names_older_revision",
      .question = "Does the client speak the revision that was agreed on, where that is older?",
      .covers = {req::kRevisionAsAgreed},
      .drive = &drive,
      .checks = {names_the_agreed_revision(req::kRevisionAsAgreed)},
      .catches = {client_fault::kNamesOwnRevision},
      .spares = {client_oddity::kStringRequestIds, client_oddity::kOpensListeningGet},
  }};
}

}  // namespace tailrace::suites
