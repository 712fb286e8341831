// SPDX-License-Identifier: Apache-2.0
#include "reports/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "harness/wire/escape.h"
#include "reports/markup.h"

namespace tailrace {
namespace {

// Units of the drawing; 720 of them fill the column of the page.
constexpr int kWidth = 720, kClientX = 100, kServerX = 710, kRow = 26, kTop = 34;
constexpr int kLabelWidth = 130, kBarX = 136, kBarWidth = 480, kBar = 14;
// Bytes of a label that fit between the life lines: of a whole one, and of one that is cut, which
// says by how much.
constexpr std::size_t kLabel = 87, kCutLabel = 69, kWhole = 300;
constexpr std::size_t kMethod = 11;  // Bytes of a method beside its bar.
constexpr std::size_t kMostCalls = 48, kMostConnections = 16, kMostBlocks = 400, kMostPoints = 400;
constexpr Nanos kWorthAGap = std::chrono::milliseconds(5);  // Drawn as a break between two steps.

std::string text(std::string_view what, std::size_t limit) {
  return xml_text(excerpt(what, limit));
}

std::string time_text(Nanos at) {
  return (at < Nanos{0} ? "" : "+") + in_millis(at);
}

std::string opened(int height, const std::string& label) {
  return fmt::format(
      "<div class=\"fig\" tabindex=\"0\" role=\"group\" aria-label=\"figure\">"
      "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n",
      kWidth, height, text(label, 600));
}

constexpr std::string_view kClosed = "</svg></div>\n";

class Sequence {
 public:
  std::string draw(const std::vector<EvidenceLine>& steps) {
    Nanos before = steps.front().at;
    for (const EvidenceLine& step : steps) {
      if (step.at - before >= kWorthAGap) wait(step.at - before);
      before = step.at;
      add(step);
    }
    const int bottom = y_ + 6;
    std::string out = opened(bottom + 4, alternative(steps));
    out += fmt::format(
        "<path class=\"life\" d=\"M{0} 18V{2}M{1} 18V{2}\"/><text x=\"{0}\" y=\"13\" "
        "class=\"who\">client</text><text x=\"{1}\" y=\"13\" class=\"who\">server</text>\n",
        kClientX, kServerX - 20, bottom);
    out += bands_;
    const std::array<std::pair<std::string_view, const std::string*>, 3> paths{
        {{"cl", &client_}, {"sv", &server_}, {"hit", &marked_}}};
    for (const auto& [name, path] : paths) {
      if (!path->empty()) out += fmt::format("<path class=\"{}\" d=\"{}\"/>\n", name, *path);
    }
    return out + texts_ + std::string(kClosed);
  }

 private:
  void wait(Nanos length) {
    texts_ += fmt::format("<text x=\"{}\" y=\"{}\" class=\"w\">&#8942; {}</text>\n", kClientX + 8,
                          y_ + 13, in_millis(length));
    y_ += kRow * 2 / 3;
  }

  void add(const EvidenceLine& step) {
    const std::size_t mark = step.gap ? 2 : 0;  // Columns of it before the text.
    const int line = y_ + kRow - 8, left = kClientX, right = kServerX - 20;
    if (step.gap) {
      bands_ += fmt::format("<rect class=\"gap\" x=\"2\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n",
                            y_ + 2, kWidth - 4, kRow);
    }
    if (step.actor == "client") {
      (step.gap ? marked_ : client_) +=
          fmt::format("M{} {}H{}m-6-4l6 4-6 4", left, line, right - 1);
    } else if (step.actor == "server") {
      (step.gap ? marked_ : server_) +=
          fmt::format("M{} {}H{}m6-4l-6 4 6 4", right, line, left + 1);
    }
    const bool fits = step.what.size() <= kLabel - mark;
    // What is cut is told by the pointer, and by a reader of screens.
    const std::string whole = fits ? "" : "<title>" + text(step.what, kWhole) + "</title>";
    texts_ += fmt::format(
        "<text x=\"{}\" y=\"{}\" class=\"t\">{}</text><text x=\"{}\" y=\"{}\"{}>{}{}{}</text>\n",
        left - 6, line, time_text(step.at), left + 8, line - 5,
        step.actor == "client" || step.actor == "server" ? "" : " class=\"n\"",
        step.gap ? "&#9654; " : "",
        text(step.what, (fits ? kLabel : kCutLabel) - mark), whole);
    y_ += kRow;
  }

  static std::string alternative(const std::vector<EvidenceLine>& steps) {
    std::string out = fmt::format("{} steps between client and server", steps.size());
    for (const EvidenceLine& step : steps) {
      if (!step.gap) continue;
      out += fmt::format("; the rule broke at {}: {}", time_text(step.at), excerpt(step.what, 200));
    }
    return out;
  }

