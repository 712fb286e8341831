// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/resume.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "harness/judge/client_calls.h"
#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/session.h"

namespace tailrace {
namespace {

Millis retry_of(const Timeline& timeline) {
  return Millis(marked_number(timeline, kMarkRetry));
}

bool has_final(const Exchange& exchange, Final final) {
  const RpcMessage* message = exchange.final_message();
  if (message == nullptr || !exchange.is_post() || !exchange.is_event_stream()) return false;
  return final == Final::kEither ||
         (message->kind == MessageKind::kError) == (final == Final::kError);
}

// Which stream issued an event id; ids issued on two streams convict nobody.
std::map<std::string, const Exchange*> issuers(const Timeline& timeline) {
  std::map<std::string, const Exchange*> by_id;
  for (const Exchange& exchange : timeline.exchanges) {
    for (const StreamEvent& event : exchange.events) {
      if (!event.sse.id || event.sse.id->empty()) continue;
      const auto [known, is_new] = by_id.try_emplace(*event.sse.id, &exchange);
      if (!is_new && known->second != &exchange) known->second = nullptr;
    }
  }
  return by_id;
}

bool is_resume_of(const Exchange& resume, const Exchange& stream) {
  const std::string* id = resume.request.find("last-event-id");
  if (resume.request.method != "GET" || id == nullptr) return false;
  return std::ranges::any_of(stream.events, [&](const StreamEvent& event) {
    return event.sse.id == *id && !id->empty();
  });
}

std::string cause_of(const Timeline& timeline, Final final) {
  std::size_t streams = 0, resumed = 0;
  for (const Exchange& stream : timeline.exchanges) {
    if (!has_final(stream, final) || stream.asked->method == "initialize") continue;
    ++streams;
    resumed += std::ranges::any_of(timeline.exchanges, [&](const Exchange& resume) {
      return is_resume_of(resume, stream) && resume.request_at > *stream.final_at();
    });
  }
  const auto some = fmt::format(" ({} of {} such streams were resumed)", resumed, streams);
  if (resumed * 2 < streams) {
    return "whether a stream is over hangs on more than the response that came" + some;
  }
  return final == Final::kError ? "the client takes only a Result for the end of a request"
                                : "the client reconnects whenever a stream with event ids ends";
}

// It asks for what came after an earlier event than the response, which has an id of its own: that
// was not read. Where the events before it have no data, those are likely why.
std::string unread_cause(const Exchange& stream, const Exchange& resume) {
  const std::string& named = *resume.request.find("last-event-id");
  bool after_named = false, empty = false;
  for (const StreamEvent& event : stream.events) {
    if (event.message && event.message->is_response()) {
      if (!after_named || !event.has_id() || *event.sse.id == named) return "";
      return fmt::format("the stream was given up before its response was read, for what came "
                         "before that{}", empty ? ": an event without data" : "");
    }
    after_named |= event.sse.id == named;
    empty |= event.sse.data.empty();
  }
  return "";
}

// A GET for the rest of a stream whose response had come.
struct Again {
  const Exchange *stream, *get;
};

// Its connection was closed by the client, or lost, before the response was written: what came of
// it is asked for by a GET, as it should be.
bool was_left_before_final(const Timeline& timeline, const Exchange& stream) {
  const Connection* const connection = timeline.connection(stream.connection);
  const auto& left = connection->peer_ended;
  return left && left->at < *stream.final_at();
}

// The first, of the streams that `is_meant`.
template <class IsMeant>
std::optional<Again> resumed_after_response(const Timeline& timeline, IsMeant&& is_meant) {
  const auto by_id = issuers(timeline);
  for (const Exchange& get : timeline.exchanges) {
    const std::string* id = get.request.find("last-event-id");
    if (get.request.method != "GET" || id == nullptr) continue;
    const auto issuer = by_id.find(*id);
    if (issuer == by_id.end() || issuer->second == nullptr) continue;
    const Exchange& stream = *issuer->second;
    if (!is_meant(stream) || get.request_at < *stream.final_at()) continue;
    if (!was_left_before_final(timeline, stream)) return Again{&stream, &get};
  }
  return std::nullopt;
}

Finding resumed(const Evidence& evidence, std::string_view check, const Again& again, Final final,
                std::string likely_cause, Rule rule) {
  const auto& [stream, get] = again;
  const std::string_view word = final == Final::kError ? "Error" : "Result";
  Finding finding = finding_of(evidence, check, rule);
  finding.required = fmt::format("a stream that carried its {} is over: nothing to resume", word);
  finding.observed =
      fmt::format("the client sent GET with Last-Event-ID of {} {} after that stream's {}",
                  describe(*stream), in_millis(get->request_at - *stream->final_at()), word);
  finding.likely_cause = std::move(likely_cause);
  finding.cure = "remember that the Response or Error came, and do not reconnect after it";
  if (std::string unread = unread_cause(*stream, *get); !unread.empty()) {
    finding.likely_cause = std::move(unread);
    finding.cure = "read on until the response comes; skip events without data";
  }
  finding.evidence = ladder_of(evidence.timeline, *stream, *get);
  mark_gap(finding.evidence, "GET");
  return finding;
}

// How long the client lived after the last such stream had ended.
Judgement lived_long_enough(const Timeline& timeline, MonoTime last_end) {
  const Millis needed = retry_of(timeline) + kResumePatience;
  const MonoTime left =
      timeline.process_ended ? timeline.process_ended->at : timeline.last.value_or(last_end);
  if (left - last_end >= needed) return held();
  const std::string why = fmt::format(
      "the client left {} after the stream's end; a resume would show only within {} ms",
      in_millis(left - last_end), needed.count());
  if (timeline.mark(kMarkContract) == "calls") return inconclusive(why);
  return not_applicable(why + ": give it an adapter that lingers (TAILRACE_LINGER_MS)");
}

// Calls were answered, and none so; or there was no call.
Judgement none_ended(const Timeline& timeline, Final final) {
  const bool answered = std::ranges::any_of(timeline.exchanges, [](const Exchange& exchange) {
    return is_tool_call(exchange) && exchange.final_message() != nullptr;
  });
  if (!answered) return inconclusive("the client asked for no stream that got its final message");
  return not_applicable(fmt::format("no event stream carried {} to the client",
                                    final == Final::kError ? "an Error" : "a Result"));
}

Judgement judge_resume(const Evidence& evidence, Final final, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  std::optional<MonoTime> last_end;
  for (const Exchange& exchange : timeline.exchanges) {
    if (has_final(exchange, final) && !exchange.events.empty() && exchange.ended_at &&
        exchange.asked->method != "initialize") {
      last_end = std::max(last_end.value_or(*exchange.ended_at), *exchange.ended_at);
    }
  }
  if (!last_end) return none_ended(evidence.timeline, final);
  const auto again = resumed_after_response(
      timeline, [&](const Exchange& stream) { return has_final(stream, final); });
  if (!again) return lived_long_enough(timeline, *last_end);
  return broken(resumed(evidence, "does_not_resume_after", *again, final,
                        cause_of(timeline, final), rule));
}

// A stream that was asked for anew, and then brought the response.
bool is_resumed_to_the_end(const Exchange& exchange) {
  return exchange.request.method == "GET" && resumes(exchange) &&
         exchange.final_message() != nullptr;
}

Judgement judge_resumed_response(const Evidence& evidence, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  if (const auto again = resumed_after_response(timeline, is_resumed_to_the_end)) {
    const bool error = again->stream->final_message()->kind == MessageKind::kError;
    return broken(resumed(evidence, "resumed_response_is_final", *again,
                          error ? Final::kError : Final::kResult,
                          "that a response ends its request is known of the first stream alone, "
                          "not of one that was resumed",
                          rule));
  }
  std::optional<MonoTime> last_end;
  for (const Exchange& get : timeline.exchanges) {
    if (is_resumed_to_the_end(get) && get.ended_at) last_end = get.ended_at;
  }
  if (!last_end) return not_applicable("the client resumed no stream up to its response");
  return lived_long_enough(timeline, *last_end);
}

}  // namespace

Check resumed_response_is_final(Rule rule) {
  return {"resumed_response_is_final",
          [=](const Evidence& evidence) { return judge_resumed_response(evidence, rule); }};
}

Check does_not_resume_after(Final final, Rule rule) {
  return {"does_not_resume_after",
          [=](const Evidence& evidence) { return judge_resume(evidence, final, rule); }};
}

}  // namespace tailrace
