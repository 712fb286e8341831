// SPDX-License-Identifier: Apache-2.0
// Results, Errors and requests for input, each the message that it should be, with the type, the
// code and the members that this revision asks for.

#include "harness/judge/message_laws.h"
#include "harness/judge/stateless_laws.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  client.await_answer(client.post("tools/list", Json()));
  if (client.tools().chatty) client.await_answer(client.ask_tool(&AllowedTools::chatty));
  if (client.tools().asking) client.await_answer(client.ask_tool(&AllowedTools::asking));
  for (std::size_t kind = 0; kind < ClientDriver::kErrorKinds; ++kind) {
    client.await_answer(client.ask_for_error(kind));
  }
}

}  // namespace

Scenario error_terminal_stateless_server_sends_well_formed_messages() {
  return Scenario{{
      .id = "error_terminal.stateless_server_sends_well_formed_messages",
      .question = "Is each message of the server, Errors above all, what it should be?",
      .covers = {req::kIsJsonRpc, req::kResultHasType, req::kResultTypeIsKnown, req::kServerNamed,
                 req::kDiscoverInFull, req::kCacheHints, req::kTtlNotNegative, req::kCodeDefined,
                 req::kCodeMeant, req::kCodeNotOld, req::kCodeNotWithdrawn, req::kCodeOutside,
                 req::kInputWhereItMay, req::kInputForSomething, req::kInputIsKnown,
                 req::kInputKeys, req::kInputAsDeclared},
      .drive = &drive,
      .checks = {messages_are_json_rpc(req::kIsJsonRpc), results_have_a_type(req::kResultHasType),
                 result_types_are_known(req::kResultTypeIsKnown),
                 results_name_the_server(req::kServerNamed),
                 discover_is_answered_in_full(req::kDiscoverInFull),
                 cacheable_results_say_how_long(req::kCacheHints),
                 times_to_live_are_not_negative(req::kTtlNotNegative),
                 error_codes_are_defined(req::kCodeDefined), error_codes_are_meant(req::kCodeMeant),
                 error_codes_are_not_of_old(req::kCodeNotOld),
                 error_codes_are_not_withdrawn(req::kCodeNotWithdrawn),
                 error_codes_of_ours_lie_outside(req::kCodeOutside),
                 input_is_asked_for_where_it_may(req::kInputWhereItMay),
                 input_required_asks_for_something(req::kInputForSomething),
                 input_requests_are_known(req::kInputIsKnown),
                 input_keys_are_unique(req::kInputKeys),
                 input_is_asked_for_as_declared(req::kInputAsDeclared)},
      .catches = {server_fault::kDropsJsonrpc, server_fault::kDropsResultType,
                  server_fault::kOddResultType, server_fault::kHidesServer,
                  server_fault::kIncompleteDiscover, server_fault::kDropsCacheHints,
                  server_fault::kNegativeTtl, server_fault::kUndefinedCode,
                  server_fault::kMisusedCode, server_fault::kOldCode, server_fault::kWithdrawnCode,
                  server_fault::kReservedCode, server_fault::kInputForLists,
                  server_fault::kAsksForNothing, server_fault::kAsksUnknownInput,
                  server_fault::kRepeatsInputKeys, server_fault::kAsksForUrl},
      .spares = {server_oddity::kJsonAnswers, server_oddity::kErrorsAsIsError},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
