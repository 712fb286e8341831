// SPDX-License-Identifier: Apache-2.0
#include "harness/run/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "harness/run/glob.h"
#include "harness/run/plan.h"
#include "harness/wire/escape.h"

namespace tailrace {
namespace {

constexpr std::size_t kShown = 100;  // Bytes of a name in a message.
constexpr std::string_view kCommand = "-- ";  // So begins the source of what has no name but it.

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

std::size_t shards_with(const std::string& shard) {
  const auto known = shard_of(shard);
  return known ? known->count : 0;
}

// A part that ran, and is not there, was not judged by anybody.
Status merge_shards(RunRecord& merged) {
  if (merged.shards.empty()) return {};
  std::sort(merged.shards.begin(), merged.shards.end());
  const auto first = merged.shards.begin();
  if (const auto twice = std::adjacent_find(first, merged.shards.end());
      twice != merged.shards.end()) {
    return trouble("two records are of shard " + excerpt(*twice, kShown));
  }
  const std::size_t count = shards_with(*first);
  for (const std::string& shard : merged.shards) {
    if (count != 0 && shards_with(shard) == count) continue;
    return trouble("shards of different runs: " + excerpt(*first, kShown) + " and " +
                   excerpt(shard, kShown));
  }
  merged.missing_shards.clear();
  for (std::size_t i = 1; i <= count; ++i) {
    const std::string shard = fmt::format("{}/{}", i, count);
    if (std::ranges::count(merged.shards, shard) == 0) merged.missing_shards.push_back(shard);
  }
  return {};
}

// Its frames are those of its own shard's capture.
void name_shard(RunRecord& record) {
  if (record.shards.size() != 1) return;
  for (ScenarioResult& result : record.scenarios) {
    if (result.shard.empty()) result.shard = record.shards.front();
  }
}

// What was started by a command has no name.
std::string told(const RunRecord& record) {
  const std::string named = record.name.empty() ? record.source : record.name;
  return record.role + " '" + excerpt(named + (record.version.empty() ? "" : " ") + record.version,
                                      kShown) + "'";
}

}  // namespace

Result<RunRecord> merge_records(std::vector<RunRecord> records) {
  if (records.empty()) return trouble("there is no record to merge");
  for (RunRecord& record : records) name_shard(record);
  RunRecord merged = std::move(records.front());
  for (auto record = records.begin() + 1; record != records.end(); ++record) {
    const bool nameless = merged.name.empty() && merged.source.starts_with(kCommand);
    if (std::tie(merged.role, merged.name, merged.version) !=
            std::tie(record->role, record->name, record->version) ||
        (nameless && merged.source != record->source)) {
      return trouble("the records are of different implementations: " +
                     told(merged) + " and " + told(*record));
    }
    // What one of them could not see, the whole did not see.
    if (merged.packets == "captured") merged.packets = record->packets;
    merged.started = std::min(merged.started, record->started);
    merged.ms += record->ms;
    merged.never_driven += record->never_driven;
    std::move(record->scenarios.begin(), record->scenarios.end(),
              std::back_inserter(merged.scenarios));
    std::ranges::copy(record->shards, std::back_inserter(merged.shards));
    std::move(record->stale.begin(), record->stale.end(), std::back_inserter(merged.stale));
    for (std::string& entry : record->not_asked) {
      const auto& known = merged.not_asked;
      if (std::find(known.begin(), known.end(), entry) == known.end()) {
        merged.not_asked.push_back(std::move(entry));
      }
    }
  }
  if (auto good = merge_shards(merged); !good) return std::unexpected(good.error());
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
