// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/resources.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>

#include "harness/judge/ladder.h"

namespace tailrace {
namespace {

// Student's t at 97.5 % for 1, 2, ... degrees of freedom; beyond the table the normal value.
constexpr std::array<double, 10> kT975 = {12.706, 4.303, 3.182, 2.776, 2.571,
                                          2.447,  2.365, 2.306, 2.262, 2.228};
constexpr double kNormal975 = 1.96;

struct Growth {
  std::vector<double> values;  // One a batch.
  std::vector<MonoTime> at;
};

// Sockets of the implementation whose peer is a connection of ours that we have left. Those
// between the two of us that are still in use are no leak.
double left_sockets(const Timeline& timeline, const At<ProcessSampled>& sample) {
  std::set<Endpoint> left;
  for (const Connection& connection : timeline.connections) {
    if (connection.we_ended && connection.we_ended->at < sample.at) {
      left.insert(connection.opened.local);
    }
  }
  return static_cast<double>(
      std::count_if(sample.what.sockets.begin(), sample.what.sockets.end(),
                    [&](const SocketFigure& socket) { return left.contains(socket.remote); }));
}

template <class Figure>
Growth growth_of(const Timeline& timeline, Figure&& figure) {
  Growth growth;
  for (const auto& sample : timeline.samples) {
    if (!sample.what.label.starts_with(kBatchLabel)) continue;
    growth.values.push_back(figure(sample));
    growth.at.push_back(sample.at);
  }
  return growth;
}

double calls_per_batch(const Timeline& timeline) {
  const std::string text = timeline.mark(kCallsPerBatch).value_or("");
  double calls = 1;
  std::from_chars(text.data(), text.data() + text.size(), calls);
  return std::max(calls, 1.0);
}

struct Figure {
  std::string_view check, noun;
  std::optional<Level> level{};  // Instead of harm.
};

Finding grows(const Evidence& evidence, const Growth& growth, const Slope& slope,
              const Figure& figure, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  const double calls = calls_per_batch(timeline);
  Finding finding = finding_of(evidence, figure.check, rule,
                               figure.level ? "" : fmt::format("harm.{}_grow", figure.noun));
  if (figure.level) finding.level = *figure.level;
  finding.required = fmt::format("{} return to where they were when calls are done", figure.noun);
  finding.observed = fmt::format(
      "{} after batches of {:.0f} calls: {}; {:.2f} a call (95 % interval from {:.2f})",
      figure.noun, calls, fmt::join(growth.values, ", "), slope.per_batch / calls,
      (slope.per_batch - slope.half_width) / calls);
  finding.likely_cause = "something opened for a request is kept when the request is done";
  finding.cure = "close it where the request's route goes away, also when the client left first";
  for (std::size_t i = 0; i < growth.values.size(); ++i) {
    finding.evidence.push_back({growth.at[i] - timeline.begun.value_or(growth.at[i]), "server",
                                fmt::format("{} {}", growth.values[i], figure.noun),
                                i + 1 == growth.values.size()});
  }
  return finding;
}

Judgement judge_growth(const Evidence& evidence, const Growth& growth, const Figure& figure,
                       Rule rule) {
  if (growth.values.empty()) {
    return not_applicable(
        "the processes of the implementation cannot be seen: start it with "
        "-- COMMAND to have them watched");
  }
  if (growth.values.size() < kFewestBatches) {
    return inconclusive(fmt::format("only {} samples of its processes", growth.values.size()));
  }
  const Slope slope = slope_of(growth.values);
  if (slope.grows()) return broken(grows(evidence, growth, slope, figure, rule));
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

bool is_flat(const std::vector<double>& kib) {
  if (kib.size() <= kFlatBatches) return false;
  const Slope last = slope_of({kib.end() - kFlatBatches - 1, kib.end()});
  return last.per_batch * kFlatBatches <= kFlatNoise;
}

// Steady: the later half grows as the earlier one did. What warms up slows down.
bool grows_steadily(const std::vector<double>& kib) {
  if (kib.size() <= kFlatBatches || kib.back() - kib.front() < kCollectorsReserve) return false;
  const auto half = kib.begin() + static_cast<std::ptrdiff_t>(kib.size() / 2);
  const double earlier = (*half - kib.front()) / static_cast<double>(half - kib.begin());
  const double later = (kib.back() - *half) / static_cast<double>(kib.end() - 1 - half);
  return slope_of(kib).grows() && later > earlier / 2;
}

Judgement judge_memory(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const Growth growth = memory_of(timeline);
  const MemoryTrend trend = memory_trend(timeline);
  const Figure figure{"memory_does_not_grow", "KiB of memory", Level::kShould};
  if (growth.values.empty()) return judge_growth(evidence, growth, figure, Rule{});
  Judgement judgement = held();
  if (trend == MemoryTrend::kGrows) {
    judgement = broken(grows(evidence, growth, slope_of(growth.values), figure, Rule{}));
  } else if (trend == MemoryTrend::kUnclear) {
    judgement = inconclusive(fmt::format(
        "memory grew by {:.0f} KiB over {} batches of {:.0f} calls and did not settle: a collector "
        "that has not run yet looks the same; ask again with a bound on its heap",
        growth.values.back() - growth.values.front(), growth.values.size() - 1,
        calls_per_batch(timeline)));
  }
  judgement.measurements.push_back(
      {std::string(figure.noun), fmt::format("{}", fmt::join(growth.values, ", "))});
  judgement.measurements.push_back(
      {"least growth of memory that is seen",
       fmt::format("{:.1f} KiB a call", kFlatNoise / kFlatBatches / calls_per_batch(timeline))});
  return judgement;
}

}  // namespace

MemoryTrend memory_trend(const Timeline& timeline) {
  const Growth growth = memory_of(timeline);
  if (is_flat(growth.values)) return MemoryTrend::kFlat;
  return grows_steadily(growth.values) ? MemoryTrend::kGrows : MemoryTrend::kUnclear;
}

Slope slope_of(const std::vector<double>& y) {
  const auto n = static_cast<double>(y.size());
  if (y.size() < 3) return {};
  const double mean_x = (n - 1) / 2;
  double mean_y = 0;
  for (const double value : y) mean_y += value / n;
  double xx = 0, xy = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double x = static_cast<double>(i) - mean_x;
    xx += x * x;
    xy += x * (y[i] - mean_y);
  }
  Slope slope{xy / xx, 0};
  double residue = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double fitted = mean_y + slope.per_batch * (static_cast<double>(i) - mean_x);
    residue += (y[i] - fitted) * (y[i] - fitted);
  }
  const std::size_t freedom = y.size() - 2;
  const double t = freedom <= kT975.size() ? kT975[freedom - 1] : kNormal975;
  slope.half_width = t * std::sqrt(residue / static_cast<double>(freedom) / xx);
  return slope;
}

