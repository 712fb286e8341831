// SPDX-License-Identifier: Apache-2.0
#include "harness/scenario/scenario.h"

namespace tailrace {

Era era_of(std::string_view revision) {
  return revision >= "2026-07-28" && revision != "auto" ? Era::kStateless : Era::kSessions;
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
