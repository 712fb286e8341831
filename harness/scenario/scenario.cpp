// SPDX-License-Identifier: Apache-2.0
#include "harness/scenario/scenario.h"

#include "harness/judge/session.h"

namespace tailrace {

Era era_of(std::string_view revision) {
  return has_sessions(revision) ? Era::kSessions : Era::kStateless;
}

std::vector<std::string> Scenario::requirements(const Catalogue& catalogue,
                                                std::string_view revision) const {
  std::vector<std::string> in_force;
  for (const Rule& rule : spec_.covers) {
    for (const Requirement& requirement : rule) {
      if (catalogue.level(requirement.id, revision)) in_force.emplace_back(requirement.id);
    }
  }
  return in_force;
}

}  // namespace tailrace
