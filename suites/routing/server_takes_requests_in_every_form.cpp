// SPDX-License-Identifier: Apache-2.0
// The same request with names of headers in lower case, as HTTP/2 proxies and many clients write
// them, with a charset in its Content-Type, and in two segments: the server takes each.

#include "harness/judge/request_forms.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kApart{30};  // Two segments, and two reads of a server.

void drive(ClientDriver& client) {
  client.open_session();
  const std::string_view asks = client.plainest();
  client.await_answer(client.post(asks, Json(), {.fresh = true}));
  client.mark(kMarkForm, std::string(kFormLowerCase));
  client.await_answer(client.post(asks, Json(), {.fresh = true, .lower_case_names = true}));
  client.mark(kMarkForm, std::string(kFormCharset));
  const HttpHeader typed{"Content-Type", "application/json; charset=utf-8"};
  client.await_answer(client.post(asks, Json(), {.fresh = true, .instead = {typed}}));
  client.mark(kMarkForm, std::string(kFormSegments));
  const std::string request = client.compose(asks, Json());
  const std::size_t half = request.size() - request.size() / 8;  // In the midst of the body.
  const ConnectionId link = client.open_connection();
  const StreamId asked = client.send_bytes(link, request.substr(0, half));
  client.stay_connected(kApart);
  client.send_more(link, request.substr(half));
  client.await_answer(asked);
}

}  // namespace

Scenario routing_server_takes_requests_in_every_form() {
  return Scenario{{
      .id = "routing.server_takes_requests_in_every_form",
      .question = "Is a request served whatever form HTTP lets it have?",
      .covers = {},
      .drive = &drive,
      .checks = {requests_are_served_in_every_form()},
      .catches = {server_fault::kComparesHeaderNames, server_fault::kComparesContentTypes},
      .spares = {server_oddity::kJsonAnswers, server_oddity::kNoSession,
                 server_oddity::kClosesAfterEachResponse},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
