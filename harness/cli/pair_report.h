// SPDX-License-Identifier: Apache-2.0
// What `tailrace pair` adds to the report of a capture. Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "harness/run/pair_account.h"

namespace tailrace {

// ", exit status 1" or the like; nothing of what goes on.
std::string how_ended(const std::optional<ExitStatus>& exit);
// The member `pair` beside the object of schema tailrace.capture/1.
Json pair_json(const PairOptions& options, const PairOutcome& outcome, const PairAccount& account);
// The lines above the report of the capture.
std::string pair_console(const PairOptions& options, const PairOutcome& outcome,
                         const PairAccount& account);

}  // namespace tailrace
