// SPDX-License-Identifier: Apache-2.0
// Without a session every request says by itself what it is: in headers, and in its body.

#include "harness/judge/calls.h"
#include "harness/judge/client_laws.h"
#include "harness/judge/stateless_client.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 2;
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.start_client(kCalls);
  for (int call = 0; call < kCalls; ++call) server.answer_with_result(server.await_call());
  server.await_exit(kLeaves);
}

}  // namespace

Scenario routing_stateless_client_describes_its_requests() {
  return Scenario{{
      .id = "routing.stateless_client_describes_its_requests",
      .question = "Does each request say its revision, its method and what the client can do?",
      .covers = {req::kVersionInEveryHeader, req::kVersionsAgree, req::kMethodInHeader,
                 req::kNameInHeader, req::kMetaIsComplete, req::kClientNamed,
                 req::kOneMessageAPost},
      .drive = &drive,
      .checks = {requests_describe_themselves({req::kVersionInEveryHeader, req::kVersionsAgree,
                                               req::kMethodInHeader, req::kNameInHeader,
                                               req::kMetaIsComplete}),
                 requests_name_the_client(req::kClientNamed),
                 posts_carry_one_message(req::kOneMessageAPost),
                 call_returns_what_was_sent(Rule{})},
      .catches = {client_fault::kDropsVersionHeader, client_fault::kDropsMethodHeader,
                  client_fault::kHidesItself, client_fault::kPostsTwoMessages,
                  client_fault::kNamesOtherRevision, client_fault::kDropsNameHeader,
                  client_fault::kHidesCapabilities},
      .spares = {client_oddity::kListsToolsFirst, client_oddity::kStringRequestIds},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
