// SPDX-License-Identifier: Apache-2.0
// What the scripted client answers where a server asks in mid stream, as it may in revisions with
// sessions. It declares no features, so that nothing but ping may be asked of it. That is answered
// at once, as it must be, but for the tool by which scripts leave a question open.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "harness/judge/questions.h"
#include "harness/judge/session.h"
#include "harness/peer/client_driver.h"

namespace tailrace {
namespace {

// More than that in one call is a conversation without an end.
constexpr int kMostQuestions = 8;

Json reply_to(const RpcMessage& question) {
  Json reply;
  reply.set("jsonrpc", "2.0");
  reply.set("id", *question.body.find("id"));
  if (question.method == "ping") {
    reply.set("result", Json(Json::Object{}));
    return reply;
  }
  Json error;
  error.set("code", Json(std::int64_t{-32601}));
  error.set("message", "tailrace declares no such feature");
  reply.set("error", std::move(error));
  return reply;
}

std::optional<RpcMessage> open_question(const Timeline& timeline, StreamId call) {
  const Exchange& exchange = *timeline.exchange(call);
  if (exchange.final_message() != nullptr) return std::nullopt;
  for (const RpcMessage* question : questions_on(exchange)) {
    if (reply_to_question(timeline, exchange, *question) == nullptr) return *question;
  }
  return std::nullopt;
}

bool is_ping(const StreamEvent& event) {
  return event.message && event.message->method == "ping" &&
         event.message->kind == MessageKind::kRequest;
}

bool asks_by(const Exchange& call, const std::optional<ToolCall>& tool) {
  return tool && call.asked && call.asked->body["params"]["name"].as_string() == tool->name;
}

}  // namespace

// Of exchanges that have not ended, what came since they were heard last: thousands may be over.
bool ClientDriver::hears_ping(const Timeline& timeline) {
  const auto& all = timeline.exchanges;
  for (; heard_of_ < all.size(); ++heard_of_) open_.push_back({heard_of_, 0});
  std::erase_if(open_, [&](Heard& heard) {
    const Exchange& exchange = all[heard.exchange];
    for (; heard.events < exchange.events.size(); ++heard.events) {
      const StreamEvent& event = exchange.events[heard.events];
      const bool asked = is_ping(event) && !asks_by(exchange, settings_.tools.asking);
      if (asked) pings_.emplace_back(session_of(exchange), *event.message);
    }
    return exchange.ended();
  });
  return !pings_.empty();
}

void ClientDriver::answer_pings() {
  for (const auto& [session, ping] : std::exchange(pings_, {})) {
    const auto own = std::ranges::find(sessions_, session, &Session::id);
    if (own == sessions_.end()) continue;
    const auto number = static_cast<SessionNumber>(own - sessions_.begin());
    post_text(to_text(reply_to(ping)), {.fresh = true, .session = number});
  }
}

bool ClientDriver::wait_until(MonoTime until, const Condition& holds) {
  if (answers_ || is_stateless()) return wait_looking(until, holds);
  for (;;) {
    bool held = false;
    const bool came = wait_looking(until, [&](const Timeline& timeline) {
      held = holds(timeline);
      return held || hears_ping(timeline);
    });
    if (held || !came) return held;
    answers_ = true;
    answer_pings();
    answers_ = false;
  }
}

void ClientDriver::answer_questions(StreamId call, Millis window) {
  const MonoTime until = mono_now() + stretched(window);
  for (int answered = 0; answered < kMostQuestions; ++answered) {
    const auto asked_or_over = [call](const Timeline& timeline) {
      const Exchange& exchange = *timeline.exchange(call);
      return exchange.final_message() != nullptr || exchange.ended() ||
             open_question(timeline, call).has_value();
    };
    if (!wait_until(until, asked_or_over)) return;
    const auto question =
        history_.read([&](const Timeline& timeline) { return open_question(timeline, call); });
    if (!question) return;
    watch_head(post_text(to_text(reply_to(*question)), {.fresh = true}), window);
  }
}

}  // namespace tailrace
