// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/always.h"

#include <array>

#include "harness/judge/calls.h"
#include "harness/judge/client_headers.h"
#include "harness/judge/closure.h"
#include "harness/judge/invented_results.h"
#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/leaving.h"
#include "harness/judge/lost_answer.h"
#include "harness/judge/server_laws.h"
#include "harness/judge/session.h"
#include "harness/judge/stateless_client.h"

namespace tailrace {
namespace {

constexpr std::array<Requirement, 1> kAnswerCarriesId = {Requirement{"RPC-RES-01"}};
constexpr std::array<Requirement, 1> kOneResponse = {Requirement{"RPC-RES-06"}};
constexpr std::array<Requirement, 3> kResponseEndsStream = {
    Requirement{"SH-CLOSE-02"}, Requirement{"SH-CLOSE-03"}, Requirement{"SH-CLOSE-04"}};
constexpr std::array<Requirement, 1> kNamesSession = {Requirement{"SH-SESS-05"}};
constexpr std::array<Requirement, 1> kNamesRevision = {Requirement{"SH-VER-01"}};
constexpr std::array<Requirement, 1> kAcceptsBoth = {Requirement{"SH-POST-03"}};
constexpr std::array<Requirement, 2> kVersionInHeader = {Requirement{"SH-HDR-02"},
                                                         Requirement{"SH-HDR-01"}};
constexpr std::array<Requirement, 1> kVersionsAgree = {Requirement{"SH-HDR-03"}};
constexpr std::array<Requirement, 1> kMethodInHeader = {Requirement{"SH-HDR-05"}};
constexpr std::array<Requirement, 1> kNameInHeader = {Requirement{"SH-HDR-06"}};
constexpr std::array<Requirement, 1> kMetaIsComplete = {Requirement{"SH-REQ-05"}};
constexpr std::array<Requirement, 1> kGetBringsNoResponse = {Requirement{"SH-GET-06"}};

// An Error may lack the id, or hold null, where the server could not read it.
Look own_id(const Evidence&, const Exchange& exchange) {
  const RpcMessage* const final = exchange.final_message();
  // What a request is refused with is another law's (answers_name_their_request).
  if (!is_request(exchange) || final == nullptr || !is_success(exchange)) return std::nullopt;
  if (final->id == exchange.asked->id) return "";
  if (final->kind == MessageKind::kError && names_nobody(*final)) return "";
  return "its stream brought " + describe(*final);
}

const Law kOwnId{
    .name = "answers_carry_their_ids",
    .required = "the response on a request's stream has the id of that request",
    .likely_cause = "responses are routed by something else than the request, such as the order in "
                    "which handlers end",
    .cure = "keep the id beside the stream, and look the stream up by it",
    .unseen = "no request was answered",
    .look = own_id,
    .reason = answered_as_text,
};

}  // namespace

const std::vector<Check>& laws_of_every(Side under_test) {
  static const std::vector<Check> of_clients = {
      requests_say_what_they_must(kNamesSession, kNamesRevision, kAcceptsBoth),
      requests_describe_themselves({kVersionInHeader, kVersionsAgree, kMethodInHeader,
                                    kNameInHeader, kMetaIsComplete}),
      plain_calls_return(), failures_are_no_results(), client_exits_in_order()};
  static const std::vector<Check> of_servers = {
      check_of(kOwnId, kAnswerCarriesId),
      nothing_follows(Final::kEither, kOneResponse, kResponseEndsStream),
      get_carries_no_response(kGetBringsNoResponse), answers_are_not_lost()};
  return under_test == Side::kServer ? of_servers : of_clients;
}

}  // namespace tailrace
