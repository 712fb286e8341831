// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/proxy_legs.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "harness/flow/connection_findings.h"
#include "harness/flow/direction.h"

namespace tailrace {
namespace {

constexpr std::size_t kMostTried = 64;   // Exchanges within another, of the same name.
constexpr std::uint64_t kEnoughPairs = 3;  // Where no address says that it is the proxy's.
constexpr std::uint64_t kLikeHeads = 300;  // A proxy writes a head of its own before the same body.
constexpr std::uint64_t kLikePart = 10;

using Exchanges = std::vector<ExchangeRecord>;
using Servers = std::pair<Endpoint, Endpoint>;  // Of the leg in front, and of the one behind it.

std::string name_of_call(const ExchangeRecord& record) {
  if (record.asked.method.empty() || record.asked.id.empty() || !record.answered) return "";
  return record.asked.method + '\n' + record.asked.id + '\n' + record.asked.tool;
}

// The proxy is the server of one and the client of the other.
bool meet(const ExchangeRecord& front, const ExchangeRecord& back) {
  return front.server.address == back.client.address &&
         front.client.address != back.client.address;
}

bool may_be_behind(const ExchangeRecord& front, const ExchangeRecord& back) {
  if (front.connection == back.connection || front.server == back.server) return false;
  if (back.start < front.start || back.end > front.end) return false;
  if (meet(front, back)) return true;
  if (front.client.address == back.client.address &&
      front.server.address != back.client.address) {
    return false;  // One client that asks two servers.
  }
  const std::uint64_t sizes[] = {front.response.end - front.response.begin,
                                 back.response.end - back.response.begin};
  const auto [least, most] = std::minmax(sizes[0], sizes[1]);
  return most - least <= kLikeHeads + most / kLikePart;
}

struct Pair {
  std::size_t front, back;
};
struct Votes {
  std::uint64_t pairs = 0;
  bool met = false;
};

class Legs {
 public:
  explicit Legs(Exchanges& exchanges) : exchanges_(exchanges) {
    std::unordered_map<std::string, std::vector<std::size_t>> by_name;
    for (std::size_t i = 0; i < exchanges_.size(); ++i) {
      const std::string name = name_of_call(exchanges_[i]);
      if (name.empty()) continue;
      ++calls_[exchanges_[i].server];
      by_name[name].push_back(i);
    }
    if (calls_.size() < 2) return;
    for (const auto& [name, places] : by_name) {
      for (std::size_t at = 0; at < places.size(); ++at) look_behind(places, at);
    }
    std::ranges::sort(pairs_, {}, &Pair::front);
  }
  // Those that are legs of a proxy's, by what all of the same servers say.
  std::vector<Pair> proven() const {
    std::vector<Pair> proven;
    std::ranges::copy_if(pairs_, std::back_inserter(proven),
                         [&](const Pair& pair) { return is_proxy(servers_of(pair)); });
    return proven;
  }

 private:
  Servers servers_of(const Pair& pair) const {
    return {exchanges_[pair.front].server, exchanges_[pair.back].server};
  }
  void look_behind(const std::vector<std::size_t>& places, std::size_t at) {
    const ExchangeRecord& front = exchanges_[places[at]];
    std::optional<std::size_t> longest;
    for (std::size_t i = at + 1; i < places.size() && i <= at + kMostTried; ++i) {
      const ExchangeRecord& back = exchanges_[places[i]];
      if (back.start > front.end) break;
      if (!may_be_behind(front, back)) continue;
      if (!longest || back.length() > exchanges_[*longest].length()) longest = places[i];
    }
    if (!longest) return;
    const Pair pair{places[at], *longest};
    Votes& votes = votes_[servers_of(pair)];
    ++votes.pairs;
    votes.met = votes.met || meet(front, exchanges_[*longest]);
    pairs_.push_back(pair);
  }
  bool is_proxy(const Servers& servers) const {
    const Votes& votes = votes_.at(servers);
    if (votes_.contains({servers.second, servers.first})) return false;  // Chance.
    if (!votes.met && votes.pairs < kEnoughPairs) return false;
    const std::uint64_t calls =
        std::min(calls_.at(servers.first), calls_.at(servers.second));
    return votes.pairs * 5 >= calls * 4;
  }

