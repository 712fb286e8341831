// SPDX-License-Identifier: Apache-2.0
// What a client that is started learns from its environment (fixtures/sut/README.md), of a scenario
// and of a pair alike. Values, any thread.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/time.h"

namespace tailrace {

using Environment = std::vector<std::pair<std::string, std::string>>;

// The official suite's variables and the scenario's name: a client of that suite must not take
// another one of ours for something it has to obey.
Environment conformance_environment(const std::string& scenario);

// And those of the N-call contract. `tool` "": the client's choice.
Environment calls_environment(const std::string& scenario, int calls, const std::string& tool,
                              Millis call_limit);

// The status in the line by which a client that serves says that it is through with a scenario;
// none: another line.
std::optional<int> status_when_done(const std::string& line);

}  // namespace tailrace
