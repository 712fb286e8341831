// SPDX-License-Identifier: Apache-2.0
// Requests with one fault each: a header that does not say what the body says, or is not there, a
// revision that nobody has, no `_meta`. Each is refused, with its own code and 400.

#include <fmt/format.h>

#include "harness/judge/header_laws.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr std::string_view kOurs = "2026-07-28", kEarlier = "2025-11-25", kNobodys = "1900-01-01";

std::string list(int id, std::string_view revision, bool capabilities = true) {
  constexpr std::string_view kPrefix = "io.modelcontextprotocol/";
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"tools/list","params":{{"_meta":{{)"
                     R"("{}protocolVersion":"{}"{}}}}}}})",
                     id, kPrefix, revision,
                     capabilities ? fmt::format(R"(,"{}clientCapabilities":{{}})", kPrefix) : "");
}

void drive(ClientDriver& client) {
  client.open_session();
  int id = 100;
  const auto ask = [&](const std::string& body, const std::vector<HttpHeader>& instead) {
    client.await_answer(client.post_text(body, {.instead = instead}));
  };
  ask(list(++id, kOurs), {{"Mcp-Method", ""}, {"MCP-METHOD", "tools/list"}});
  ask(list(++id, kOurs), {{"Mcp-Method", "prompts/list"}});
  ask(list(++id, kOurs), {{"Mcp-Method", "TOOLS/LIST"}});
  ask(list(++id, kOurs), {{"Mcp-Method", ""}});
  ask(list(++id, kEarlier), {});
  ask(list(++id, kOurs, false), {});
  ask(list(++id, kNobodys), {{"MCP-Protocol-Version", std::string(kNobodys)}});
}

std::vector<Check> checks() {
  auto all = disagreeing_requests_are_refused({req::kVersionsMustAgree, req::kHeadersMustAgree,
                                               req::kValuesHaveCase, req::kHeadersMustBe});
  for (Check& check : std::vector<Check>{
           disagreeing_requests_get_400(req::kMismatchIs400),
           disagreeing_requests_get_their_code(req::kMismatchHasCode),
           unsupported_revisions_get_their_code(req::kUnsupportedHasCode),
           unsupported_revisions_get_400(req::kUnsupportedIs400),
           requests_without_meta_get_their_code(req::kNoMetaHasCode),
           requests_without_meta_get_400(req::kNoMetaIs400),
           header_names_have_no_case(req::kNamesHaveNoCase)}) {
    all.push_back(std::move(check));
  }
  return all;
}

}  // namespace

Scenario error_terminal_stateless_server_refuses_disagreeing_requests() {
  return Scenario{{
      .id = "error_terminal.stateless_server_refuses_disagreeing_requests",
      .question = "Is a request that contradicts itself refused, with the code that says why?",
      .covers = {req::kVersionsMustAgree, req::kHeadersMustAgree, req::kValuesHaveCase,
                 req::kHeadersMustBe, req::kMismatchIs400, req::kMismatchHasCode,
                 req::kUnsupportedHasCode, req::kUnsupportedIs400, req::kNoMetaHasCode,
                 req::kNoMetaIs400, req::kNamesHaveNoCase},
      .drive = &drive,
      .checks = checks(),
      .catches = {server_fault::kServesDisagreeing, server_fault::kRefusesWith200,
                  server_fault::kRefusesWithOneCode, server_fault::kHeaderNamesHaveCase},
      .spares = {server_oddity::kJsonAnswers, server_oddity::kClosesAfterEachResponse},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
