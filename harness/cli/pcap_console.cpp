// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/pcap_console.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "harness/cli/capture_scenarios.h"
#include "harness/cli/exchange_table.h"
#include "harness/cli/explain_capture.h"
#include "reports/wrap.h"

namespace tailrace {
namespace {

const CaptureFinding* worst_of(const CaptureReport& report, const std::string& kind) {
  const CaptureFinding* worst = nullptr;
  for (const CaptureFinding& finding : report.findings) {
    if (finding.kind == kind && (worst == nullptr || finding.cost > worst->cost)) worst = &finding;
  }
  return worst;
}

Nanos median_cost(const CaptureReport& report, const std::string& kind) {
  std::vector<Nanos> costs;
  for (const CaptureFinding& finding : report.findings) {
    if (finding.kind == kind) costs.push_back(finding.cost);
  }
  if (costs.empty()) return Nanos(0);
  std::sort(costs.begin(), costs.end());
  return costs[costs.size() / 2];
}

// Which of several servers it is, as in a capture of both legs of a proxy; and where both sides
// hold data, the cure of the other one.
std::string holders(const CaptureReport& report, const CaptureFinding& worst) {
  std::map<std::pair<Side, Endpoint>, std::uint64_t> times;
  const CaptureFinding* across = nullptr;
  for (const CaptureFinding& finding : report.findings) {
    if (finding.kind != worst.kind || !finding.side) continue;
    ++times[{*finding.side, finding.server}];
    if (finding.side != worst.side) across = &finding;
  }
  const bool one_server = std::ranges::all_of(
      report.exchanges, [&](const ExchangeRecord& made) { return made.server == worst.server; });
  if (times.size() == 1 && one_server) return "";
  std::string text;
  for (const auto& [holder, count] : times) {
    text += fmt::format("{} by the {}{} ({})", text.empty() ? " Data was held" : ",",
                        holder.first == Side::kServer ? "server " : "client of ",
                        holder.second.text(),
                        count == 1 ? "once" : fmt::format("{} times", count));
  }
  if (!text.empty()) text += ".";
  if (across != nullptr) {
    text += fmt::format(" Cure at the {}: {} ({}).", name_of(*across->side),
                        across->details["cure"].as_string(), across->details["owner"].as_string());
  }
  return text;
}

// For who asks where the time went: the stalls may be proven, and little of it.
std::string mostly_else(const CaptureReport& report) {
  for (std::size_t i = 0; i < kCauses; ++i) {
    const auto cause = static_cast<Cause>(i);
    // Listening streams are idle by design: nobody asks where that time went.
    if (cause == Cause::kDelayedAck || cause == Cause::kClientIdle) continue;
    if (report.causes[cause] * 2 <= report.exchange_time) continue;
    if (report.causes[cause] < report.causes[Cause::kDelayedAck] * 4) continue;
    return fmt::format(" Most of the time goes elsewhere: {} takes {} of {}.", name_of(cause),
                       in_millis(report.causes[cause]), in_millis(report.exchange_time));
  }
  return "";
}

std::string stall_words(const CaptureReport& report, const CaptureFinding& worst) {
  const std::string holder = worst.side ? name_of(*worst.side) : "server";
  const std::string delayer = worst.side ? name_of(other(*worst.side)) : "client";
  const bool sure = std::ranges::any_of(report.findings, [&](const CaptureFinding& finding) {
    return finding.kind == worst.kind && finding.confidence == Confidence::kHigh;
  });
  const std::string doubt = fmt::format(
      " This is likely and not proven, so the exit status does not tell of it: data followed too "
      "few of the delayed ACKs, or not closely enough; a proxy that passes on what another held "
      "looks the same. A capture of all that the {} sends and gets tells more.",
      holder);
  return fmt::format(
      "{} waits for a delayed ACK{}, median {}. The {} writes a message in small pieces with "
      "Nagle's algorithm on: it holds the next piece until the {}'s kernel acknowledges the one "
      "before, and that ACK is delayed. The connection is healthy; a new connection for each call "
      "would hide this and cure nothing. Cure: {} ({}).{}{}{}",
      report.stalls, sure ? "" : ", as it seems", in_millis(median_cost(report, worst.kind)),
      holder, delayer, worst.details["cure"].as_string(), worst.details["owner"].as_string(),
      holders(report, worst), sure ? "" : doubt, mostly_else(report));
}

std::string words_of(std::string_view kind) {
  if (kind == kind::kHoldRtt) {
    return "Data is held for one round trip by Nagle's algorithm; the ACK is prompt. "
           "TCP_NODELAY on the sender's socket saves it";
  }
  if (kind == kind::kServerThink) {
    return "The server is silent while it works; nothing held its data on this connection";
  }
  if (kind == kind::kClientThink) return "The client is silent inside its own request";
  if (kind == kind::kTimeout) return "Segments were lost and sent again after the timer ran out";
  if (kind == kind::kTailProbe) return "A last segment was lost; a loss probe repaired it";
  if (kind == kind::kZeroWindow) return "A receiver did not read and closed its window";
  if (kind == kind::kSetup) return "The handshake was repeated: a SYN was lost or not taken";
  if (kind == kind::kReset) return "The client closes connections with bytes unread, by a reset";
  if (kind == kind::kLeftOpen) return "The server leaves its SSE streams open after the answer";
  if (kind == kind::kStale) {
    return "Requests were sent on connections that gave no answer, and again on new ones";
  }
  return "No wait that packets explain by a fault";
}

// How many, and how long the longest was open while it was watched.
std::string open_streams(const CaptureReport& report, std::uint64_t count) {
  double longest = 0;
  for (const CaptureFinding& finding : report.findings) {
    if (finding.kind != kind::kLeftOpen) continue;
    longest = std::max(longest, finding.details["open_ms"].as_double());
  }
  constexpr double kTells = 1000;  // Shorter ones may have ended yet, had their clients stayed.
  if (longest < kTells) {
    return fmt::format(" ({} times), for as long as their clients stayed: {:.2f} ms in the "
                       "longest, too short to say that they would not have ended. A server that "
                       "ends the body right behind the Result or Error lets its client reuse the "
                       "connection",
                       count, longest);
  }
  return fmt::format(" ({} times, for {:.2f} ms at least in the longest). A client that waits for "
                     "the end waits for ever, and each stream keeps a connection. Cure: end the "
                     "body right behind the Result or Error",
                     count, longest);
}

std::string main_cause(const CaptureReport& report) {
  const CaptureFinding* worst = worst_of(report, report.verdict);
  if (report.verdict == kind::kStall && worst != nullptr) return stall_words(report, *worst);
  const auto count = report.count_by_kind.find(report.verdict);
  if (report.verdict == kind::kInsufficient) return why_insufficient(report) + ".";
  std::string text = words_of(report.verdict);
  if (report.verdict == kind::kClean && any_failed(report.scenarios)) {
    text += ", but what was said breaks the specification: see the questions that fail below";
  }
  if (report.verdict == kind::kLeftOpen && count != report.count_by_kind.end()) {
    text += open_streams(report, count->second);
  }
  if (count != report.count_by_kind.end() && worst != nullptr && worst->cost > Nanos(0)) {
    text += fmt::format(" ({} times, {} at worst)", count->second, in_millis(worst->cost));
  }
  return text + ".";
}

std::string paragraph(const CaptureReport& report, std::size_t width) {
  std::string text = fmt::format("{}: {}\n\n{}\n", report.file, report.verdict,
                                 wrapped(main_cause(report), 0, width));
  for (const std::string& note : report.notes) {
    text += wrapped("Note: " + note + ".", 0, width) + "\n";
  }
  return text;
}

std::string ladder(const CaptureReport& report, std::size_t width) {
  constexpr std::size_t kIndent = 30;
  const CaptureFinding* worst = worst_of(report, report.verdict);
  if (worst == nullptr || worst->frames.empty()) return "";
  std::string text = fmt::format("\nThe worst, {} to {}:\n", worst->client.text(),
                                 worst->server.text());
  const auto begin = worst->frames.front().at;
  for (const FrameNote& note : worst->frames) {
    const std::string when =
        begin && note.at ? fmt::format("+{}", in_millis(*note.at - *begin)) : "";
    text += fmt::format("  {:>12}  frame {:<7} {}\n", when, note.frame.value,
                        wrapped(note.text, kIndent, width));
  }
  return text;
}

std::string others(const CaptureReport& report, std::size_t width) {
  std::string text;
  for (const auto& [kind, count] : report.count_by_kind) {
    if (kind == report.verdict) continue;
    text += fmt::format("{}{} x {}", text.empty() ? "Also seen: " : ", ", count, kind);
  }
  return text.empty() ? "" : "\n" + wrapped(text, 0, width) + "\n";
}

}  // namespace

std::string console_text(const CaptureReport& report, std::size_t width) {
  return paragraph(report, width) + exchange_table(report, width) + ladder(report, width) +
         others(report, width) + scenarios_text(report.scenarios, width);
}

}  // namespace tailrace
