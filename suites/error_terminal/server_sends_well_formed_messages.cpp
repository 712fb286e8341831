// SPDX-License-Identifier: Apache-2.0
// Results, Errors of every kind, notifications, and the answers to what could not be read: each is
// the message that it should be.

#include "harness/judge/message_laws.h"
#include "harness/judge/server_laws.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kChatty = 2;  // So that progress could be mixed up.

void drive(ClientDriver& client) {
  client.open_session();
  client.await_answer(client.ask_for_result());
  for (int call = 0; client.tools().chatty && call < kChatty; ++call) {
    client.await_answer(client.ask_tool(&AllowedTools::chatty));
  }
  for (std::size_t kind = 0; kind < ClientDriver::kErrorKinds; ++kind) {
    client.await_answer(client.ask_for_error(kind));
  }
  client.await_answer(client.ask_for_result({.id = R"("ключ é 鍵")"}));
  client.await_answer(client.ask_for_result({.id = R"(9007199254740991)"}));
  client.await_answer(client.post_text(R"({"jsonrpc":"2.0","id":)"));
}

}  // namespace

Scenario error_terminal_server_sends_well_formed_messages() {
  return Scenario{{
      .id = "error_terminal.server_sends_well_formed_messages",
      .question = "Is each message of the server, Errors above all, what it should be?",
      .covers = {req::kIsJsonRpc, req::kNoticeHasNoId, req::kResultOrError, req::kErrorHasParts,
                 req::kCodeIsInteger, req::kErrorIsSentence, req::kMetaPrefix, req::kMetaLabel,
                 req::kMetaName, req::kKeepsRevision, req::kUtf8, req::kNoInventedId,
                 req::kStandardCodes, req::kRefusesUnknown, req::kProgressHasToken,
                 req::kElicitationError, req::kAnswerCarriesId, req::kProgressAtHome,
                 req::kProgressGrows, req::kProgressStops},
      .drive = &drive,
      .checks = {messages_are_json_rpc(req::kIsJsonRpc),
                 notifications_have_no_id(req::kNoticeHasNoId),
                 responses_are_result_or_error(req::kResultOrError),
                 errors_have_code_and_message(req::kErrorHasParts),
                 error_codes_are_integers(req::kCodeIsInteger),
                 error_messages_are_one_line(req::kErrorIsSentence),
                 meta_prefixes_are_labels(req::kMetaPrefix),
                 meta_labels_are_well_formed(req::kMetaLabel),
                 meta_names_are_well_formed(req::kMetaName),
                 keeps_to_its_revision(req::kKeepsRevision), text_comes_back_in_utf8(req::kUtf8),
                 answers_name_their_request(req::kAnswerCarriesId),
                 unreadable_requests_get_no_id(req::kNoInventedId),
                 errors_have_standard_codes(req::kStandardCodes),
                 unknown_methods_are_refused(req::kRefusesUnknown),
                 progress_has_a_token(req::kProgressHasToken),
                 progress_keeps_to_its_stream(req::kProgressAtHome),
                 progress_grows(req::kProgressGrows),
                 progress_stops_with_the_response(req::kProgressStops),
                 elicitation_errors_are_unasked(req::kElicitationError)},
      .catches = {server_fault::kDropsJsonrpc, server_fault::kResultAndError,
                  server_fault::kShortIds,
                  server_fault::kErrorWithoutMessage, server_fault::kErrorCodeAsText,
                  server_fault::kErrorOfLines, server_fault::kOneCodeForAll,
                  server_fault::kTakesUnknownMethods, server_fault::kManglesUtf8,
                  server_fault::kOddMetaKeys, server_fault::kNoticeWithId,
                  server_fault::kAnswersInBatches, server_fault::kProgressWithoutToken,
                  server_fault::kElicitationError, server_fault::kInventsId,
                  server_fault::kMixesUpProgress, server_fault::kProgressStandsStill,
                  server_fault::kProgressAfterFinal, server_fault::kRefusesOddIds},
      .spares = {server_oddity::kJsonAnswers, server_oddity::kErrorsAsIsError,
                 server_oddity::kCommentsAfterFinal},
  }};
}

}  // namespace tailrace::suites
