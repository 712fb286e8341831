// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/questions.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/service.h"
#include "harness/judge/session.h"

namespace tailrace {
namespace {

// A call that asked, and what we know of its questions.
struct Asked {
  const Exchange* call = nullptr;
  const Exchange* last_reply = nullptr;  // To its questions; nullptr where none was sent.
  bool all_replied = false;
  bool answered = false;  // On whatever stream.

  bool has_result() const {
    const RpcMessage* final = call->final_message();
    return final != nullptr && final->kind == MessageKind::kResult &&
           !final->body["result"]["isError"].as_bool();
  }
};

std::vector<Asked> asked_in(const Timeline& timeline) {
  std::vector<Asked> all;
  for (const Exchange& exchange : timeline.exchanges) {
    if (!is_request(exchange) || questions_on(exchange).empty()) continue;
    Asked asked{&exchange, nullptr, true, is_answered(timeline, exchange)};
    for (const RpcMessage* question : questions_on(exchange)) {
      const Exchange* reply = reply_to_question(timeline, exchange, *question);
      asked.all_replied &= reply != nullptr;
      const bool is_later = reply != nullptr && (asked.last_reply == nullptr ||
                                                 reply->request_at > asked.last_reply->request_at);
      if (is_later) asked.last_reply = reply;
    }
    all.push_back(asked);
  }
  return all;
}

bool is_lost(const Timeline& timeline, const Asked& asked) {
  if (!asked.all_replied || asked.answered) return false;
  const bool over = asked.call->ended() && asked.call->end != BodyEnd::kUnseen;
  if (over) return last_id_of(*asked.call).empty();  // With one the rest may be fetched.
  const MonoTime since = asked.last_reply->request_at;
  return watched_for(timeline, since, kServed);
}

// It has its Result, though its question was open: since the one whose reply came has none.
bool took_reply_of(const Asked& taker, const Asked& other) {
  if (taker.call == other.call || !taker.has_result() || taker.all_replied) return false;
  if (!other.all_replied || other.has_result()) return false;
  const MonoTime at = *taker.call->final_at();
  return at > other.last_reply->request_at && at - other.last_reply->request_at < kServed;
}

const Asked* taker_of(const std::vector<Asked>& all, const Asked& other) {
  const auto found =
      std::ranges::find_if(all, [&](const Asked& one) { return took_reply_of(one, other); });
  return found == all.end() ? nullptr : &*found;
}

Finding waits_on(const Evidence& evidence, const Asked& asked, const Asked* taker) {
  Finding finding =
      finding_of(evidence, "answered_questions_go_on", Rule{}, "harm.answer_lost");
  const auto& response = asked.last_reply->response;
  const std::string got = response ? std::to_string(response->status) : "nothing";
  finding.required = "a call goes on when its question was answered";
  finding.observed = fmt::format("{} asked {}, the response to that was POSTed and got {}, and {}",
                                 describe(*asked.call), describe(*questions_on(*asked.call).back()),
                                 got,
                                 asked.answered          ? "the call failed"
                                 : asked.call->ended()   ? "its stream ended without a response"
                                                         : "the call waits on");
  finding.likely_cause = "a response that comes by POST is accepted and dropped: what waits for it "
                         "is looked for elsewhere, such as in another session or process";
  finding.cure = "look the question up by session and id, and hand the response to what asked";
  if (response && !is_success(*asked.last_reply)) {
    finding.likely_cause = "a response that comes by POST is taken for a request, or refused";
    finding.cure = "answer 202, and hand the response to what asked";
  }
  if (taker != nullptr) {
    finding.observed += fmt::format("; {}, whose question was open, got its Result instead",
                                    describe(*taker->call));
    finding.likely_cause = "a response is handed to the oldest or the newest question, not to the "
                           "one of its id";
    finding.cure = "look questions up by their ids";
  }
  finding.evidence = taker == nullptr
                         ? ladder_of(evidence.timeline, *asked.call, *asked.last_reply)
                         : ladder_of(evidence.timeline, *asked.call, *taker->call);
  return finding;
}

Judgement judge_questions(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const std::vector<Asked> all = asked_in(timeline);
  std::vector<const Asked*> lost;
  std::size_t went_on = 0;
  for (const Asked& asked : all) {
    if (const Asked* taker = asked.all_replied ? taker_of(all, asked) : nullptr) {
      return broken(waits_on(evidence, asked, taker));
    }
    went_on += asked.all_replied && asked.answered;
    if (is_lost(timeline, asked)) lost.push_back(&asked);
  }
  const bool shown = lost.size() > 1 || (!lost.empty() && went_on > 0);
  if (shown) return broken(waits_on(evidence, *lost.front(), nullptr));
  if (!lost.empty()) return inconclusive("one call alone waits on, as its tool may");
  if (all.empty()) return not_applicable("the server asked nothing");
  return went_on == 0 ? inconclusive("no call whose question was answered was seen to its end")
                      : held();
}

}  // namespace

std::vector<const RpcMessage*> questions_on(const Exchange& call) {
  std::vector<const RpcMessage*> questions;
  for (const StreamEvent& event : call.events) {
    const bool asks = event.message && event.message->kind == MessageKind::kRequest;
    if (asks) questions.push_back(&*event.message);
  }
  return questions;
}

const Exchange* reply_to_question(const Timeline& timeline, const Exchange& call,
                                  const RpcMessage& question) {
  const auto reply = std::ranges::find_if(timeline.exchanges, [&](const Exchange& other) {
    return other.request_at >= call.request_at && other.asked && other.asked->is_response() &&
           other.asked->id == question.id && session_of(other) == session_of(call);
  });
  return reply == timeline.exchanges.end() ? nullptr : &*reply;
}

Check answered_questions_go_on() {
  return {"answered_questions_go_on", judge_questions};
}

}  // namespace tailrace
