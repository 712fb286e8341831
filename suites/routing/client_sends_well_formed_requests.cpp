// SPDX-License-Identifier: Apache-2.0
// From the handshake to the end, each message of the client is as it should be, in its own POST.

#include "harness/judge/client_headers.h"
#include "harness/judge/client_laws.h"
#include "harness/judge/message_laws.h"
#include "harness/judge/single_fields.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 2;
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.ask_to_listen();
  const int calls = server.up_to(kCalls);
  server.start_client(calls);
  for (int call = 0; call < calls; ++call) {
    const StreamId stream = server.await_call();
    server.send_head(stream);
    server.send_message(stream, server.ping());
    server.send_result(stream, true);
  }
  server.await_exit(kLeaves);
}

}  // namespace

Scenario routing_client_sends_well_formed_requests() {
  return Scenario{{
      .id = "routing.client_sends_well_formed_requests",
      .question = "Is each message of the client what it should be, and sent as it should be?",
      .covers = {req::kIsJsonRpc, req::kIdIsTextOrInteger, req::kIdIsNotNull, req::kNoticeHasNoId,
                 req::kMetaPrefix, req::kMetaLabel, req::kMetaName, req::kKeepsRevision,
                 req::kOneMessageAPost, req::kMessagesInPosts, req::kGetAcceptsEvents,
                 req::kRevisionAsAgreed, req::kInitializeFirst, req::kInitializeSaysWho,
                 req::kInitializeAwaited, req::kInitializedSaid, req::kOffersOwnRevision,
                 req::kTokenKind, req::kFewPings, req::kServerDeclared},
      .drive = &drive,
      .checks = {messages_are_json_rpc(req::kIsJsonRpc),
                 request_ids_are_text_or_integers(req::kIdIsTextOrInteger),
                 request_ids_are_not_null(req::kIdIsNotNull),
                 notifications_have_no_id(req::kNoticeHasNoId),
                 meta_prefixes_are_labels(req::kMetaPrefix),
                 meta_labels_are_well_formed(req::kMetaLabel),
                 meta_names_are_well_formed(req::kMetaName),
                 keeps_to_its_revision(req::kKeepsRevision),
                 posts_carry_one_message(req::kOneMessageAPost),
                 only_posts_carry_messages(req::kMessagesInPosts), posts_say_their_type(),
                 gets_accept_events(req::kGetAcceptsEvents),
                 gets_list_events(req::kGetAcceptsEvents),
                 names_the_agreed_revision(req::kRevisionAsAgreed),
                 initialize_comes_first(req::kInitializeFirst),
                 initialize_says_who_asks(req::kInitializeSaysWho),
                 initialize_is_awaited(req::kInitializeAwaited),
                 initialized_is_said(req::kInitializedSaid),
                 offers_what_it_speaks(req::kOffersOwnRevision),
                 progress_tokens_are_text_or_integers(req::kTokenKind),
                 pings_are_few(req::kFewPings), single_fields_come_once(),
                 asks_for_what_is_declared(req::kServerDeclared)},
      .catches = {client_fault::kAcceptsAnything, client_fault::kDropsJsonrpc,
                  client_fault::kFractionIds, client_fault::kNullIds, client_fault::kIdsInNotices,
                  client_fault::kOddMetaKeys, client_fault::kPostsTwoMessages,
                  client_fault::kDeletesWithMessage, client_fault::kPostsWithoutType,
                  client_fault::kGetsWithoutAccept, client_fault::kNamesOtherRevision,
                  client_fault::kAsksBeforeInitialize, client_fault::kHidesItself,
                  client_fault::kNeverSaysInitialized, client_fault::kRefusesOwnRevision,
                  client_fault::kOddTokens, client_fault::kFloodsPings,
                  client_fault::kLosesInitialize, client_fault::kDoublesVersionHeader,
                  client_fault::kAsksForUndeclared},
      .spares = {client_oddity::kOpensListeningGet, client_oddity::kListsToolsFirst,
                 client_oddity::kSendsTokens, client_oddity::kStringRequestIds,
                 client_oddity::kPausesAfterInitialize},
  }};
}

}  // namespace tailrace::suites