  Exchanges& exchanges_;
  std::vector<Pair> pairs_;
  std::map<Endpoint, std::uint64_t> calls_;
  std::map<Servers, Votes> votes_;
};

// What is said of exchanges, by exchange.
class Said {
 public:
  explicit Said(CaptureReport& report) : report_(report) {
    for (std::size_t i = 0; i < report_.findings.size(); ++i) {
      const CaptureFinding& finding = report_.findings[i];
      const bool wanted = finding.kind == kind::kStall || finding.kind == kind::kServerThink;
      if (wanted && finding.exchange) places_[{finding.connection, *finding.exchange}].push_back(i);
    }
  }
  std::vector<CaptureFinding*> of(ConnectionId connection, std::uint32_t exchange,
                                  std::string_view kind) {
    std::vector<CaptureFinding*> found;
    const auto known = places_.find({connection, exchange});
    if (known == places_.end()) return found;
    for (const std::size_t at : known->second) {
      if (report_.findings[at].kind == kind) found.push_back(&report_.findings[at]);
    }
    return found;
  }
  void lessen(CaptureFinding& finding, Nanos by) {
    finding.cost -= by;
    report_.cost_by_kind[finding.kind] -= by;
  }
  void take_back(CaptureFinding& finding) {
    --report_.count_by_kind[finding.kind];
    if (finding.kind == kind::kStall) {
      --report_.stalls;
      report_.stalls_of_high_confidence -= finding.confidence == Confidence::kHigh;
    }
    report_.cost_by_kind[finding.kind] -= finding.cost;
    finding.kind.clear();
  }
  void drop_taken_back() {
    std::erase_if(report_.findings, [](const CaptureFinding& f) { return f.kind.empty(); });
    std::erase_if(report_.count_by_kind, [](const auto& kind) { return kind.second == 0; });
  }

 private:
  CaptureReport& report_;
  std::map<std::pair<ConnectionId, std::uint32_t>, std::vector<std::size_t>> places_;
};

std::optional<RealTime> released_at(const CaptureFinding& stall) {
  return stall.frames.empty() ? std::nullopt : stall.frames.back().at;
}

// What the proxy held had not come before the server behind it let go: it was held since then, if
// at all. Two ACKs that one kernel's clock sends make both legs look alike.
void shorten_holds(Said& said, ExchangeRecord& front, const ExchangeRecord& back) {
  for (CaptureFinding* held : said.of(front.connection, front.index, kind::kStall)) {
    const auto released = released_at(*held);
    if (held->side != Side::kServer || !released) continue;
    for (const CaptureFinding* cause : said.of(back.connection, back.index, kind::kStall)) {
      const auto came = released_at(*cause);
      if (cause->side != Side::kServer || !came || *came > *released) continue;
      const bool passed_on = *released - *came < kLeastAckDelay;
      const Nanos over = held->cost - (passed_on ? Nanos(0) : *released - *came);
      if (over <= Nanos(0)) continue;
      said.lessen(*held, over);
      held->details.set("hold_ms", millis_of(held->cost));
      const Nanos moved = std::min(over, front.causes[Cause::kDelayedAck]);
      front.causes[Cause::kDelayedAck] -= moved;
      front.causes[Cause::kServerThink] += moved;
      if (passed_on) {
        said.take_back(*held);
        break;
      }
    }
  }
}

void join(CaptureReport& report, Said& said, ExchangeRecord& front, const ExchangeRecord& back) {
  const CauseSums before = front.causes;
  shorten_holds(said, front, back);
  front.behind = std::make_shared<const LegBehind>(
      LegBehind{back.connection, back.client, back.server, back.index, back.length()});
  for (CaptureFinding* thought : said.of(front.connection, front.index, kind::kServerThink)) {
    const Nanos own = thought->cost - back.length();
    if (own < least_think(Nanos(0))) {
      said.take_back(*thought);
      continue;
    }
    said.lessen(*thought, back.length());
    thought->details.set("think_ms", millis_of(own));
  }
  // The sums hold what both took once, as the leg behind has it.
  Nanos twice = back.length();
  report.exchange_time -= twice;
  for (std::size_t i = 0; i < kCauses; ++i) {
    const auto cause = static_cast<Cause>(i);
    report.causes[cause] += front.causes[cause] - before[cause];
  }
  for (const Cause cause : {Cause::kServerThink, Cause::kTransfer, Cause::kNetworkRtt,
                            Cause::kUnexplained, Cause::kRetransmission, Cause::kZeroWindow,
                            Cause::kClientThink, Cause::kClientIdle, Cause::kDelayedAck,
                            Cause::kConnectionSetup, Cause::kStaleFallback}) {
    const Nanos part = std::min(twice, front.causes[cause]);
    report.causes[cause] -= part;
    twice -= part;
  }
}

}  // namespace

void join_legs(CaptureReport& report) {
  const std::vector<Pair> pairs = Legs(report.exchanges).proven();
  if (pairs.empty()) return;
  Said said(report);
  std::map<Servers, std::uint64_t> counts;
  for (const auto& [front, back] : pairs) {
    join(report, said, report.exchanges[front], report.exchanges[back]);
    ++counts[{report.exchanges[front].server, report.exchanges[back].server}];
  }
  said.drop_taken_back();
  for (const auto& [servers, count] : counts) {
    report.notes.push_back(fmt::format(
        "two legs of a proxy: {} calls to {} waited for their leg to {}; what that took is told of "
        "it, and stands in the sums once",
        count, servers.first.text(), servers.second.text()));
  }
}

}  // namespace tailrace
