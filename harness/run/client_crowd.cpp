// SPDX-License-Identifier: Apache-2.0
#include "harness/run/client_crowd.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/base/ids.h"

namespace tailrace {
namespace {

constexpr std::string_view kCalls = " to ";

// "" of what stands for itself.
std::string crowd_of(const ScenarioResult& result) {
  const auto at = result.mode.find(kCalls);
  if (result.role != name_of(Side::kClient) || at == std::string::npos) return "";
  std::string key = fmt::format("{}\n{}\n{}\n{}\n{}", result.id, result.revision,
                                result.mode.substr(at), name_of(result.verdict), result.reason);
  if (result.findings.empty()) return key;
  const Finding& finding = result.findings.front();
  return fmt::format("{}\n{}\n{}", key, finding.required, finding.likely_cause);
}

}  // namespace

std::string name_of_client(std::string_view client, std::string_view server) {
  return fmt::format("{}{}{}", client, kCalls, server);
}

std::vector<ScenarioResult> crowds_as_one(std::vector<ScenarioResult> results) {
  std::map<std::string, std::size_t> sizes;
  std::vector<std::string> crowds;
  for (const ScenarioResult& result : results) {
    crowds.push_back(crowd_of(result));
    if (!crowds.back().empty()) ++sizes[crowds.back()];
  }
  std::map<std::string, std::size_t> places;  // Of who stands for a crowd.
  std::vector<ScenarioResult> told;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const bool crowded = !crowds[i].empty() && sizes[crowds[i]] > kMostClients;
    const auto [place, is_first] =
        crowded ? places.try_emplace(crowds[i], told.size()) : std::pair(places.end(), true);
    if (is_first) {
      told.push_back(std::move(results[i]));
      if (!crowded) continue;
      std::string& mode = told.back().mode;
      mode.insert(mode.find(kCalls), fmt::format(" and {} more", sizes[crowds[i]] - 1));
    } else {
      told[place->second].frames += results[i].frames;
      told[place->second].ms = std::max(told[place->second].ms, results[i].ms);
    }
  }
  return told;
}

}  // namespace tailrace
