// SPDX-License-Identifier: Apache-2.0
#include "reports/counts.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "harness/record/marks.h"
#include "harness/wire/escape.h"

namespace tailrace {
namespace {

constexpr std::size_t kLongestWord = 100;  // Bytes of an id, a revision, a mode.
constexpr std::size_t kLongestName = 200;  // Bytes of the implementation's name or command.
constexpr std::size_t kLongestReason = 400;
constexpr std::ptrdiff_t kStaysAlways = 3;  // Scenarios in which a client stayed for ever.

// What it did is told, scenario by scenario; that it is one thing, here.
std::string told_of_client_that_stays(const RunRecord& record) {
  const auto stayed = std::ranges::count_if(record.scenarios, [](const ScenarioResult& result) {
    return result.reason.find(kEndOfClient) != std::string::npos;
  });
  if (stayed < kStaysAlways) return "";
  return fmt::format("the client did not end by itself in {} scenarios: behind its last call it "
                     "stays for TAILRACE_LINGER_MS, ends its session and exits "
                     "(fixtures/sut/README.md); mend that first",
                     stayed);
}

}  // namespace

std::string counted(std::size_t count, std::string_view one, std::string_view more) {
  return fmt::format("{} {}", count, count == 1 ? one : more);
}

std::string_view shown_word(const ScenarioResult& result) {
  if (result.baseline.empty()) return name_of(result.verdict);
  return result.baseline == "unstable" ? "unstable" : "expected";
}

std::map<Verdict, std::size_t> count_verdicts(const RunRecord& record) {
  std::map<Verdict, std::size_t> counts;
  for (const ScenarioResult& result : record.scenarios) {
    if (result.baseline.empty()) ++counts[result.verdict];
  }
  return counts;
}

std::string summary_line(const RunRecord& record) {
  std::string line;
  const auto add = [&line](std::size_t count, std::string_view what) {
    if (count > 0) line += fmt::format("{}{} {}", line.empty() ? "" : ", ", count, what);
  };
  for (const auto& [verdict, count] : count_verdicts(record)) add(count, name_of(verdict));
  const auto shown_as = [&record](std::string_view word) {
    return static_cast<std::size_t>(std::ranges::count(record.scenarios, word, shown_word));
  };
  add(shown_as("expected"), "expected");
  add(shown_as("unstable"), "unstable");
  if (line.empty()) line = "nothing was judged";
  add(record.stale.size(),
      record.stale.size() == 1 ? "stale baseline entry" : "stale baseline entries");
  add(record.not_asked.size(), "not asked");
  return line;
}

std::string exit_line(int status) {
  switch (status) {
    case 0:
      return "exit status 0: clean, or exactly as the baseline expects";
    case 1:
      return "exit status 1: something failed, or a baseline entry is stale";
    case 2:
      return "exit status 2: nothing could be judged, or the harness had trouble";
    case 3:
      return "exit status 3: nothing failed, but something could not be seen";
    default:
      return fmt::format("exit status {}", status);
  }
}

std::string name_of_implementation(const RunRecord& record) {
  const std::string named = record.name.empty() ? record.source : record.name;
  return excerpt(record.version.empty() ? named : named + " " + record.version, kLongestName);
}

std::string conditions_of(const RunRecord& record) {
  if (record.role == "capture") return "";
  return fmt::format("{} network, profile {}", excerpt(record.network, kLongestWord),
                     excerpt(record.profile, kLongestWord));
}

std::vector<std::string> banners(const RunRecord& record) {
  std::vector<std::string> lines;
  if (std::string stays = told_of_client_that_stays(record); !stays.empty()) {
    lines.push_back(std::move(stays));
  }
  if (const auto& missing = record.missing_shards; !missing.empty()) {
    const std::string names = fmt::format("{}", fmt::join(missing, ", "));
    lines.push_back(fmt::format(
        "the run is not whole: it holds {} of {} shards; missing: {}; what they asked was not "
        "judged",
        record.shards.size(), record.shards.size() + missing.size(),
        excerpt(names, kLongestReason)));
  }
  if (record.never_driven > 0) {
    lines.push_back(fmt::format("the run was interrupted: {} of {} scenarios were not begun",
                                record.never_driven,
                                record.never_driven + record.scenarios.size()));
  }
  if (record.packets != "captured") {
    const std::string why = record.packets.empty() ? "the record does not say why" : record.packets;
    lines.push_back(
        fmt::format("no packets: {}; stalls told by experiment and send queue alone",
                    excerpt(why, kLongestReason)));
  }
  return lines;
}

std::vector<NotAsked> not_asked_by_reason(const RunRecord& record) {
  std::vector<NotAsked> groups;
  for (const std::string& entry : record.not_asked) {
    const auto colon = entry.find(": ");
    const std::string id = excerpt(entry.substr(0, colon), kLongestWord);
    const std::string why = colon == std::string::npos
                                ? "the record does not say why"
                                : excerpt(entry.substr(colon + 2), kLongestReason);
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const NotAsked& known) { return known.why == why; });
    if (group == groups.end()) group = groups.insert(groups.end(), {why, {}});
    group->ids.push_back(id);
  }
  return groups;
}

std::vector<std::string> unstable_lines(const RunRecord& record) {
  using Key = std::tuple<std::string, std::string, std::string>;
  std::map<Key, std::map<std::string, std::size_t>> seen;
  for (const ScenarioResult& result : record.scenarios) {
    ++seen[{result.id, result.revision, result.mode}][std::string(name_of(result.verdict))];
  }
  std::vector<std::string> lines;
  for (const auto& [key, verdicts] : seen) {
    if (verdicts.size() < 2) continue;
    std::size_t runs = 0;
    std::string counts;
    for (const auto& [verdict, count] : verdicts) {
      counts += fmt::format("{}{} in {}", counts.empty() ? "" : ", ", verdict, count);
      runs += count;
    }
    const auto& [id, revision, mode] = key;
    lines.push_back(fmt::format("{} {}{}: {} of {} runs", excerpt(id, kLongestWord),
                                excerpt(revision, kLongestWord),
                                mode == "default" ? "" : " " + excerpt(mode, kLongestWord), counts,
                                runs));
  }
  return lines;
}

std::string suite_of(const ScenarioResult& result) {
  return excerpt(result.id.substr(0, result.id.find('.')), kLongestWord);
}

std::string variant_of(const ScenarioResult& result) {
  std::string variant = excerpt(result.revision, kLongestWord);
  if (result.mode != "default") variant += " " + excerpt(result.mode, kLongestWord);
  if (result.repeat > 1) variant += fmt::format(" #{}", result.repeat);
  return variant;
}

}  // namespace tailrace
