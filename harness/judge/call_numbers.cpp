// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/call_numbers.h"

#include <algorithm>
#include <limits>

namespace tailrace {
namespace {

constexpr std::size_t kImpossible = std::numeric_limits<std::size_t>::max() / 2;

// Its own limit may have come before we read its request and answered it all the same.
bool could_be(const ClientCall& call, const ToldCall& line) {
  return !call.exchange->response || line.outcome == "limit" ||
         line.at >= call.exchange->request_at;
}

// It came back as something else than what was sent for it.
bool differs(const ClientCall& call, const ToldCall& line) {
  const bool result = call.final != nullptr && call.final->kind != MessageKind::kError;
  return !line.outcome.empty() && (line.outcome == "result") != result;
}

bool is_answered(const ClientCall& call) {
  if (call.final == nullptr || call.final->kind != MessageKind::kResult) return false;
  const std::string type = call.final->body["result"]["resultType"].as_string();
  return type.empty() || type == "complete";
}

MonoTime over_at(const ClientCall& call) {
  const auto& head_at = call.exchange->head_at;
  return call.final_at.value_or(head_at.value_or(call.exchange->request_at));
}

// fewest[call][line]: how many of the calls from `call` on differ at least, with lines from `line`
// on to choose from. What no line was told for yet differs from nothing.
class Alignment {
 public:
  Alignment(std::span<const ClientCall> calls, std::span<const ToldCall> lines)
      : calls_(calls),
        lines_(lines),
        fewest_(calls.size() + 1, std::vector<std::size_t>(lines.size() + 1, 0)) {
    for (std::size_t call = calls.size(); call-- > 0;) {
      fewest_[call][lines.size()] = kImpossible;  // There is a line for each.
      for (std::size_t line = lines.size(); line-- > 0;) {
        fewest_[call][line] = std::min(taken(call, line), fewest_[call][line + 1]);
      }
    }
  }

  // Empty where some call has no line that could be its own.
  std::vector<std::size_t> numbers() const {
    std::vector<std::size_t> numbers;
    if (fewest_[0][0] >= kImpossible) return numbers;
    std::size_t line = 0;
    for (std::size_t call = 0; call < calls_.size(); ++call, ++line) {
      while (taken(call, line) > fewest_[call][line]) ++line;
      numbers.push_back(line + 1);
    }
    return numbers;
  }

 private:
  std::size_t taken(std::size_t call, std::size_t line) const {
    if (!could_be(calls_[call], lines_[line])) return kImpossible;
    const std::size_t rest = fewest_[call + 1][line + 1];
    return rest + (differs(calls_[call], lines_[line]) ? 1 : 0);
  }

  std::span<const ClientCall> calls_;
  std::span<const ToldCall> lines_;
  std::vector<std::vector<std::size_t>> fewest_;
};

// Up to the first that is missing, which is the end of its contract.
std::span<const ToldCall> in_order(std::span<const ToldCall> told) {
  std::size_t lines = 0;
  while (lines < told.size() && told[lines].number == static_cast<std::int64_t>(lines) + 1) ++lines;
  return told.first(lines);
}

}  // namespace

void join_attempts(std::vector<ClientCall>& calls, std::span<const ToldCall> told) {
  const std::span<const ToldCall> lines = in_order(told);
  if (lines.size() != told.size() || calls.size() <= lines.size()) return;
  std::size_t extra = calls.size() - lines.size();
  std::vector<ClientCall> joined;
  for (ClientCall& call : calls) {
    const bool again = extra > 0 && !joined.empty() && !is_answered(joined.back()) &&
                       joined.size() <= lines.size() && lines[joined.size() - 1].at > over_at(call);
    if (!again) {
      joined.push_back(std::move(call));
      continue;
    }
    joined.back() = std::move(call);
    --extra;
  }
  calls = std::move(joined);
}

std::vector<std::size_t> numbers_of(std::span<const ClientCall> calls,
                                    std::span<const ToldCall> told) {
  const std::span<const ToldCall> lines = in_order(told);
  if (lines.size() > calls.size()) {
    std::vector<std::size_t> numbers = Alignment(calls, lines).numbers();
    if (!numbers.empty()) return numbers;
  }
  std::vector<std::size_t> numbers;
  for (const ClientCall& call : calls) {
    std::size_t next = numbers.empty() ? 0 : numbers.back();
    while (next < lines.size() && !could_be(call, lines[next])) ++next;
    numbers.push_back(next + 1);
  }
  return numbers;
}

}  // namespace tailrace
