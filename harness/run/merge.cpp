// SPDX-License-Identifier: Apache-2.0
#include "harness/run/merge.h"

#include <algorithm>
#include <tuple>

#include "harness/run/glob.h"
#include "harness/wire/escape.h"

namespace tailrace {
namespace {

constexpr std::size_t kShown = 100;  // Bytes of a name in a message.

auto key_of(const ScenarioResult& result) {
  return std::tie(result.id, result.revision, result.mode, result.repeat);
}

// A glob may find its failure in another shard.
bool fails_elsewhere(const StaleBaseline& entry, const std::vector<ScenarioResult>& results) {
  return std::any_of(results.begin(), results.end(), [&](const ScenarioResult& result) {
    return result.baseline == "expected" && glob_matches(entry.id, result.id) &&
           glob_matches(entry.revision, result.revision);
  });
}

void merge_stale(RunRecord& merged) {
  std::vector<StaleBaseline> kept;
  for (const StaleBaseline& entry : merged.stale) {
    const bool told = std::any_of(kept.begin(), kept.end(), [&](const StaleBaseline& known) {
      return std::tie(known.id, known.revision, known.reason) ==
             std::tie(entry.id, entry.revision, entry.reason);
    });
    if (!told && !fails_elsewhere(entry, merged.scenarios)) kept.push_back(entry);
  }
  merged.stale = std::move(kept);
}

}  // namespace

Result<RunRecord> merge_records(std::vector<RunRecord> records) {
  if (records.empty()) return trouble("there is no record to merge");
  RunRecord merged = std::move(records.front());
  for (auto record = records.begin() + 1; record != records.end(); ++record) {
    if (std::tie(merged.role, merged.name, merged.version) !=
        std::tie(record->role, record->name, record->version)) {
      return trouble("the records are of different implementations: " +
                     excerpt(merged.name + " " + merged.version, kShown) + " and " +
                     excerpt(record->name + " " + record->version, kShown));
    }
    // What one of them could not see, the whole did not see.
    if (merged.packets == "captured") merged.packets = record->packets;
    merged.started = std::min(merged.started, record->started);
    merged.ms += record->ms;
    std::move(record->scenarios.begin(), record->scenarios.end(),
              std::back_inserter(merged.scenarios));
    std::move(record->stale.begin(), record->stale.end(), std::back_inserter(merged.stale));
    for (std::string& entry : record->not_asked) {
      const auto& known = merged.not_asked;
      if (std::find(known.begin(), known.end(), entry) == known.end()) {
        merged.not_asked.push_back(std::move(entry));
      }
    }
  }
  std::stable_sort(merged.scenarios.begin(), merged.scenarios.end(),
                   [](const auto& a, const auto& b) { return key_of(a) < key_of(b); });
  const auto twice = std::adjacent_find(
      merged.scenarios.begin(), merged.scenarios.end(),
      [](const auto& a, const auto& b) { return key_of(a) == key_of(b); });
  if (twice != merged.scenarios.end()) {
    return trouble("two records hold " + excerpt(twice->id, kShown) + " at " +
                   excerpt(twice->revision, kShown));
  }
  merge_stale(merged);
  return merged;
}

}  // namespace tailrace
