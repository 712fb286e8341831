// SPDX-License-Identifier: Apache-2.0
// Checks of how a client resumes a stream that broke off before its response.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/judge/client_calls.h"
#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/resume.h"
#include "harness/judge/session.h"

namespace tailrace {
namespace {

constexpr Millis kChance{10};  // What a host adds to a wait of nothing, and no back-off does.
constexpr std::size_t kGapsOfPace = 5;  // A back-off shows in so many.

// A call's stream over all its connections, as far as the client followed it.
struct BrokenStream {
  ClientCall call;
  std::set<std::string> ids;               // Issued on it.
  std::vector<const Exchange*> resumes;    // GETs with one of its ids.
  std::vector<const Exchange*> nameless;   // GETs without an id, after it broke.
  const Exchange* without_id = nullptr;    // The first such GET, also where it may listen.
  const Exchange* other_id = nullptr;      // A GET with an id that no event had.
  const Exchange* asked_again = nullptr;   // A POST with the request's own id.
  const Exchange* wrong_id = nullptr;      // A resume with another id than the last one.
  MonoTime broke_at;                       // The first time.
  struct Gap {
    MonoTime broke;
    const Exchange* resume = nullptr;
    std::optional<Millis> retry;  // The last that the stream named until then.
  };
  std::vector<Gap> gaps;  // From each break to its resume.
};

std::optional<Millis> last_retry_of(const Exchange& exchange) {
  std::optional<Millis> retry;
  for (const StreamEvent& event : exchange.events) {
    if (event.sse.retry_ms) retry = Millis(*event.sse.retry_ms);
  }
  return retry;
}

// Then such a GET listens again, and resumes nothing.
bool listened_before(const Timeline& timeline, const Exchange& get) {
  return std::ranges::any_of(timeline.exchanges, [&](const Exchange& earlier) {
    return earlier.request.method == "GET" && earlier.request_at < get.request_at &&
           session_of(earlier) == session_of(get) &&
           earlier.request.find("last-event-id") == nullptr;
  });
}

bool is_issued(const Timeline& timeline, const std::string& id) {
  return std::ranges::any_of(timeline.exchanges, [&](const Exchange& exchange) {
    return std::ranges::any_of(exchange.events,
                               [&](const StreamEvent& event) { return event.sse.id == id; });
  });
}

std::optional<BrokenStream> broken_stream(const Timeline& timeline) {
  const auto calls = calls_of(timeline);
  const auto cut = std::find_if(calls.begin(), calls.end(), [](const ClientCall& call) {
    const Exchange& e = *call.exchange;
    return e.ended() && e.final_message() == nullptr && !last_id_of(e).empty();
  });
  if (cut == calls.end()) return std::nullopt;
  BrokenStream stream;
  stream.call = *cut;
  stream.broke_at = *cut->exchange->ended_at;
  const auto take_ids = [&](const Exchange& exchange) {
    for (const StreamEvent& event : exchange.events) {
      if (event.has_id()) stream.ids.insert(*event.sse.id);
    }
  };
  take_ids(*cut->exchange);
  std::string last = last_id_of(*cut->exchange);
  MonoTime broke = stream.broke_at;
  std::optional<Millis> retry = last_retry_of(*cut->exchange);
  for (const Exchange& later : timeline.exchanges) {
    if (later.request_at < stream.broke_at) continue;
    const bool again = later.asked && later.asked->kind == MessageKind::kRequest &&
                       is_same_request(*cut->exchange, later);
    if (again && stream.asked_again == nullptr) stream.asked_again = &later;
    if (later.request.method != "GET") continue;
    const std::string* from = later.request.find("last-event-id");
    if (from == nullptr && stream.without_id == nullptr) stream.without_id = &later;
    if (from == nullptr && !listened_before(timeline, later)) stream.nameless.push_back(&later);
    if (from != nullptr && !is_issued(timeline, *from)) stream.other_id = &later;
    if (from == nullptr || !stream.ids.contains(*from)) continue;
    stream.resumes.push_back(&later);
    if (*from != last && stream.wrong_id == nullptr) stream.wrong_id = &later;
    stream.gaps.push_back({broke, &later, retry});
    take_ids(later);
    if (const std::string newer = last_id_of(later); !newer.empty()) last = newer;
    if (const auto newer = last_retry_of(later)) retry = newer;
    if (later.ended_at) broke = *later.ended_at;
  }
  return stream;
}

Judgement nothing_broke() {
  return inconclusive("the client made no call whose stream could break off after an event id");
}

Finding wrong_way(const Evidence& evidence, const BrokenStream& stream, const Exchange& instead,
                  Rule rule, std::string what) {
  Finding finding = finding_of(evidence, "resumes_broken_stream", rule);
  finding.required = "a broken stream is resumed by GET with the id of its last event";
  finding.observed = describe(*stream.call.exchange) + " broke off, and the client " + what;
  finding.likely_cause = "the id of the last event is not kept with the stream it came on";
  finding.cure = "keep the last id of each stream and send it as Last-Event-ID of its resume";
  if (&instead == stream.asked_again) {
    finding.likely_cause = kSentAgain.likely_cause;
    finding.cure = kSentAgain.cure;
  }
  finding.evidence = ladder_of(evidence.timeline, *stream.call.exchange, instead);
  mark_gap(finding.evidence, instead.request.method);
  return finding;
}

Judgement not_resumed(const Evidence& evidence, const BrokenStream& stream, Rule poll) {
  const Timeline& timeline = evidence.timeline;
  const Millis needed = Millis(marked_number(timeline, kMarkRetry)) + kResumePatience;
  const MonoTime left =
      timeline.process_ended ? timeline.process_ended->at : timeline.last.value_or(stream.broke_at);
  const bool gave_up = stream.call.back.at && stream.call.back.outcome != "";
  if (left - stream.broke_at < needed && !gave_up) {
    return not_applicable(fmt::format("the client left {} after the stream broke off",
                                      in_millis(left - stream.broke_at)));
  }
  Finding finding = finding_of(evidence, "resumes_broken_stream", poll);
  finding.required = "a stream that broke off after an event id is asked for again";
  finding.observed = fmt::format("no GET with Last-Event-ID came within {} after {} broke off",
                                 in_millis(left - stream.broke_at),
                                 describe(*stream.call.exchange));
  finding.likely_cause = "the client takes the end of the connection for the end of the stream";
  if (stream.without_id != nullptr) {
    finding.likely_cause = fmt::format(
        "{}, {} later, asks for the stream without the id of its last event, or only listens",
        describe(*stream.without_id), in_millis(stream.without_id->request_at - stream.broke_at));
  }
  if (stream.other_id != nullptr) {
    finding.likely_cause = fmt::format(
        "{} names an event that never was: the id of the last one is cut, or written otherwise",
        describe(*stream.other_id));
  }
  finding.cure = "after `retry`, send GET with Last-Event-ID, and read the response there";
  finding.evidence = ladder_of(timeline, *stream.call.exchange);
  finding.evidence.push_back(gap_line(timeline, left, "no resume so far"));
  return broken(finding);
}

Judgement judge_resumes(const Evidence& evidence, Rule poll, Rule with_id) {
  const auto stream = broken_stream(evidence.timeline);
  if (!stream) return nothing_broke();
  if (stream->asked_again != nullptr) {
    return broken(wrong_way(evidence, *stream, *stream->asked_again, with_id,
                            "sent the request again instead"));
  }
  if (stream->wrong_id != nullptr) {
    return broken(wrong_way(evidence, *stream, *stream->wrong_id, with_id,
                            "asked for it from an earlier event than its last"));
  }
  if (stream->resumes.empty() && !stream->nameless.empty()) {
    return broken(wrong_way(evidence, *stream, *stream->nameless.front(), with_id,
                            "sent GET without Last-Event-ID"));
  }
  if (stream->resumes.empty()) return not_resumed(evidence, *stream, poll);
  Judgement judgement = held();
  for (const auto& [broke, resume, retry] : stream->gaps) {
    judgement.measurements.push_back({"resumed_after", in_millis(resume->request_at - broke)});
  }
  return judgement;
}

Judgement judge_own_stream(const Evidence& evidence, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  const auto stream = broken_stream(timeline);
  if (!stream) return nothing_broke();
  const Exchange& cut = *stream->call.exchange;
  for (const Exchange& get : timeline.exchanges) {
    const std::string* from = get.request.find("last-event-id");
    if (get.request_at < stream->broke_at || from == nullptr) continue;
    const Exchange* issuer = issuer_of(timeline, *from);
    if (issuer == &cut) return held();
    if (issuer == nullptr) continue;
    // Of a stream that had broken off too it may be the resume.
    if (issuer->ended_at && *issuer->ended_at < get.request_at) continue;
    Finding finding = finding_of(evidence, "resumes_name_their_own_stream", rule);
    finding.required = "a resume names the last event of the stream that broke off";
    finding.observed = fmt::format("{} broke off, and the resume named an event of {}",
                                   describe(cut), describe(*issuer));
    finding.likely_cause = "the last event id is kept once, for all streams of the client";
    finding.cure = "keep the last id of each stream with that stream";
    finding.evidence = ladder_of(timeline, cut, get);
    mark_gap(finding.evidence, "GET");
    return broken(finding);
  }
  return not_applicable("the client did not resume the stream");
}

Millis shortest_wait(Millis retry) {
  return retry - std::max(kRetryTolerance, retry * kRetryTolerancePercent / 100);
}

Judgement judge_wait(const Evidence& evidence, Rule rule) {
  const auto stream = broken_stream(evidence.timeline);
  if (!stream) return nothing_broke();
  if (stream->gaps.empty()) return not_applicable("the client did not resume the stream");
  const Millis usual(marked_number(evidence.timeline, kMarkRetry));
  for (const auto& [broke, resume, named] : stream->gaps) {
    const Millis retry = named.value_or(usual);
    const Nanos gap = resume->request_at - broke;
    if (gap >= shortest_wait(retry)) continue;
    Finding finding = finding_of(evidence, "waits_before_resuming", rule);
    finding.required = fmt::format("the client waits the {} ms that `retry` names", retry.count());
    finding.observed = fmt::format("it resumed {} {} after the stream broke off",
                                   describe(*stream->call.exchange), in_millis(gap));
    finding.likely_cause = "the field `retry` is not read, or a default of the client wins";
    finding.cure = "take the reconnection time from the last `retry` of the stream";
    finding.evidence = ladder_of(evidence.timeline, *stream->call.exchange, *resume);
    mark_gap(finding.evidence, "GET");
    return broken(finding);
  }
  return held();
}

// The server names the pace: who keeps to it may lack a back-off, and does no harm while the limit
// of the call ends it. HTTP libraries send a GET that got no answer once more themselves (RFC 9110,
// 9.2.2).
bool keeps_to_retry(const Timeline& timeline, const BrokenStream& stream) {
  const Millis usual(marked_number(timeline, kMarkRetry));
  const Millis limit(marked_number(timeline, kMarkCallLimit));
  const Exchange* waited = nullptr;
  return std::ranges::all_of(stream.gaps, [&](const auto& gap) {
    const Millis retry = gap.retry.value_or(usual);
    const Nanos since = gap.resume->request_at - stream.call.exchange->request_at;
    const bool in_time = limit == Millis(0) || since <= limit + retry;
    const bool waits = gap.resume->request_at - gap.broke >= shortest_wait(retry);
    const bool repeats = waited != nullptr && !waited->response && waited->ended_at &&
                         *waited->ended_at <= gap.resume->request_at;
    waited = waits ? gap.resume : nullptr;
    return in_time && retry > Millis(0) && (waits || repeats);
  });
}

Judgement judge_bounds(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const auto stream = broken_stream(timeline);
  if (!stream) return nothing_broke();
  if (stream->resumes.empty()) return not_applicable("the client did not resume the stream");
  const auto& back = stream->call.back.at;
  const auto late = std::count_if(
      stream->resumes.begin(), stream->resumes.end(),
      [&](const Exchange* resume) { return back && resume->request_at > *back; });
  const bool storm = repetition_of(stream->resumes, timeline) == Repetition::kStorm;
  // One may have been on its way when the call came back.
  if (!storm && late < 2) {
    Judgement judgement = held();
    judgement.measurements.push_back({"resumes", fmt::format("{}", stream->resumes.size())});
    return judgement;
  }
  const bool at_retry = storm && keeps_to_retry(timeline, *stream);
  const bool is_harm = storm && !at_retry;
  Finding finding =
      finding_of(evidence, "resumes_in_bounds", Rule{}, is_harm ? "harm.resume_storm" : "");
  if (!is_harm) finding.level = Level::kShould;  // A field regression.
  finding.required = "resumes that bring nothing slow down, and end with their call";
  finding.observed =
      storm ? fmt::format("{} resumes of one stream, without back-off", stream->resumes.size())
            : fmt::format("{} resumes came after the call had returned", late);
  if (at_retry) finding.observed += "; each waited as long as `retry` names";
  finding.likely_cause = "each failed resume starts the count of attempts, or the wait, anew";
  finding.cure = "double the wait after each attempt that brought nothing, and bound their number";
  finding.evidence =
      ladder_of(timeline, *stream->call.exchange, *stream->resumes.back());
  mark_gap(finding.evidence, "GET");
  return broken(finding);
}

// The typical and the least waits of the earlier and of the later half of so many gaps. A busy
// machine makes waits longer and never shorter: of two in the middle of the earlier ones the
// shorter counts, and where the least ones slow down, others were made longer.
struct Waits {
  Nanos early, late, least_early, least_late;
  bool slow_down() const {
    return late >= early + std::max<Nanos>(early / 2, kChance) ||
           least_late >= 2 * least_early + kChance;
  }
};

Waits waits_of(std::vector<Nanos> gaps) {
  const std::size_t half = gaps.size() / 2;
  const auto later = gaps.begin() + static_cast<std::ptrdiff_t>(half);
  std::sort(gaps.begin(), later);
  std::sort(later, gaps.end());
  return {gaps[(half - 1) / 2], gaps[half + half / 2], gaps.front(), *later};
}

std::vector<Nanos> gaps_of(const std::vector<const Exchange*>& requests, std::size_t first,
                           std::size_t count) {
  std::vector<Nanos> gaps;
  for (std::size_t i = first; i < first + count; ++i) {
    gaps.push_back(requests[i + 1]->request_at - requests[i]->request_at);
  }
  return gaps;
}

// The last ones came at a pace that makes a storm, and only the client's end ended it.
bool go_on_at_pace(const std::vector<const Exchange*>& requests, const Timeline& timeline) {
  if (requests.size() <= kGapsOfPace) return false;
  const auto gaps = gaps_of(requests, requests.size() - 1 - kGapsOfPace, kGapsOfPace);
  const Waits waits = waits_of(gaps);
  const MonoTime left =
      timeline.process_ended ? timeline.process_ended->at : timeline.last.value_or(MonoTime{});
  const bool goes_on = left - requests.back()->request_at < 2 * waits.late;
  return goes_on && !waits.slow_down() &&
         waits.late * static_cast<std::int64_t>(kStormResumes) <= kStormWindow;
}

}  // namespace

// A storm: more than kStormResumes fall into one window, at a pace that does not slow down.
Repetition repetition_of(const std::vector<const Exchange*>& requests, const Timeline& timeline) {
  for (std::size_t first = 0; first + kStormResumes < requests.size(); ++first) {
    const std::size_t last = first + kStormResumes;
    if (requests[last]->request_at - requests[first]->request_at > kStormWindow) continue;
    if (!waits_of(gaps_of(requests, first, kStormResumes)).slow_down()) return Repetition::kStorm;
  }
  return go_on_at_pace(requests, timeline) ? Repetition::kOfStorm : Repetition::kCalm;
}

Check resumes_broken_stream(Rule poll, Rule with_id) {
  return {"resumes_broken_stream",
          [=](const Evidence& evidence) { return judge_resumes(evidence, poll, with_id); }};
}

Check waits_before_resuming(Rule rule) {
  return {"waits_before_resuming",
          [=](const Evidence& evidence) { return judge_wait(evidence, rule); }};
}

Check resumes_name_their_own_stream(Rule rule) {
  return {"resumes_name_their_own_stream",
          [=](const Evidence& evidence) { return judge_own_stream(evidence, rule); }};
}

Check resumes_in_bounds() {
  return {"resumes_in_bounds", judge_bounds};
}

}  // namespace tailrace
