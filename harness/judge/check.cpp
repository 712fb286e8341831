// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/check.h"

namespace tailrace {

Judgement held() {
  return {};
}

Judgement not_applicable(std::string why) {
  return {Outcome::kNotApplicable, std::move(why), {}, {}};
}

Judgement inconclusive(std::string why) {
  return {Outcome::kInconclusive, std::move(why), {}, {}};
}

Judgement broken(Finding finding) {
  return broken(std::vector<Finding>{std::move(finding)});
}

Judgement broken(std::vector<Finding> findings) {
  return {Outcome::kBroken, "", std::move(findings), {}};
}

Finding finding_of(const Evidence& evidence, std::string_view check, Rule rule, std::string harm) {
  Finding finding;
  finding.check = check;
  finding.harm = std::move(harm);
  finding.level = Level::kNote;
  for (const Requirement& requirement : rule) {
    const auto level = evidence.catalogue.level(requirement.id, evidence.revision);
    if (!level) continue;  // A row of another revision.
    finding.requirements.emplace_back(requirement.id);
    if (*level < finding.level) finding.level = *level;
  }
  if (finding.harm.empty()) return finding;
  finding.breaks_must = finding.level == Level::kMust;
  finding.level = Level::kHarm;
  return finding;
}

}  // namespace tailrace
