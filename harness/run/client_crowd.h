// SPDX-License-Identifier: Apache-2.0
// The clients of a capture by name, and the results of a crowd of them as one: what a thousand
// clients of one server do alike is no thousand news. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/record/run_record.h"

namespace tailrace {

// As the mode of a result: "10.0.0.7 to 10.0.0.1:8080".
std::string name_of_client(std::string_view client, std::string_view server);

// So many clients of a server keep a result each, of those that came to the same.
inline constexpr std::size_t kMostClients = 8;
// Of more the first stands for all, "10.0.0.7 and 860 more to 10.0.0.1:8080": by scenario,
// revision, verdict, its reason, and of failures the rule and the cause. The order stays.
std::vector<ScenarioResult> crowds_as_one(std::vector<ScenarioResult> results);

}  // namespace tailrace
