// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/resources.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "harness/judge/client_calls.h"
#include "harness/judge/ladder.h"
#include "harness/judge/retention.h"
#include "harness/judge/slope.h"
#include "harness/judge/threads.h"
#include "harness/record/marks.h"

namespace tailrace {
namespace {

bool is_of_client(const Timeline& timeline) {
  return !timeline.connections.empty() &&
         timeline.connections.front().opened.we_are == Side::kServer;
}

// Sockets of the implementation whose peer is a connection of ours that we have left. Those
// between the two of us that are still in use are no leak.
double left_sockets(const Timeline& timeline, const At<ProcessSampled>& sample) {
  const bool of_client = is_of_client(timeline);
  std::set<Endpoint> left;  // By the client's end: a server's is the same for all.
  for (const Connection& connection : timeline.connections) {
    if (connection.we_ended && connection.we_ended->at < sample.at) {
      left.insert(connection.client());
    }
  }
  return static_cast<double>(std::count_if(
      sample.what.sockets.begin(), sample.what.sockets.end(), [&](const SocketFigure& socket) {
        return left.contains(of_client ? socket.local : socket.remote);
      }));
}

template <class Figure>
Growth growth_of(const Timeline& timeline, Figure&& figure) {
  Growth growth;
  for (const auto& sample : timeline.samples) {
    if (sample.what.label == kAtRest) growth.at_rest = figure(sample);
    if (!sample.what.label.starts_with(kBatchLabel)) continue;
    growth.values.push_back(figure(sample));
    growth.at.push_back(sample.at);
  }
  return thinned(std::move(growth));
}

// What a batch is of.
std::string unit_of(const Timeline& timeline) {
  return timeline.mark(kBatchUnit).value_or(is_of_client(timeline) ? "session" : "call");
}

double calls_per_batch(const Timeline& timeline) {
  return std::max(marked_number(timeline, kCallsPerBatch), 1);
}

struct Figure {
  std::string_view check, noun;
  std::optional<Level> level{};  // Instead of harm.
  Bounds bounds{.noise = kFlatCount, .reserve = kFewKept, .straight_reserve = kFewKept};
};

Finding grows(const Evidence& evidence, const Growth& growth, const Slope& slope,
              const Figure& figure, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  const double calls = calls_per_batch(timeline) * growth.batches_each;
  const bool of_client = is_of_client(timeline);
  const std::string call = unit_of(timeline);
  Finding finding = finding_of(evidence, figure.check, rule,
                               figure.level ? "" : fmt::format("harm.{}_grow", figure.noun));
  if (figure.level) finding.level = *figure.level;
  finding.required =
      fmt::format("{} return to where they were when {}s are done", figure.noun, call);
  finding.observed = fmt::format(
      "{} after batches of {:.0f} {}s: {}; {:.2f} a {} (95 % interval from {:.2f})", figure.noun,
      calls, call, fmt::join(growth.values, ", "), slope.per_batch / calls, call,
      (slope.per_batch - slope.half_width) / calls);
  finding.likely_cause =
      fmt::format("something opened for a {0} is kept when the {0} is done", call);
  if (of_client && call == "session") {
    finding.cure = "close it where the session is closed, also when a call of it failed";
  } else if (call == "session") {
    finding.cure = "close it where the session leaves the table, whoever ended it";
  } else {
    finding.cure = "close it where the request's route goes away, also when the client left first";
  }
  finding.evidence = ladder_of(timeline, growth, figure.noun);
  return finding;
}

// By its slope, and what a last look found.
bool is_leak(const Growth& growth) {
  if (growth.values.size() < kFewestBatches || is_let_go(growth)) return false;
  const double grown = growth.values.back() - growth.values.front();
  return slope_of(growth.values).grows() && grown >= kLeastKept;
}

Judgement judge_growth(const Evidence& evidence, const Growth& growth, const Figure& figure,
                       Rule rule) {
  if (growth.values.empty()) {
    if (evidence.timeline.mark(kNotSampled)) return not_applicable(std::string(kUnwatched));
    return inconclusive("the script came to no sample of its processes");
  }
  if (growth.values.size() < kFewestBatches) {
    return inconclusive(fmt::format("only {} samples of its processes", growth.values.size()));
  }
  if (is_leak(growth)) {
    return broken(grows(evidence, growth, slope_of(growth.values), figure, rule));
  }
  Judgement judgement = held();
  judgement.measurements.push_back(
      {std::string(figure.noun), fmt::format("{}", fmt::join(growth.values, ", "))});
  return judgement;
}

Growth memory_of(const Timeline& timeline) {
  return growth_of(timeline, [](const auto& sample) {
    return static_cast<double>(sample.what.resident_bytes / 1024);
  });
}

bool few_calls(const Timeline& timeline, const Growth& growth) {
  const auto steps = static_cast<double>(std::max<std::size_t>(growth.values.size(), 1) - 1);
  return steps * growth.batches_each * calls_per_batch(timeline) <
         kFewestOfWhole * marked_number(timeline, kWholeBatch);
}

Figure memory_figure(const Timeline& timeline) {
  Figure figure{"memory_does_not_grow", "KiB of memory", Level::kShould, kMemory};
  Bounds& bounds = figure.bounds;
  const Collector collector = collector_of(timeline);
  if (collector != Collector::kLazy && !keeps_events(timeline)) {
    bounds.reserve = kEagerReserve;
    bounds.straight_reserve =
        collector == Collector::kNone ? kNativeReserve : kEagerStraightReserve;
  }
  if (timeline.mark(kMemoryNoise)) bounds.noise = marked_number(timeline, kMemoryNoise);
  if (few_calls(timeline, memory_of(timeline))) bounds.straight_reserve = bounds.reserve;
  return figure;
}

// Of sockets, descriptors, children. While memory has not settled a collector may still have to
// close what nothing refers to any more.
Trend count_trend(const Timeline& timeline, const Growth& growth) {
  const Bounds bounds = Figure{}.bounds;
  const std::vector<double>& values = growth.values;
  if (is_let_go(growth)) return Trend::kFlat;
  if (is_flat(values, bounds.noise) || gives_back(values, kFewKept)) return Trend::kFlat;
  if (memory_trend(timeline) == Trend::kUnclear) return Trend::kUnclear;
  const Trend trend = trend_of(values, bounds);
  return trend == Trend::kGrows && closes_late(values) ? Trend::kUnclear : trend;
}

// A thread that lives is no collector's matter, so it need not wait for memory to settle.
Trend live_threads_trend(const Timeline& timeline, const Growth& growth) {
  const bool flat = is_let_go(growth) || gives_back(growth.values, kFewKept);
  const bool grows = !flat && trend_of(growth.values, kThreads) == Trend::kGrows &&
                     !closes_late(growth.values);
  return grows ? Trend::kGrows : count_trend(timeline, growth);
}

// Too little to be told from noise in the time there was counts as none.
bool is_settled(const Growth& growth, const Figure& figure, Trend trend) {
  return trend == Trend::kFlat ||
         (trend == Trend::kUnclear && is_flat(growth.values, figure.bounds.noise));
}

Judgement judge_settling(const Evidence& evidence, const Growth& growth, const Figure& figure,
                         Rule rule, Trend trend) {
  const Timeline& timeline = evidence.timeline;
  if (growth.values.empty()) return judge_growth(evidence, growth, figure, rule);
  Judgement judgement = held();
  if (trend == Trend::kGrows) {
    judgement = broken(grows(evidence, growth, slope_of(growth.values), figure, rule));
  } else if (is_settled(growth, figure, trend)) {
    // Held.
  } else if (growth.values.size() <= kFlatBatches) {
    judgement = inconclusive(fmt::format(
        "only {} batches fitted into the time; {} of them tell whether something stays",
        growth.values.size(), kFlatBatches + 1));
  } else {
    judgement = inconclusive(fmt::format(
        "from {:.0f} to {:.0f} {} over {} batches of {:.0f} {}s, and not settled: a collector that "
        "has not run yet looks the same; ask again with more time (--time-scale 3), or with a "
        "bound on its heap (-Xmx, GOMEMLIMIT, --max-old-space-size)",
        growth.values.front(), growth.values.back(), figure.noun, growth.values.size() - 1,
        calls_per_batch(timeline) * growth.batches_each, unit_of(timeline)));
  }
  judgement.measurements.push_back(
      {std::string(figure.noun), fmt::format("{}", fmt::join(growth.values, ", "))});
  return judgement;
}

// Why growth that has not settled is a choice of the implementation; "" where time would tell.
std::string why_untold(const Timeline& timeline, const Growth& growth, const Figure& figure) {
  if (growth.values.size() <= kFlatBatches) return "";
  const double first = growth.values.front(), last = growth.values.back();
  const std::string grown = fmt::format("from {:.0f} to {:.0f} KiB of memory", first, last);
  if (keeps_events(timeline)) {
    return grown + ", and its events have ids: how long they are kept to be replayed is its choice";
  }
  const bool lazy = collector_of(timeline) == Collector::kLazy;
  if (!lazy || last - first >= figure.bounds.straight_reserve) return "";
  return grown + ", less than a heap may take before it is collected: bound it (-Xmx, "
                 "--max-old-space-size) to have this asked";
}

Judgement judge_memory(const Evidence& evidence) {
  const Growth growth = memory_of(evidence.timeline);
  const Trend trend = memory_trend(evidence.timeline);
  const Figure figure = memory_figure(evidence.timeline);
  Judgement judgement = judge_settling(evidence, growth, figure, Rule{}, trend);
  if (growth.values.empty()) return judgement;
  const std::string untold = why_untold(evidence.timeline, growth, figure);
  if (judgement.outcome == Outcome::kInconclusive && !untold.empty()) {
    auto measured = std::move(judgement.measurements);
    judgement = not_applicable(untold);
    judgement.measurements = std::move(measured);
  }
  const double calls = calls_per_batch(evidence.timeline) * growth.batches_each;
  judgement.measurements.push_back(
      {"least growth of memory that is seen",
       fmt::format("{:.1f} KiB a {}", figure.bounds.noise / kFlatBatches / calls,
                   unit_of(evidence.timeline))});
  return judgement;
}

Growth sockets_of(const Timeline& timeline) {
  return growth_of(timeline, [&](const auto& sample) { return left_sockets(timeline, sample); });
}

// Sockets are the other check's: a listening or a live one must not count twice.
Growth descriptors_of(const Timeline& timeline) {
  return growth_of(timeline, [](const auto& sample) {
    return static_cast<double>(sample.what.files + sample.what.pipes + sample.what.anonymous);
  });
}

Growth children_of(const Timeline& timeline) {
  return growth_of(timeline,
                   [](const auto& sample) { return static_cast<double>(sample.what.children); });
}

using GrowthOf = Growth (*)(const Timeline&);

// We close them before the sample, as servers do with idle ones, so that they are no sockets then.
std::size_t left_to_us(const Timeline& timeline) {
  return static_cast<std::size_t>(
      std::ranges::count_if(timeline.connections, [](const Connection& connection) {
        const auto &peer = connection.peer_ended, &we = connection.we_ended;
        return we && (!peer || peer->at > we->at);
      }));
}

// A call's connection, the listening stream's, and one more where those were busy.
constexpr double kSharedPool = 3;

// Whoever builds a pool for each session and never closes it leaves some each; a shared one leaves
// a few in each batch, whatever the number of its sessions: where a slow machine has time for small
// batches only, those few are no fewer (measured of a healthy client: 3 in each batch of 6).
Judgement judge_left(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const Growth batches = sockets_of(timeline);
  if (batches.values.empty()) return inconclusive("the script came to no end of a batch");
  const double sessions = calls_per_batch(timeline) * static_cast<double>(batches.values.size());
  const auto left = static_cast<double>(left_to_us(timeline));
  Judgement judgement = held();
  const auto batches_with_first = static_cast<double>(batches.values.size() + 1);
  const double beyond_pools = left - kSharedPool * batches_with_first;
  if (left >= kFewKept && beyond_pools * 2 >= sessions) {
    Finding finding = finding_of(evidence, "closed_sessions_leave_no_connections", Rule{});
    finding.level = Level::kShould;  // A server that ends idle connections ends these.
    finding.required = "the connections of a session are closed with it, or used by the next one";
    finding.observed = fmt::format("{:.0f} connections were open after {:.0f} sessions had been "
                                   "closed, until the server ended them",
                                   left, sessions);
    finding.likely_cause = "each session has an HTTP client of its own, or a listening stream, "
                           "which nobody closes";
    finding.cure = "end the streams of a session and close its client where it is closed";
    judgement = broken(finding);
  }
  judgement.measurements.push_back({"idle connections left to the server to close",
                                    fmt::format("{:.0f} in {:.0f} sessions", left, sessions)});
  return judgement;
}

Check growth_check(std::string_view name, std::string_view noun, Rule rule, GrowthOf growth) {
  return {std::string(name), [=](const Evidence& evidence) {
            return judge_growth(evidence, growth(evidence.timeline), {name, noun}, rule);
          }};
}

Check settling_check(std::string_view name, std::string_view noun, Rule rule, GrowthOf growth,
                     Trend (*trend)(const Timeline&, const Growth&) = count_trend) {
  return {std::string(name), [=](const Evidence& evidence) {
            const Growth seen = growth(evidence.timeline);
            return judge_settling(evidence, seen, {name, noun}, rule,
                                  trend(evidence.timeline, seen));
          }};
}

}  // namespace

Growth threads_of(const Timeline& timeline) {
  return growth_of(timeline,
                   [](const auto& sample) { return static_cast<double>(sample.what.threads); });
}

// Then memory was needed for what was still there, and an allocator may keep it.
bool lets_go_late(const Timeline& timeline) {
  const auto all = {sockets_of(timeline), descriptors_of(timeline), children_of(timeline),
                    threads_of(timeline)};
  return std::ranges::any_of(all, [](const Growth& growth) {
    return is_let_go(growth) && growth.values.back() - growth.values.front() >= kFewKept;
  });
}

std::vector<EvidenceLine> ladder_of(const Timeline& timeline, const Growth& growth,
                                    std::string_view noun) {
  std::vector<EvidenceLine> ladder;
  for (std::size_t i = 0; i < growth.values.size(); ++i) {
    ladder.push_back({growth.at[i] - timeline.begun.value_or(growth.at[i]),
                      is_of_client(timeline) ? "client" : "server",
                      fmt::format("{} {}", growth.values[i], noun),
                      i + 1 == growth.values.size()});
  }
  return ladder;
}

Trend memory_trend(const Timeline& timeline) {
  const Growth growth = memory_of(timeline);
  if (growth.at_rest && lets_go_late(timeline)) return Trend::kFlat;
  Bounds bounds = memory_figure(timeline).bounds;
  bounds.least_creep *= growth.batches_each;
  return trend_of(growth.values, bounds);
}

Trend counts_trend(const Timeline& timeline) {
  return together({count_trend(timeline, sockets_of(timeline)),
                   count_trend(timeline, descriptors_of(timeline)),
                   count_trend(timeline, children_of(timeline))});
}

bool counts_grow(const Timeline& timeline) {
  return is_leak(sockets_of(timeline)) || is_leak(descriptors_of(timeline)) ||
         is_leak(children_of(timeline));
}

Trend resources_trend(const Timeline& timeline) {
  return together({memory_trend(timeline), counts_trend(timeline),
                   live_threads_trend(timeline, threads_of(timeline))});
}

Check sockets_do_not_grow(Rule rule) {
  return growth_check("sockets_do_not_grow", "sockets", rule, sockets_of);
}

Check descriptors_do_not_grow(Rule rule) {
  return growth_check("descriptors_do_not_grow", "descriptors", rule, descriptors_of);
}

Check children_do_not_grow(Rule rule) {
  return growth_check("children_do_not_grow", "children", rule, children_of);
}

Check sockets_settle(Rule rule) {
  return settling_check("sockets_settle", "sockets", rule, sockets_of);
}

Check descriptors_settle(Rule rule) {
  return settling_check("descriptors_settle", "descriptors", rule, descriptors_of);
}

Check children_settle(Rule rule) {
  return settling_check("children_settle", "children", rule, children_of);
}

Check threads_settle(Rule rule) {
  return settling_check("threads_settle", "threads", rule, threads_of, live_threads_trend);
}

Check closed_sessions_leave_no_connections() {
  return {"closed_sessions_leave_no_connections", judge_left};
}

Check memory_does_not_grow() {
  return {"memory_does_not_grow", judge_memory};
}

}  // namespace tailrace
