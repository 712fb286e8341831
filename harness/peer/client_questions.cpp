// SPDX-License-Identifier: Apache-2.0
// What the scripted client answers where a server asks in mid stream, as it may in revisions with
// sessions. It declares no features, so that nothing but ping may be asked of it.
#include <algorithm>
#include <optional>

#include "harness/judge/questions.h"
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

}  // namespace

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
