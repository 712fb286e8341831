// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/body_trouble.h"

#include <algorithm>

#include "harness/judge/session.h"
#include "harness/record/unfinished_event.h"
#include "harness/wire/http_rules.h"

namespace tailrace {
namespace {

constexpr Reason kOtherLength{
    "the length that is announced is not that of the message that is sent, or the connection is "
    "closed under it",
    "serialize the response once, and send its length and its bytes"};
constexpr Reason kNothingWritten{
    "the response is ended though its message was not written: it was dropped before, or nothing "
    "writes an answer of its kind into a body",
    "write the Response or the Error before the response is ended"};
constexpr Reason kAsBatch{
    "answers are gathered in a list, and a single one is written as a list, too",
    "answer one request with one object"};
constexpr Reason kAsNotification{"the request is taken for a notification",
                                 "answer whatever has an id"};
constexpr Reason kNoJson{
    "something else than the transport answers here, such as a page of the framework",
    "answer with the message itself, as application/json"};
constexpr Reason kOtherText{
    "the message is written twice, or something is written beside it",
    "serialize the response once, and write nothing else into its body"};
constexpr Reason kFirstMessage{
    "the first message of a request is written as its answer in JSON, and what a tool sends before "
    "its Result comes first",
    "wait for the Response or the Error, and leave the rest out of a body in JSON"};
constexpr Reason kNoEmptyLine{
    "events are written with one line end behind them, or the empty line is left to the next write",
    "write an empty line after each event, with its data"};
constexpr Reason kCutEvent{
    "what the socket or the stream did not take at once is dropped, or an answer is cut at the "
    "size of a buffer",
    "wait until there is room, and write the rest of the event"};

}  // namespace

bool is_other_message(const Exchange& exchange) {
  if (exchange.is_event_stream() || !exchange.answer) return false;
  const MessageKind kind = exchange.answer->kind;
  return kind == MessageKind::kNotification || kind == MessageKind::kRequest;
}

std::optional<BodyTrouble> body_trouble_of(const Exchange& exchange) {
  const bool judged = exchange.response && is_request(exchange) && is_success(exchange) &&
                      !exchange.is_event_stream();
  if (!judged) return std::nullopt;
  switch (exchange.end) {
    case BodyEnd::kUnseen:
    case BodyEnd::kOpen:
      return std::nullopt;
    case BodyEnd::kCut:
      return BodyTrouble{"broke off by FIN inside its body", kOtherLength};
    case BodyEnd::kReset:
      return BodyTrouble{"was reset inside its body", kOtherLength};
    case BodyEnd::kMalformed:
      return BodyTrouble{"never completed its body", kOtherLength};
    case BodyEnd::kComplete:
      break;
  }
  if (exchange.body.empty()) {
    const bool accepted = exchange.response->status == kAccepted;
    return BodyTrouble{"has an empty body", accepted ? kAsNotification : kNothingWritten};
  }
  if (exchange.answer && exchange.answer->is_response()) return std::nullopt;
  if (exchange.answer && exchange.answer->kind == MessageKind::kBatch) {
    return BodyTrouble{"is an array, as if it were that of a batch", kAsBatch};
  }
  if (is_other_message(exchange)) return BodyTrouble{"is another message", kFirstMessage};
  if (!is_json(*exchange.response)) return BodyTrouble{"is no JSON-RPC response", kNoJson};
  return BodyTrouble{"is no single JSON-RPC response", kOtherText};
}

std::string broken_event_of(const Exchange& exchange) {
  const auto told = std::ranges::find_if(exchange.malformed, [](const std::string& what) {
    return what.starts_with(kInsideEvent);
  });
  return told == exchange.malformed.end() ? "" : *told;
}

std::optional<Reason> broken_event_reason(const Exchange& exchange) {
  const std::string what = broken_event_of(exchange);
  if (what.empty()) return std::nullopt;
  return what.ends_with(kNeverDispatched) ? kNoEmptyLine : kCutEvent;
}

}  // namespace tailrace
