// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/client_environment.h"

#include "harness/wire/json.h"

namespace tailrace {

Environment conformance_environment(const std::string& scenario) {
  return {{"TAILRACE_SCENARIO", scenario},
          {"MCP_CONFORMANCE_SCENARIO", "tools_call"},
          {"MCP_CONFORMANCE_CONTEXT", "{}"}};
}

Environment calls_environment(const std::string& scenario, int calls, const std::string& tool,
                              Millis call_limit) {
  Environment environment = conformance_environment(scenario);
  environment.emplace_back("TAILRACE_CALLS", std::to_string(calls));
  environment.emplace_back("TAILRACE_CALL_LIMIT_MS", std::to_string(call_limit.count()));
  if (!tool.empty()) environment.emplace_back("TAILRACE_TOOL", tool);
  return environment;
}

std::optional<int> status_when_done(const std::string& line) {
  if (line.find("\"done\"") == std::string::npos) return std::nullopt;
  const auto json = parse_json(line);
  if (!json || !(*json)["done"].as_bool()) return std::nullopt;
  return static_cast<int>((*json)["status"].as_int());
}

}  // namespace tailrace
