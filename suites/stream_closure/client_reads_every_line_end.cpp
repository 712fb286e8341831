// SPDX-License-Identifier: Apache-2.0
// An event stream may end its lines by LF, CR or CRLF, mixed and cut anywhere: the call returns
// its Result all the same. After the last CR a comment follows, or it could be half of a CRLF.

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kLeaves{10000};  // The client's own shut-down included.

struct Variant {
  std::string_view name;
  std::vector<std::string> pieces;  // A chunk each; %s stands for the message.
};

const std::vector<Variant>& variants() {
  static const std::vector<Variant> all = {
      {"LF", {"event: message\ndata: %s\n\n"}},
      {"CRLF", {"event: message\r\ndata: %s\r\n\r\n"}},
      {"CR", {"event: message\rdata: %s\r\r: end\r"}},
      {"CRLF then LF", {"event: message\r\ndata: %s\r\n\n"}},
      {"CR then CRLF", {"event: message\rdata: %s\r\r\n: end\r\n"}},
      {"CRLF cut between CR and LF", {"event: message\r", "\ndata: %s\r", "\n\r", "\n"}},
      {"CRLF cut behind the first of two data lines",
       {"event: message\r\ndata: %a\r", "\ndata: %b\r\n\r\n"}},
  };
  return all;
}

void answer(ServerDriver& server, StreamId call, const Variant& variant) {
  server.mark(kMarkVariant, std::string(variant.name));
  server.send_bare_head(call);
  for (const std::string& piece : variant.pieces) {
    server.send_filled(call, piece, server.result_for(call));
    if (variant.pieces.size() > 1) server.stay_connected(Millis(5));
  }
  server.send_end(call);
}

void drive(ServerDriver& server) {
  server.start_client(kRoundsOfForms * static_cast<int>(variants().size()));
  for (int round = 0; round < kRoundsOfForms; ++round) {
    for (const Variant& variant : variants()) answer(server, server.await_call(), variant);
  }
  server.await_exit(kLeaves);
}

}  // namespace

Scenario stream_closure_client_reads_every_line_end() {
  return Scenario{{
      .id = "stream_closure.client_reads_every_line_end",
      .question = "Does the client read event streams whatever ends their lines?",
      .covers = {req::kReadsBothForms},
      .drive = &drive,
      .checks = {call_returns_what_was_sent(req::kReadsBothForms)},
      .catches = {client_fault::kKnowsLineFeedsOnly, client_fault::kSplitsCutLineEnds},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
