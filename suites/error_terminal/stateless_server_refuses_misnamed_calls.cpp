// SPDX-License-Identifier: Apache-2.0
// Calls of a tool whose Mcp-Name says another name, or none: each is refused with 400 and the code
// for that, and not served.

#include <fmt/format.h>

#include "harness/judge/header_laws.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

std::string call(int id, const ToolCall& tool) {
  constexpr std::string_view kPrefix = "io.modelcontextprotocol/";
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"tools/call","params":{{"name":{},)"
                     R"("arguments":{},"_meta":{{"{}protocolVersion":"2026-07-28",)"
                     R"("{}clientCapabilities":{{}}}}}}}})",
                     id, to_text(Json(tool.name)), to_text(tool.arguments), kPrefix, kPrefix);
}

void drive(ClientDriver& client) {
  client.open_session();
  const AllowedTools& tools = client.tools();
  const auto& tool = tools.plain ? tools.plain : tools.chatty;
  if (!tool) client.decline("the manifest's tools name none that is \"plain\"");
  int id = 200;
  for (const std::string& name : {"another-" + tool->name, std::string()}) {
    const std::vector<HttpHeader> instead = {{"Mcp-Name", name}};
    client.await_answer(client.post_text(call(++id, *tool), {.instead = instead}));
  }
}

std::vector<Check> checks() {
  auto all = disagreeing_requests_are_refused(
      {Rule{}, req::kHeadersMustAgree, Rule{}, req::kHeadersMustBe});
  all.push_back(disagreeing_requests_get_400(req::kMismatchIs400));
  all.push_back(disagreeing_requests_get_their_code(req::kMismatchHasCode));
  return all;
}

}  // namespace

Scenario error_terminal_stateless_server_refuses_misnamed_calls() {
  return Scenario{{
      .id = "error_terminal.stateless_server_refuses_misnamed_calls",
      .question = "Is a call refused whose header names another tool than its body?",
      .covers = {req::kHeadersMustAgree, req::kHeadersMustBe, req::kMismatchIs400,
                 req::kMismatchHasCode},
      .drive = &drive,
      .checks = checks(),
      .catches = {server_fault::kServesDisagreeing, server_fault::kRefusesWith200,
                  server_fault::kRefusesWithOneCode},
      .spares = {server_oddity::kJsonAnswers, server_oddity::kClosesAfterEachResponse},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
