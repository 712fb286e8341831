// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/batches.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "harness/judge/closure.h"
#include "harness/judge/ladder.h"
#include "harness/judge/service.h"
#include "harness/judge/session.h"
#include "harness/wire/escape.h"

namespace tailrace {
namespace {

bool is_batch(const Exchange& exchange) {
  return exchange.is_post() && exchange.asked && exchange.asked->kind == MessageKind::kBatch;
}

bool is_request_of_batch(const RpcMessage& part) {
  return part.kind == MessageKind::kRequest && part.id.has_value();
}

bool holds_requests(const Exchange& batch) {
  return std::ranges::any_of(batch.asked->batch, is_request_of_batch);
}

// When it was answered on the response to its batch, each time.
std::vector<MonoTime> answers_to(const Exchange& batch, const RpcId& id) {
  std::vector<MonoTime> times;
  const auto take = [&](const RpcMessage& message, MonoTime at) {
    const auto take_one = [&](const RpcMessage& one) {
      if (one.is_response() && one.id == id) times.push_back(at);
    };
    take_one(message);
    for (const RpcMessage& part : message.batch) take_one(part);
  };
  for (const StreamEvent& event : batch.events) {
    if (event.message) take(*event.message, event.at);
  }
  if (batch.answer && batch.ended_at) take(*batch.answer, *batch.ended_at);
  return times;
}

// When a cancel of this request was accepted, be it a message of its own or a part of a batch.
std::optional<MonoTime> cancelled_at(const Timeline& timeline, const Exchange& batch,
                                     const RpcId& id) {
  const auto cancels = [&](const RpcMessage& message) {
    const Json& named = message.body["params"]["requestId"];
    return message.method == "notifications/cancelled" && to_text(named) == id.text;
  };
  for (const Exchange& exchange : timeline.exchanges) {
    if (!exchange.asked || !is_success(exchange) || !exchange.head_at) continue;
    if (session_of(exchange) != session_of(batch)) continue;
    const auto& parts = exchange.asked->batch;
    if (cancels(*exchange.asked) || std::ranges::any_of(parts, cancels)) return exchange.head_at;
  }
  return std::nullopt;
}

bool is_over(const Exchange& exchange) {
  return exchange.ended() && exchange.end != BodyEnd::kUnseen;
}

Nanos open_since(const Timeline& timeline, const Exchange& exchange, MonoTime from) {
  return exchange.ended_at.value_or(timeline.last.value_or(from)) - from;
}

Finding finding_on(const Evidence& evidence, const Exchange& batch, std::string_view check,
                   Rule rule, std::string harm = "") {
  Finding finding = finding_of(evidence, check, rule, std::move(harm));
  finding.evidence = ladder_of(evidence.timeline, batch);
  return finding;
}

constexpr std::string_view kAnswered = "batches_are_answered";

Finding refused(const Evidence& evidence, const Exchange& batch, Rule rule) {
  Finding finding = finding_on(evidence, batch, kAnswered, rule);
  finding.required = "a server that agrees to this revision takes batches";
  finding.observed = fmt::format("the {} was refused with {}", describe(batch),
                                 batch.response->status);
  finding.likely_cause = "a body is read as one message, as in the revisions after this one";
  finding.cure = "read an array as the messages in it, or agree to no revision that has batches";
  return finding;
}

Finding lost(const Evidence& evidence, const Exchange& batch, const RpcMessage& part, Rule rule) {
  Finding finding = finding_on(evidence, batch, kAnswered, rule, "harm.answer_lost");
  finding.required = "each request of a batch gets its response";
  finding.observed = fmt::format("{} of the {} got none: its response {}", describe(part),
                                 describe(batch),
                                 is_over(batch) ? "ended without it" : "stays open without it");
  finding.likely_cause = is_over(batch)
                             ? "the response ends with the first answer, as that to one request"
                             : "the answers of a batch are routed by the id of one of its requests";
  finding.cure = "end the response to a batch when its last request is answered";
  mark_gap(finding.evidence, "event");
  return finding;
}

Finding doubled(const Evidence& evidence, const Exchange& batch, const RpcMessage& part,
                std::size_t times, Rule rule) {
  Finding finding = finding_on(evidence, batch, kAnswered, rule);
  finding.required = "each request of a batch gets one response";
  finding.observed =
      fmt::format("{} of the {} got {}", describe(part), describe(batch), times);
  finding.likely_cause = "an answer is written when it is there, and again with all others";
  finding.cure = "write each answer of a batch once, by itself or in an array";
  return finding;
}

// What one batch tells; nothing where it was answered as it should be.
std::optional<Judgement> judge_batch(const Evidence& evidence, const Exchange& batch, Rule taken,
                                     Rule answered, Rule once) {
  const Timeline& timeline = evidence.timeline;
  if (batch.response && is_refused(batch)) return broken(refused(evidence, batch, taken));
  for (const RpcMessage& part : batch.asked->batch) {
    if (!is_request_of_batch(part)) continue;
    const auto answers = answers_to(batch, *part.id);
    if (answers.size() > 1) return broken(doubled(evidence, batch, part, answers.size(), once));
    if (!answers.empty() || cancelled_at(timeline, batch, *part.id)) continue;
    if (!is_over(batch) && open_since(timeline, batch, batch.request_at) < kServed) {
      return inconclusive("a batch was not watched for long enough");
    }
    return broken(lost(evidence, batch, part, answered));
  }
  return std::nullopt;
}

Judgement judge_answered(const Evidence& evidence, Rule taken, Rule answered, Rule once) {
  std::size_t judged = 0;
  for (const Exchange& exchange : evidence.timeline.exchanges) {
    if (!is_batch(exchange) || !holds_requests(exchange)) continue;
    if (is_refused_for_now(exchange)) continue;
    ++judged;
    if (auto told = judge_batch(evidence, exchange, taken, answered, once)) return *told;
  }
  return judged == 0 ? inconclusive("no batch was sent") : held();
}

Judgement judge_notices(const Evidence& evidence, Rule rule) {
  std::size_t judged = 0;
  for (const Exchange& exchange : evidence.timeline.exchanges) {
    if (!is_batch(exchange) || holds_requests(exchange) || !exchange.response) continue;
    if (!is_over(exchange)) continue;  // Whether it ends is a question of its own.
    ++judged;
    const std::string& body = exchange.body;
    if (!is_success(exchange) || body.find_first_not_of(" \r\n\t") == std::string::npos) continue;
    Finding finding =
        finding_on(evidence, exchange, "batches_of_notifications_get_no_array", rule);
    finding.required = "notifications in a batch get no response, and no array of none";
    finding.observed = fmt::format("the {} of notifications got {} with a body: {}",
                                   describe(exchange), exchange.response->status,
                                   excerpt(body, 40));
    finding.likely_cause = "the responses of a batch are gathered and written, be there any or not";
    finding.cure = "answer notifications with 202 and no body, in batches too";
    return broken(finding);
  }
  return judged == 0 ? not_applicable("no batch of notifications was answered") : held();
}

// From when on nothing is to come for it any more; nothing where that is not so.
std::optional<MonoTime> settled_at(const Timeline& timeline, const Exchange& batch) {
  MonoTime settled = batch.request_at;
  bool any_cancelled = false;
  for (const RpcMessage& part : batch.asked->batch) {
    if (!is_request_of_batch(part)) continue;
    const auto answers = answers_to(batch, *part.id);
    const auto cancelled = cancelled_at(timeline, batch, *part.id);
    if (answers.empty() && !cancelled) return std::nullopt;
    any_cancelled |= answers.empty();
    settled = std::max(settled, answers.empty() ? *cancelled : answers.front());
  }
  return any_cancelled ? std::optional(settled) : std::nullopt;
}

Judgement judge_cancelled(const Evidence& evidence, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  std::size_t judged = 0;
  for (const Exchange& exchange : timeline.exchanges) {
    if (!is_batch(exchange) || !exchange.is_event_stream()) continue;
    const auto settled = settled_at(timeline, exchange);
    if (!settled) continue;
    const Nanos open = open_since(timeline, exchange, *settled);
    ++judged;
    if (open < kLeftOpen && is_over(exchange)) continue;
    if (open < kLeftOpen) return inconclusive("a batch was not watched for long enough");
    Finding finding = finding_on(evidence, exchange, "cancelled_part_ends_batch", rule);
    finding.required = "a batch whose other requests are answered ends when the last is cancelled";
    finding.observed = fmt::format("the stream of the {} was open {} after that",
                                   describe(exchange), in_millis(open));
    finding.likely_cause = "the stream waits for as many answers as there are requests, and a "
                           "cancelled one is not counted";
    finding.cure = "count a cancelled request of a batch as done";
    finding.evidence.push_back(gap_line(timeline, *settled + kLeftOpen, "no end so far"));
    return broken(finding);
  }
  if (judged == 0) return not_applicable("no request of a batch was cancelled before its answer");
  return held();
}

}  // namespace

Check batches_are_answered(Rule taken, Rule answered, Rule once) {
  return {std::string(kAnswered), [=](const Evidence& evidence) {
            return judge_answered(evidence, taken, answered, once);
          }};
}

Check batches_of_notifications_get_no_array(Rule rule) {
  return {"batches_of_notifications_get_no_array",
          [=](const Evidence& evidence) { return judge_notices(evidence, rule); }};
}

Check cancelled_part_ends_batch(Rule rule) {
  return {"cancelled_part_ends_batch",
          [=](const Evidence& evidence) { return judge_cancelled(evidence, rule); }};
}

}  // namespace tailrace
