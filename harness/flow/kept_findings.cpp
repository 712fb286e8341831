// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/kept_findings.h"

#include <algorithm>

namespace tailrace {

KeptFindings::Tally& KeptFindings::tally_of(std::string_view kind) {
  if (const auto known = tallies_.find(kind); known != tallies_.end()) return known->second;
  const std::string name(kind);
  return tallies_
      .emplace(name, Tally{&report_.count_by_kind[name], &report_.cost_by_kind[name], Nanos(0), {}})
      .first->second;
}

std::optional<std::size_t> KeptFindings::place_of(std::string_view kind, Nanos cost) {
  Tally& tally = tally_of(kind);
  *tally.cost += cost;
  const bool is_worst = cost > tally.worst;
  tally.worst = std::max(tally.worst, cost);
  if (++*tally.count <= most_) return report_.findings.size();
  if (!is_worst || tally.late) ++report_.findings_left_out;
  if (!is_worst) return std::nullopt;
  if (!tally.late) tally.late = report_.findings.size();
  return tally.late;
}

void KeptFindings::put(std::size_t place, CaptureFinding finding) {
  if (place == report_.findings.size()) {
    report_.findings.push_back(std::move(finding));
  } else {
    report_.findings[place] = std::move(finding);
  }
}

}  // namespace tailrace
