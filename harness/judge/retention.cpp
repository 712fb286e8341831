// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/retention.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "harness/judge/client_calls.h"
#include "harness/judge/ladder.h"
#include "harness/judge/resources.h"

namespace tailrace {
namespace {

// Measured, of 40 after 1500 to 3000 calls: healthy servers hold 0 to 5 of either, those of V8 and
// Go that keep a table hold 38 to 40 ids and 3 to 5 of the other texts.
constexpr std::int64_t kGone = kMarkedCalls * 3 / 10, kKept = kMarkedCalls * 9 / 10;

std::int64_t found_of(const MemorySearched& search, std::string_view kind) {
  const auto at = std::ranges::find(search.kinds, kind, &MemorySearched::Kind::name);
  return at == search.kinds.end() ? 0 : at->found;
}

struct KindOfCall {
  std::string name;
  std::int64_t ids = 0, controls = 0;
  bool can_tell() const { return controls <= kGone; }
  // All of its requests: what is free and not written over, or requests that are kept whole.
  bool whole() const { return !can_tell() && ids >= kKept; }
  bool kept() const { return ids >= kKept && (can_tell() || kept_whole); }
  bool kept_whole = false;  // Notices of the same time are gone.
};

// As many as there were of each kind, sent with them.
std::optional<std::int64_t> notices_left(const Timeline& timeline, const MemorySearched& search) {
  if (marked_number(timeline, kNoticesMade) < kMarkedCalls) return std::nullopt;
  return found_of(search, std::string(kNotices) + std::string(kOfMeta));
}

std::vector<KindOfCall> kinds_of(const Timeline& timeline, const MemorySearched& search) {
  std::vector<KindOfCall> kinds;
  const auto left = notices_left(timeline, search);
  for (const auto& mark : timeline.marks) {
    if (mark.what.name != kMarkedKind) continue;
    const std::string& name = mark.what.value;
    const std::string control = name + std::string(kOfMeta);
    KindOfCall kind{name, found_of(search, name), found_of(search, control)};
    const bool apart = name == kAbortedCalls || name == kEndedSessions;
    kind.kept_whole =
        !apart && kind.whole() && kind.controls >= kKept && left && *left <= kGone;
    kinds.push_back(kind);
  }
  return kinds;
}

std::string spoken(std::string name) {
  std::ranges::replace(name, '_', ' ');
  return name;
}

// What became of texts that nobody needs.
std::string others_left(const Timeline& timeline, const std::vector<KindOfCall>& kinds) {
  if (std::ranges::any_of(kinds, &KindOfCall::kept_whole)) {
    const auto left = notices_left(timeline, timeline.searches.back().what);
    return fmt::format("; so are their other texts, but of {} late cancels that were sent with "
                       "them {}: the requests are kept whole",
                       kMarkedCalls, *left);
  }
  std::int64_t controls = 0;
  for (const KindOfCall& kind : kinds) controls = std::max(controls, kind.controls);
  return fmt::format("; of other texts of the same requests at most {} of {}", controls,
                     kMarkedCalls);
}

Finding keeps_ids(const Evidence& evidence, const std::vector<KindOfCall>& kinds) {
  const Timeline& timeline = evidence.timeline;
  Finding finding = finding_of(evidence, "finished_calls_are_let_go", Rule{});
  finding.level = Level::kShould;
  finding.required = "what was kept to route a response goes when the response is sent";
  std::vector<std::string> kept, gone;
  for (const KindOfCall& kind : kinds) {
    (kind.kept() ? kept : gone).push_back(
        fmt::format("{} of {} ids of {}", kind.ids, kMarkedCalls, spoken(kind.name)));
  }
  finding.observed =
      fmt::format("{} were still in the server's memory {} calls later",
                  fmt::join(kept, ", "), marked_number(timeline, kFurtherCalls));
  if (!gone.empty()) finding.observed += fmt::format("; of the others {}", fmt::join(gone, ", "));
  finding.observed += others_left(timeline, kinds);
  finding.likely_cause = "a table by request id keeps its entry when the call is done";
  finding.cure = "remove the entry in the same place where the response is handed to the stream, "
                 "for Results and Errors alike, and where the client has left";
  const bool of_sessions = std::ranges::all_of(
      kinds, [](const KindOfCall& kind) { return !kind.kept() || kind.name == kEndedSessions; });
  if (of_sessions) {
    finding.likely_cause = "what belongs to a session outlives it: its entry in a table, or the "
                           "events that it kept to be replayed";
    finding.cure = "let go of it where DELETE is answered";
  }
  for (const auto& search : timeline.searches) {
    std::vector<std::string> parts;
    for (const auto& kind : search.what.kinds) {
      parts.push_back(fmt::format("{} {}", kind.found, spoken(kind.name)));
    }
    finding.evidence.push_back({search.at - timeline.begun.value_or(search.at), "server",
                                fmt::format("{} MiB hold {}", search.what.bytes >> 20,
                                            fmt::join(parts, ", ")),
                                &search == &timeline.searches.back()});
  }
  return finding;
}

Judgement judge_retention(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  if (timeline.searches.empty()) return inconclusive("the script came to no search");
  const MemorySearched& last = timeline.searches.back().what;
  if (!last.why_not.empty()) return not_applicable(last.why_not);
  const std::vector<KindOfCall> kinds = kinds_of(timeline, last);
  const bool keeps = std::ranges::any_of(kinds, &KindOfCall::kept);
  if (!keeps && std::ranges::none_of(kinds, &KindOfCall::can_tell)) {
    return not_applicable(fmt::format(
        "texts of finished requests that nothing needs are in its memory {} calls later, too: its "
        "runtime does not write over what is free, so ids there tell nothing",
        marked_number(timeline, kFurtherCalls)));
  }
  if (keeps && marked_number(timeline, kFurtherCalls) < kFewestFurther) {
    return inconclusive(fmt::format("only {} calls fitted into the time, and a server may "
                                    "remember the last {}",
                                    marked_number(timeline, kFurtherCalls), kFewestFurther));
  }
  const auto whole = std::ranges::find_if(kinds, &KindOfCall::whole);
  Judgement judgement = keeps ? broken(keeps_ids(evidence, kinds)) : held();
  if (!keeps && whole != kinds.end()) {
    judgement = not_applicable(fmt::format(
        "{} of {} ids of {} are in its memory {} calls later, and {} texts of the same requests "
        "that nothing needs: its runtime does not write over what is free, or these requests are "
        "kept whole; ids there tell nothing",
        whole->ids, kMarkedCalls, spoken(whole->name), marked_number(timeline, kFurtherCalls),
        whole->controls));
  }
  for (const KindOfCall& kind : kinds) {
    judgement.measurements.push_back(
        {"ids of " + spoken(kind.name) + " still in memory",
         fmt::format("{} of {}, other texts {}", kind.ids, kMarkedCalls, kind.controls)});
  }
  return judgement;
}

}  // namespace

bool controls_are_gone(const MemorySearched& search) {
  return std::ranges::all_of(search.kinds, [](const MemorySearched::Kind& kind) {
    return !kind.name.ends_with(kOfMeta) || kind.found <= kGone;
  });
}

Collector collector_of(const Timeline& timeline) {
  Collector collector = timeline.samples.empty() ? Collector::kLazy : Collector::kNone;
  for (const auto& sample : timeline.samples) {
    collector = std::min(collector, sample.what.collector);
  }
  return collector;
}

bool keeps_events(const Timeline& timeline) {
  if (timeline.mark(kBatchUnit) == "session" || timeline.mark(kNothingToReplay)) return false;
  return std::ranges::any_of(timeline.exchanges, [](const Exchange& exchange) {
    return std::ranges::any_of(exchange.events, &StreamEvent::has_id);
  });
}

Check finished_calls_are_let_go() {
  return {"finished_calls_are_let_go", judge_retention};
}

}  // namespace tailrace