  int y_ = kTop - 16;
  std::string bands_, client_, server_, marked_, texts_;
};

struct Call {
  std::string label;
  Nanos until_head{0}, held{0}, rest{0};
  bool open = false;  // It had not ended when we left.
  Nanos total() const { return until_head + held + rest; }
};

Nanos overlap(MonoTime a, MonoTime b, const HeldData& held) {
  return std::max(Nanos{0}, std::min(b, held.until) - std::max(a, held.from));
}

std::string brief(const std::string& method) {
  const std::string shown = excerpt(method, method.size() * 4 + 1);
  return shown.size() <= kMethod ? shown : shown.substr(0, kMethod - 1) + "\u2026";
}

std::vector<Call> calls_of(const ScenarioStory& story) {
  std::vector<Call> calls;
  for (const Exchange& exchange : story.timeline.exchanges) {
    if (!exchange.is_post() || !exchange.asked || !exchange.head_at) continue;
    if (exchange.asked->kind != MessageKind::kRequest || calls.size() == kMostCalls) continue;
    const Connection* on = story.timeline.connection(exchange.connection);
    Call call;
    call.open = !exchange.ended_at || exchange.end == BodyEnd::kUnseen;
    const MonoTime ended =
        exchange.ended_at.value_or(story.timeline.last.value_or(*exchange.head_at));
    call.label = fmt::format("{} on {}{}", brief(exchange.asked->method),
                             exchange.connection.value,
                             on != nullptr && on->opened.quick_ack ? " *" : "");
    Nanos held_before{0};
    for (const HeldData& held : story.held) {
      if (held.connection != exchange.connection) continue;
      held_before += overlap(exchange.request_at, *exchange.head_at, held);
      call.held += overlap(exchange.request_at, ended, held);
    }
    const auto left = [](Nanos all, Nanos part) { return std::max(Nanos{0}, all - part); };
    call.until_head = left(*exchange.head_at - exchange.request_at, held_before);
    call.rest = left(ended - *exchange.head_at, call.held - held_before);
    calls.push_back(std::move(call));
  }
  return calls;
}

std::string block(double x, int y, double width, int height) {
  return fmt::format("M{:.1f} {}h{:.1f}v{}h-{:.1f}z", x, y, width, height, width);
}

std::string legend(std::string_view name, std::string_view what, int x) {
  return fmt::format(
      "<rect class=\"{}\" x=\"{}\" y=\"4\" width=\"10\" height=\"10\"/><text x=\"{}\" "
      "y=\"13\">{}</text>\n",
      name, x, x + 14, what);
}

struct Series {
  std::string name;
  std::vector<double> values;
};

// Whole numbers as they are.
std::string figure(double value) {
  const bool whole = value == std::floor(value);
  return whole ? fmt::format("{:.0f}", value) : fmt::format("{:.2f}", value);
}

// What it grew from and to stands on the left too: on a phone that is what is seen first.
std::string chart(const Series& series, int top) {
  constexpr int kHeight = 56;
  const auto [least, most] = std::minmax_element(series.values.begin(), series.values.end());
  const double span = std::max(*most - *least, 1e-9);
  const std::size_t step = series.values.size() / kMostPoints + 1;
  std::string points;
  for (std::size_t i = 0; i < series.values.size(); i += step) {
    points += fmt::format("{}{:.1f} {:.1f}", points.empty() ? "M" : "L",
                          kBarX + kBarWidth * static_cast<double>(i) /
                                      static_cast<double>(series.values.size() - 1),
                          top + kHeight - kHeight * (series.values[i] - *least) / span);
  }
  return fmt::format(
      "<text x=\"{0}\" y=\"{1}\" class=\"t\">{2}</text>"
      "<text x=\"{0}\" y=\"{3}\" class=\"t\">{4} to {5}</text>"
      "<path class=\"life\" d=\"M{6} {7}H{8}\"/><path class=\"grow\" d=\"{9}\"/>"
      "<text x=\"{10}\" y=\"{11}\">{12}</text><text x=\"{10}\" y=\"{7}\">{13}</text>\n",
      kLabelWidth, top + kHeight / 2 - 8, series.name, top + kHeight / 2 + 8,
      figure(series.values.front()), figure(series.values.back()), kBarX, top + kHeight,
      kBarX + kBarWidth, points, kBarX + kBarWidth + 8, top + 8, figure(*most), figure(*least));
}

}  // namespace

std::string sequence_figure(const std::vector<EvidenceLine>& steps) {
  return steps.empty() ? "" : Sequence().draw(steps);
}

std::string calls_figure(const ScenarioStory& story) {
  const auto calls = calls_of(story);
  if (calls.empty()) return "";
  Nanos longest{1}, held{0};
  std::size_t waited = 0;
  for (const Call& call : calls) {
    longest = std::max(longest, call.total());
    held += call.held;
    waited += call.held > Nanos{0};
  }
  const auto width = [&](Nanos t) {
    return kBarWidth * static_cast<double>(t.count()) / static_cast<double>(longest.count());
  };
  std::string texts, until_head, hold, rest, open;
  int y = 24;
  for (const Call& call : calls) {
    const double a = width(call.until_head), b = width(call.held);
    until_head += block(kBarX, y, a, kBar - 4);
    if (call.held > Nanos{0}) hold += block(kBarX + a, y, b, kBar - 4);
    (call.open ? open : rest) += block(kBarX + a + b, y, width(call.rest), kBar - 4);
    texts += fmt::format(
        "<text x=\"{}\" y=\"{}\" class=\"t\">{}</text><text x=\"{:.0f}\" y=\"{}\">{}</text>\n",
        kLabelWidth, y + 9, text(call.label, 24), kBarX + width(call.total()) + 5, y + 9,
        (call.open ? "&gt; " : "") + in_millis(call.total()));
    y += kBar;
  }
  std::string out =
      opened(y + 18, fmt::format("Time of {} calls; {} of them waited for an acknowledgement, {} "
                                 "together; the longest took {}",
                                 calls.size(), waited, in_millis(held), in_millis(longest)));
  out += legend("until", "until the response began", 10);
  out += legend("held", "held for a delayed ACK", 220) + legend("rest", "the rest of it", 420);
  out += fmt::format("<path class=\"until\" d=\"{}\"/><path class=\"rest\" d=\"{}\"/>", until_head,
                     rest);
  if (!hold.empty()) out += fmt::format("<path class=\"held\" d=\"{}\"/>", hold);
  if (!open.empty()) {
    out += legend("open", "had not ended when we left", 535);
    out += fmt::format("<path class=\"open\" d=\"{}\"/>", open);
  }
  return out + texts +
         fmt::format("<text x=\"10\" y=\"{}\">on N: connection N; *: control, prompt ACKs</text>",
                     y + 12) +
         std::string(kClosed);
}

std::string reuse_figure(const Timeline& timeline) {
  if (timeline.exchanges.size() < 2 || !timeline.begun || !timeline.last) return "";
  const MonoTime begun = *timeline.begun;
  const double span = std::max(1.0, static_cast<double>((*timeline.last - begun).count()));
  const auto x = [&](MonoTime at) {
    return kBarX + std::clamp(static_cast<double>((at - begun).count()) / span, 0.0, 1.0) *
                       kBarWidth;
  };
  std::string lines, blocks, texts;
  std::size_t rows = 0, drawn = 0;
  for (const Connection& connection : timeline.connections) {
    if (connection.streams.empty() || rows == kMostConnections) continue;
    const int y = 6 + static_cast<int>(rows++) * 18;
    lines += fmt::format("M{} {}h{}", kBarX, y + 6, kBarWidth);
    for (const StreamId id : connection.streams) {
      const Exchange* exchange = timeline.exchange(id);
      if (exchange == nullptr || ++drawn > kMostBlocks) break;
      const double from = x(exchange->request_at);
      const double until = x(exchange->ended_at.value_or(*timeline.last));
      blocks += block(from, y, std::max(2.0, until - from - 0.5), 12);
    }
    texts += fmt::format(
        "<text x=\"{}\" y=\"{}\" class=\"t\">connection {}</text><text x=\"{}\" y=\"{}\">{} "
        "request{}</text>\n",
        kLabelWidth, y + 10, connection.id.value, kBarX + kBarWidth + 6, y + 10,
        connection.streams.size(), connection.streams.size() == 1 ? "" : "s");
  }
  const auto used = static_cast<std::size_t>(
      std::count_if(timeline.connections.begin(), timeline.connections.end(),
                    [](const Connection& c) { return !c.streams.empty(); }));
  const int bottom = 6 + static_cast<int>(rows) * 18;
  texts += fmt::format("<text x=\"{}\" y=\"{}\" class=\"w\">0</text><text x=\"{}\" y=\"{}\" "
                       "class=\"t\">{} after the first step</text>\n",
                       kBarX, bottom + 8, kBarX + kBarWidth, bottom + 8,
                       in_millis(*timeline.last - begun));
  const std::string label =
      fmt::format("{} requests on {} connections{}", timeline.exchanges.size(), used,
                  used > rows ? ", of which the first are drawn" : "");
  std::string out = opened(bottom + 16, label);
  return out + fmt::format("<path class=\"life\" d=\"{}\"/><path class=\"until\" d=\"{}\"/>\n",
                           lines, blocks) +
         texts + std::string(kClosed);
}

std::string growth_figure(const Timeline& timeline) {
  if (timeline.samples.size() < 3) return "";
  constexpr double kMebi = 1024 * 1024;
  std::array<Series, 3> all{{{"descriptors", {}}, {"sockets", {}}, {"resident MiB", {}}}};
  for (const auto& sample : timeline.samples) {
    all[0].values.push_back(static_cast<double>(sample.what.descriptors));
    all[1].values.push_back(static_cast<double>(sample.what.sockets.size()));
    all[2].values.push_back(static_cast<double>(sample.what.resident_bytes) / kMebi);
  }
  std::string drawn, label = fmt::format("{} samples of the process", timeline.samples.size());
  int top = 8;
  for (const Series& series : all) {
    drawn += chart(series, top);
    label += fmt::format("; {} from {} to {}", series.name, figure(series.values.front()),
                         figure(series.values.back()));
    top += 76;
  }
  drawn += fmt::format(
      "<text x=\"{}\" y=\"{}\" class=\"w\">{} samples, from the first to the last</text>\n", kBarX,
      top, timeline.samples.size());
  top += 12;
  return opened(top, label) + drawn + std::string(kClosed);
}

}  // namespace tailrace
