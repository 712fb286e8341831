// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/client_environment.h"

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

}  // namespace tailrace
