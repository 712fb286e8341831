// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/open_cause.h"

#include <algorithm>
#include <array>

namespace tailrace {
namespace {

bool has_error(const Exchange& stream) {
  return stream.final_message()->kind == MessageKind::kError;
}

bool has_messages_before(const Exchange& stream) {
  const StreamEvent* const final = stream.final_event();
  return std::ranges::any_of(stream.events, [&](const StreamEvent& event) {
    return &event < final && event.message.has_value();
  });
}

bool has_failed_tool(const Exchange& stream) {
  const RpcMessage& final = *stream.final_message();
  return final.kind == MessageKind::kResult && final.body["result"]["isError"].as_bool(false);
}

struct Suspect {
  bool (*has)(const Exchange&);
  Reason reason;
};

constexpr Reason kErrorPath{
    "the path that sends an Error does not end the stream as the path of a Result does",
    "drop the stream's sender (or call its end) once a Response or an Error went out"};

constexpr std::array<Suspect, 3> kSuspects{{
    {has_messages_before,
     {"a response that comes behind other messages does not end its stream: the end belongs to the "
      "first message, or what sent the others keeps the stream",
      "end the stream by the kind of the message, whatever came before it"}},
    {has_error, kErrorPath},
    {has_failed_tool,
     {"a Result with isError takes a path of its own, which does not end the stream",
      "end the stream behind every Result: isError is a matter of the tool"}},
}};

}  // namespace

Reason cause_of_open_streams(const Timeline& timeline, const std::vector<const Exchange*>& open) {
  const auto contrasts = [&](bool (*has)(const Exchange&)) {
    bool ended = false;
    for (const Exchange& exchange : timeline.exchanges) {
      const bool judged = exchange.is_post() && exchange.is_event_stream() && exchange.ended() &&
                          exchange.end == BodyEnd::kComplete && exchange.final_message() != nullptr;
      if (!judged) continue;
      if (has(exchange)) return false;
      ended = true;
    }
    return ended;
  };
  for (const auto& [has, reason] : kSuspects) {
    const bool all = std::ranges::all_of(open, [&](const auto* stream) { return has(*stream); });
    if (all && contrasts(has)) return reason;
  }
  if (std::ranges::all_of(open, [](const auto* stream) { return has_error(*stream); })) {
    return kErrorPath;
  }
  return {"the sender of the stream is kept after the response, often by a routing table entry",
          kErrorPath.cure};
}

}  // namespace tailrace
