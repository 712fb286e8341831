// SPDX-License-Identifier: Apache-2.0
// A scenario as a small Python program that needs no Tailrace: the bytes that were sent, again, and
// what came held against what had come. For an issue of the implementation's tracker. Pure.
#pragma once

#include <string>
#include <vector>

#include "harness/record/fact.h"
#include "harness/record/run_record.h"

namespace tailrace {

// Of a server: the program takes its URL. Of a client: it takes the client's command. Secrets were
// replaced when the facts were recorded, so a server that asks for them refuses. Error: why no such
// program can show it, for example since it was seen in the process alone.
Result<std::string> reproduction(const ScenarioResult& result, const std::vector<Fact>& facts);

}  // namespace tailrace
