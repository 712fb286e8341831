// SPDX-License-Identifier: Apache-2.0
// What the calls have in common whose answers a client lost, and those that came back have not.
// Pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "harness/judge/client_calls.h"

namespace tailrace {

struct LostCause {
  std::string_view likely_cause, cure;
};

// nullopt where what came before the answers, or beside them, does not tell the two apart.
std::optional<LostCause> cause_of_losses(const Timeline& timeline,
                                         const std::vector<const ClientCall*>& lost,
                                         const std::vector<const ClientCall*>& came_back);

// Both were answered by the same kinds of messages, one after the other.
bool are_of_one_form(const ClientCall& one, const ClientCall& other);

}  // namespace tailrace
