// SPDX-License-Identifier: Apache-2.0
#include "reports/reproduce.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "harness/record/marks.h"
#include "harness/wire/escape.h"
#include "reports/finding_text.h"
#include "reports/reproduce_parts.h"

namespace tailrace {
namespace {

constexpr int kKill = 9;  // SIGKILL
constexpr Nanos kDying = std::chrono::milliseconds(200);  // From a kill to the process's end.
constexpr std::size_t kPart = 300;  // Bytes of what is said in a comment.

// Checks of what shows in no line of an answer or request: a script would tell it of any peer.
struct Unseen {
  std::string_view check, why;
};
constexpr std::array<Unseen, 5> kUnseen{{
    {"closed_gets_free_their_sockets", "the sockets were seen in the process (/proc)"},
    {"client_exits_in_order", "how its process ended is compared by no script"},
    {"unknown_result_is_refused", "what a call brought was told by the client alone"},
    {"refused_methods_name_the_allowed", "the header Allow is compared by no script"},
    {"server_pings_are_answered", "no script waits for what is sent beside the calls"},
}};
constexpr std::string_view kSurplus = "bytes came after the end";

std::string_view why_unseen(const Finding& finding) {
  if (finding.observed.starts_with(kSurplus)) return "the bytes too many are no line of an answer";
  const auto known = std::ranges::find(kUnseen, finding.check, &Unseen::check);
  return known == kUnseen.end() ? std::string_view() : known->why;
}

// Its evidence is samples of a process, by whichever name that stands there.
bool is_growth(const Finding& finding) {
  return finding.check.ends_with("_grow") || finding.check.ends_with("_settle");
}

// Why no program of sockets can show it, or "".
std::string why_not(const ScenarioResult& result, const std::vector<Fact>& facts) {
  if (result.verdict == Verdict::kNotApplicable || result.verdict == Verdict::kHarnessError) {
    return fmt::format("its verdict is {}: nothing is to be shown", name_of(result.verdict));
  }
  if (result.verdict == Verdict::kInconclusive && shown_findings(result, false).empty()) {
    return "its verdict is inconclusive: what it asked could not be seen, so nothing was shown";
  }
  if (shown_findings(result, false).empty()) return "it passed: nothing is to be shown";
  bool sampled = false;
  for (const Fact& fact : facts) {
    sampled |= std::holds_alternative<ProcessSampled>(fact.event);
    if (std::holds_alternative<TapTruncated>(fact.event)) {
      return "not all bytes were kept, they were too many";
    }
    const auto* opened = std::get_if<ConnectionOpened>(&fact.event);
    if (opened != nullptr && opened->tls) return "its connections were encrypted";
  }
  const auto findings = shown_findings(result, false);
  if (!findings.empty() && findings.front()->check.starts_with("session_id")) {
    return "the ids of sessions were replaced when they were recorded";
  }
  if (!findings.empty() && !why_unseen(*findings.front()).empty()) {
    return std::string(why_unseen(*findings.front()));
  }
  const auto of_messages = [](const EvidenceLine& line) { return line.actor == "client"; };
  if (sampled && !findings.empty() &&
      (is_growth(*findings.front()) ||
       std::ranges::none_of(findings.front()->evidence, of_messages))) {
    return "what grew was seen in the process (/proc), and shows in no answer";
  }
  return "";
}

// What we sent after all that stands in the evidence, or of a client after the request that shows
// it, was about something else. Harm is shown by all calls together.
void drop_what_follows(std::vector<Fact>& facts, const ScenarioResult& result) {
  const auto findings = shown_findings(result, false);
  if (findings.empty() || !findings.front()->harm.empty() || facts.empty()) return;
  Nanos last{0};
  bool shows = result.role != "client";
  for (const EvidenceLine& line : findings.front()->evidence) {
    const bool breaks = line.gap && line.actor == "client";
    if (result.role != "client" || breaks) last = std::max(last, line.at);
    shows |= breaks;
  }
  if (!shows || last == Nanos{0}) return;
  const MonoTime end = facts.front().at + last;
  const auto asks = [end](const Fact& fact) {
    return fact.at > end && (std::holds_alternative<BytesWritten>(fact.event) ||
                             std::holds_alternative<WeEnded>(fact.event));
  };
  facts.erase(std::find_if(facts.begin(), facts.end(), asks), facts.end());
}

// A server that had to be killed ended nothing itself.
void drop_ends_of_killed(std::vector<Fact>& facts) {
  const auto killed = std::find_if(facts.begin(), facts.end(), [](const Fact& fact) {
    const auto* ended = std::get_if<ProcessEnded>(&fact.event);
    return ended != nullptr && ended->signal == kKill;
  });
  if (killed == facts.end()) return;
  const MonoTime at = killed->at;
  std::erase_if(facts, [at](const Fact& fact) {
    return std::holds_alternative<PeerEnded>(fact.event) && fact.at + kDying > at;
  });
}

// One line of a docstring.
std::string documented(const std::string& text) {
  std::string out;
  for (const char c : excerpt(text, kPart)) {
    out += c == '"' ? "'" : c == '\\' ? "\\\\" : std::string(1, c);
  }
  return out;
}

}  // namespace

Result<std::string> reproduction(const ScenarioResult& result, const std::vector<Fact>& facts) {
  if (const std::string why = why_not(result, facts); !why.empty()) {
    return trouble("no script can show " + result.id + ": " + why);
  }
  const bool of_client = result.role == "client";
  const auto findings = shown_findings(result, false);
  Shown shown;
  if (!findings.empty()) {
    const Finding& worst = *findings.front();
    shown.stalls = worst.check == "no_delayed_ack_stall";
    shown.times = worst.observed.find(" ms") != std::string::npos;
    shown.early = worst.check.starts_with("waits_before");
    shown.open = worst.check.starts_with("timed_out_stream");
    shown.calls = !worst.harm.empty() || std::any_of(worst.evidence.begin(), worst.evidence.end(),
                              [](const EvidenceLine& line) { return line.actor == "harness"; });
  }
  std::vector<Fact> needed = facts;
  if (!of_client) drop_ends_of_killed(needed);
  drop_what_follows(needed, result);
  auto program = of_client ? program_against_client(needed, shown)
                           : program_against_server(needed, shown);
  if (!program) return trouble("no script can show " + result.id + ": " + program.error().what);
  const bool stops = std::any_of(needed.begin(), needed.end(), [](const Fact& fact) {
    const auto* mark = std::get_if<Marked>(&fact.event);
    return mark != nullptr && mark->name == kMarkStop;
  });
  std::string out = fmt::format(
      "\"\"\"python3 this.py {} exits 1 if it shows {} at {}, 0 if not, 2 if it cannot:",
      of_client ? "CLIENT [ARGUMENT...]"
      : stops   ? "http://HOST:PORT/PATH PID"
                : "http://HOST:PORT/PATH",
      documented(result.id), documented(result.revision));
  if (!findings.empty()) {
    out += "\nrequired: " + documented(findings.front()->required) +
           "\nobserved: " + documented(findings.front()->observed);
  }
  return out + "\"\"\"\n" + *program;
}

}  // namespace tailrace
