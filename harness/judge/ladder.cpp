// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/ladder.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/wire/escape.h"
#include "harness/wire/http_rules.h"

namespace tailrace {
namespace {

constexpr std::size_t kExcerpt = 72;  // Bytes of a body or an event in one line.

class Ladder {
 public:
  explicit Ladder(const Timeline& timeline) : timeline_(timeline) {}

  void add(MonoTime at, Side actor, std::string what) { add(at, name_of(actor), std::move(what)); }
  void add(MonoTime at, std::string actor, std::string what) {
    lines_.push_back(
        {at - timeline_.begun.value_or(at), std::move(actor), std::move(what), false});
  }

  std::vector<EvidenceLine> finish() {
    std::stable_sort(lines_.begin(), lines_.end(),
                     [](const auto& a, const auto& b) { return a.at < b.at; });
    if (lines_.size() > kLadderLines) {
      const std::size_t more = lines_.size() - kLadderLines + 1;
      const auto middle = lines_.begin() + kLadderLines / 2;
      EvidenceLine left_out{middle->at, "harness", fmt::format("({} more)", more), false};
      lines_.erase(middle, middle + static_cast<std::ptrdiff_t>(more));
      lines_.insert(lines_.begin() + kLadderLines / 2, std::move(left_out));
    }
    return std::move(lines_);
  }

 private:
  const Timeline& timeline_;
  std::vector<EvidenceLine> lines_;
};

std::string_view end_text(BodyEnd end) {
  switch (end) {
    case BodyEnd::kOpen:
      return "body still open";
    case BodyEnd::kComplete:
      return "end of the response";
    case BodyEnd::kCut:
      return "FIN inside the response: its framing is incomplete";
    case BodyEnd::kReset:
      return "reset inside the response";
    case BodyEnd::kMalformed:
      return "the framing is broken";
    case BodyEnd::kUnseen:
      return "we stopped watching";
  }
  return "";
}

std::string event_text(const StreamEvent& event) {
  const std::string id = event.sse.id ? fmt::format(" id {}", excerpt(*event.sse.id, 40)) : "";
  if (event.sse.is_priming()) return fmt::format("event{} without data (priming)", id);
  const std::string kind = event.message ? ": " + describe(*event.message) : "";
  return fmt::format("event{}{} {}", id, kind, excerpt(event.sse.data, kExcerpt));
}

std::string request_text(const Exchange& exchange) {
  const std::string verb = excerpt(exchange.request.method, 16);
  const std::string* resumes = exchange.request.find("last-event-id");
  const std::string after =
      resumes == nullptr ? "" : " with Last-Event-ID " + excerpt(*resumes, 40);
  if (!exchange.asked) {
    return fmt::format("{}{} on connection {}", verb, after, exchange.connection.value);
  }
  return fmt::format("{} {}{}", verb, describe(exchange), after);
}

void add_response(Ladder& ladder, const Exchange& exchange) {
  if (exchange.head_at) {
    ladder.add(*exchange.head_at, Side::kServer,
               fmt::format("{} {}", exchange.response->status, media_type(*exchange.response)));
  }
  for (const StreamEvent& event : exchange.events) {
    ladder.add(event.at, Side::kServer, event_text(event));
  }
  for (const auto& comment : exchange.comments) {
    ladder.add(comment.at, Side::kServer, "comment " + excerpt(comment.what, kExcerpt));
  }
  if (!exchange.body.empty() && exchange.ended_at) {
    ladder.add(*exchange.ended_at, Side::kServer, excerpt(exchange.body, kExcerpt));
  }
  if (exchange.ended_at) {
    const bool by_us = exchange.end == BodyEnd::kUnseen;
    ladder.add(*exchange.ended_at, by_us ? "harness" : name_of(Side::kServer),
               std::string(end_text(exchange.end)));
  }
}

void add_exchange(Ladder& ladder, const Exchange& exchange) {
  ladder.add(exchange.request_at, Side::kClient, request_text(exchange));
  add_response(ladder, exchange);
}

void add_end(Ladder& ladder, const Timeline& timeline, ConnectionId id) {
  const Connection* on = timeline.connection(id);
  if (on == nullptr) return;
  const auto tell = [&](const std::optional<ConnectionEnd>& end, Side side) {
    if (!end) return;
    const char* how = end->how == Ending::kReset ? "RST" : "FIN";
    ladder.add(end->at, side, fmt::format("{} on connection {}", how, id.value));
  };
  tell(on->peer_ended, other(on->opened.we_are));
  tell(on->we_ended, on->opened.we_are);
}

// The request that a cancel names, with the type of its id: 900 and "900" are two.
std::string of_which(const RpcMessage& notification) {
  if (notification.method != "notifications/cancelled") return "";
  const Json& id = notification.body["params"]["requestId"];
  return id.is_null() ? "" : " of id " + excerpt(to_text(id), 40);
}

}  // namespace

std::string describe(const RpcMessage& message) {
  const std::string id = message.id ? " (id " + excerpt(message.id->text, 40) + ")" : "";
  switch (message.kind) {
    case MessageKind::kRequest:
      return excerpt(message.method, 40) + id;
    case MessageKind::kNotification:
      return excerpt(message.method, 40) + of_which(message);
    case MessageKind::kResult:
      return "Result" + id;
    case MessageKind::kError:
      return fmt::format("Error {}{}", message.error_code.value_or(0), id);
    case MessageKind::kBatch:
      return "batch";
    case MessageKind::kInvalid:
      return "not JSON-RPC";
  }
  return "";
}

std::string describe(const Exchange& exchange) {
  const std::string what =
      exchange.asked ? describe(*exchange.asked) : excerpt(exchange.request.method, 16);
  return fmt::format("{} on connection {}", what, exchange.connection.value);
}

std::vector<EvidenceLine> ladder_of(const Timeline& timeline, const Exchange& exchange) {
  Ladder ladder(timeline);
  add_exchange(ladder, exchange);
  add_end(ladder, timeline, exchange.connection);
  return ladder.finish();
}

std::vector<EvidenceLine> ladder_of(const Timeline& timeline, const Exchange& first,
                                    const Exchange& second) {
  Ladder ladder(timeline);
  add_exchange(ladder, first);
  add_exchange(ladder, second);
  add_end(ladder, timeline, first.connection);
  if (second.connection != first.connection) add_end(ladder, timeline, second.connection);
  return ladder.finish();
}

void mark_gap(std::vector<EvidenceLine>& lines, std::string_view begins) {
  const auto found = std::find_if(lines.rbegin(), lines.rend(), [&](const EvidenceLine& line) {
    return line.what.starts_with(begins);
  });
  if (found != lines.rend()) found->gap = true;
}

std::string after_its_words(const ProcessEnded& end) {
  constexpr std::size_t kShown = 300;  // Bytes: as many as are kept.
  return end.printed.empty() ? "" : " after it had printed " + excerpt(end.printed, kShown);
}

EvidenceLine gap_line(const Timeline& timeline, MonoTime at, std::string what) {
  return {at - timeline.begun.value_or(at), "harness", std::move(what), true};
}

}  // namespace tailrace
