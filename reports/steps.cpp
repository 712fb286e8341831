// SPDX-License-Identifier: Apache-2.0
#include "reports/steps.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/wire/escape.h"
#include "harness/wire/http_rules.h"

namespace tailrace {
namespace {

constexpr std::size_t kWord = 40;        // Bytes of an id, a method, a header's value.
constexpr std::size_t kMostSteps = 20'000;  // Of a history that somebody sent.

std::string text_of(const RpcMessage& message) {
  const std::string id = message.id ? " (id " + excerpt(message.id->text, kWord) + ")" : "";
  switch (message.kind) {
    case MessageKind::kResult:
      return "Result" + id;
    case MessageKind::kError:
      return fmt::format("Error {}{}", message.error_code.value_or(0), id);
    case MessageKind::kBatch:
      return "batch";
    case MessageKind::kInvalid:
      return "not JSON-RPC";
    case MessageKind::kRequest:
    case MessageKind::kNotification:
      break;
  }
  return excerpt(message.method, kWord) + id;
}

std::string_view text_of(BodyEnd end) {
  switch (end) {
    case BodyEnd::kComplete:
      return "end of the response";
    case BodyEnd::kCut:
      return "FIN inside the response";
    case BodyEnd::kReset:
      return "reset inside the response";
    case BodyEnd::kMalformed:
      return "broken framing";
    case BodyEnd::kOpen:
    case BodyEnd::kUnseen:
      break;
  }
  return "";
}

class Steps {
 public:
  explicit Steps(const Timeline& timeline) : timeline_(timeline) {}

  std::vector<EvidenceLine> all() {
    for (const Exchange& exchange : timeline_.exchanges) add(exchange);
    for (const Connection& connection : timeline_.connections) add(connection);
    for (const auto& one : timeline_.deadlines) {
      note(one.at, fmt::format("waited {} ms for {}", one.what.limit.count(),
                               excerpt(one.what.waited_for, kWord)));
    }
    for (const auto& one : timeline_.windows) {
      note(one.at, watched(one.what));
    }
    for (const auto& one : timeline_.refused) {
      note(one.at, "refused: " + excerpt(one.what.why, kWord));
    }
    if (timeline_.process_ended) note(timeline_.process_ended->at, "the process ended");
    if (timeline_.late_end) note(timeline_.late_end->at, "the process, long through, ended");
    std::stable_sort(steps_.begin(), steps_.end(),
                     [](const auto& a, const auto& b) { return a.at < b.at; });
    return std::move(steps_);
  }

 private:
  void put(MonoTime at, std::string actor, std::string what) {
    if (steps_.size() >= kMostSteps) return;
    steps_.push_back(
        {at - timeline_.begun.value_or(at), std::move(actor), std::move(what), false});
  }
  // A window that ends with what it looks for was not watched to its limit.
  static std::string watched(const WindowEnded& window) {
    const std::string name = excerpt(window.name, kWord);
    const std::string most = fmt::format("{} ms", window.length.count());
    if (window.took >= window.length) return fmt::format("watched {}: {}", most, name);
    return fmt::format("watched {} of at most {}: {}", in_millis(window.took), most, name);
  }
  void note(MonoTime at, std::string what) { put(at, "harness", std::move(what)); }

  void add(const Exchange& exchange) {
    const std::string where = fmt::format(" on {}", exchange.connection.value);
    std::string what = excerpt(exchange.request.method, kWord);
    if (exchange.asked) what += " " + text_of(*exchange.asked);
    if (const auto* id = exchange.request.find("last-event-id")) {
      what += ", Last-Event-ID " + excerpt(*id, kWord);
    }
    put(exchange.request_at, "client", what + where);
    if (exchange.head_at && exchange.response) {
      put(*exchange.head_at, "server",
          fmt::format("{} {}{}", exchange.response->status,
                      excerpt(media_type(*exchange.response), kWord), where));
    }
    for (const StreamEvent& event : exchange.events) {
      put(event.at, "server",
          event.message ? "event: " + text_of(*event.message)
                        : (event.sse.is_priming() ? "priming event" : "event"));
    }
    for (const auto& comment : exchange.comments) put(comment.at, "server", "comment");
    if (!exchange.ended_at || text_of(exchange.end).empty()) return;
    const std::string answer = exchange.answer ? text_of(*exchange.answer) + ", " : "";
    put(*exchange.ended_at, "server", answer + std::string(text_of(exchange.end)));
  }