Check sockets_do_not_grow(Rule rule) {
  return {"sockets_do_not_grow", [=](const Evidence& evidence) {
            const Growth growth = growth_of(evidence.timeline, [&](const auto& sample) {
              return left_sockets(evidence.timeline, sample);
            });
            return judge_growth(evidence, growth, {"sockets_do_not_grow", "sockets"}, rule);
          }};
}

Check descriptors_do_not_grow(Rule rule) {
  return {
      "descriptors_do_not_grow", [=](const Evidence& evidence) {
        // Sockets are the other check's: a listening or a live one must not count twice.
        const Growth growth = growth_of(evidence.timeline, [](const auto& sample) {
          return static_cast<double>(sample.what.files + sample.what.pipes + sample.what.anonymous);
        });
        return judge_growth(evidence, growth, {"descriptors_do_not_grow", "descriptors"}, rule);
      }};
}

Check children_do_not_grow(Rule rule) {
  return {"children_do_not_grow", [=](const Evidence& evidence) {
            const Growth growth = growth_of(evidence.timeline, [](const auto& sample) {
              return static_cast<double>(sample.what.children);
            });
            return judge_growth(evidence, growth, {"children_do_not_grow", "children"}, rule);
          }};
}

Check memory_does_not_grow() {
  return {"memory_does_not_grow", judge_memory};
}

}  // namespace tailrace