  void add(const Connection& connection) {
    const auto& opened = connection.opened;
    put(connection.opened_at, "client",
        fmt::format("opens connection {}{}", connection.id.value,
                    opened.quick_ack ? ", prompt ACKs" : ""));
    const auto end = [&](const std::optional<ConnectionEnd>& ended, Side side) {
      if (!ended) return;
      put(ended->at, name_of(side),
          fmt::format("{} on {}", ended->how == Ending::kReset ? "RST" : "FIN",
                      connection.id.value));
    };
    end(connection.peer_ended, other(opened.we_are));
    end(connection.we_ended, opened.we_are);
  }

  const Timeline& timeline_;
  std::vector<EvidenceLine> steps_;
};

EvidenceLine* step_at(std::vector<EvidenceLine>& steps, const EvidenceLine& line) {
  const auto found = std::find_if(steps.begin(), steps.end(), [&](const EvidenceLine& step) {
    return step.at == line.at && step.actor == line.actor;
  });
  return found == steps.end() ? nullptr : &*found;
}

// Evidence of packets counts from another moment: it is of this time line only where it meets it.
void mark(std::vector<EvidenceLine>& steps, const std::vector<EvidenceLine>& evidence) {
  const bool ours = std::any_of(evidence.begin(), evidence.end(), [&](const EvidenceLine& line) {
    return line.actor != "harness" && step_at(steps, line) != nullptr;
  });
  for (const EvidenceLine& line : evidence) {
    if (!ours || !line.gap) continue;
    if (EvidenceLine* step = step_at(steps, line)) {
      step->gap = true;
    } else {
      steps.push_back(line);
    }
  }
}

// The marked step; where none is marked, what came after the longest pause.
std::size_t point_of_interest(const std::vector<EvidenceLine>& steps) {
  std::size_t best = 0;
  Nanos longest{-1};
  for (std::size_t at = 0; at < steps.size(); ++at) {
    if (steps[at].gap) return at;
    const Nanos pause = at == 0 ? Nanos{0} : steps[at].at - steps[at - 1].at;
    if (pause > longest) best = at;
    longest = std::max(longest, pause);
  }
  return best;
}

}  // namespace

std::vector<EvidenceLine> steps_of(const Timeline& timeline, const std::vector<Finding>& findings) {
  auto steps = Steps(timeline).all();
  for (const Finding& finding : findings) {
    if (finding.level != Level::kNote) mark(steps, finding.evidence);
  }
  std::stable_sort(steps.begin(), steps.end(),
                   [](const auto& a, const auto& b) { return a.at < b.at; });
  return steps;
}

std::vector<EvidenceLine> shortened(std::vector<EvidenceLine> steps, std::size_t limit) {
  if (steps.size() <= limit) return steps;
  const std::size_t first = limit / 4, rest = limit - first;
  const std::size_t centre = point_of_interest(steps);
  const std::size_t from = std::clamp(centre > rest / 2 ? centre - rest / 2 : 0, first,
                                      steps.size() - rest);
  const auto left_out = [&](std::size_t at, std::size_t count) {
    return EvidenceLine{steps[at].at, "harness", fmt::format("({} more steps)", count), false};
  };
  std::vector<EvidenceLine> out(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(first));
  if (from > first) out.push_back(left_out(first, from - first));
  const std::size_t until = from + rest;
  out.insert(out.end(), steps.begin() + static_cast<std::ptrdiff_t>(from),
             steps.begin() + static_cast<std::ptrdiff_t>(until));
  if (until < steps.size()) out.push_back(left_out(until, steps.size() - until));
  return out;
}

}  // namespace tailrace
