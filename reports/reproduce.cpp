// SPDX-License-Identifier: Apache-2.0
#include "reports/reproduce.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/record/marks.h"
#include "harness/wire/escape.h"
#include "reports/finding_text.h"
#include "reports/reproduce_parts.h"

namespace tailrace {
namespace {

constexpr std::size_t kPart = 300;  // Bytes of what is said in a comment.
constexpr Nanos kAfterwards = std::chrono::milliseconds(300);  // In which nothing may come.

std::string comment(std::string_view name, const std::string& text) {
  return text.empty() ? "" : fmt::format("# {}: {}\n", name, text);
}

// Why no program of sockets can show it, or "".
std::string why_not(const ScenarioResult& result, const std::vector<Fact>& facts) {
  if (result.verdict == Verdict::kNotApplicable || result.verdict == Verdict::kHarnessError) {
    return fmt::format("its verdict is {}: nothing is to be shown", name_of(result.verdict));
  }
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
  const auto of_messages = [](const EvidenceLine& line) { return line.actor == "client"; };
  if (sampled && !findings.empty() &&
      std::none_of(findings.front()->evidence.begin(), findings.front()->evidence.end(),
                   of_messages)) {
    return "what grew was seen in the process (/proc), and shows in no answer";
  }
  return "";
}

// What the script asked after the evidence of the worst finding asked something else. Harm is shown
// by all calls together.
void drop_what_follows(std::vector<Fact>& facts, const ScenarioResult& result) {
  const auto findings = shown_findings(result, false);
  if (findings.empty() || !findings.front()->harm.empty() || facts.empty()) return;
  Nanos last{0};
  for (const EvidenceLine& line : findings.front()->evidence) last = std::max(last, line.at);
  const MonoTime end = facts.front().at + last + kAfterwards;
  if (last > Nanos{0}) std::erase_if(facts, [end](const Fact& fact) { return fact.at > end; });
}

}  // namespace

Result<std::string> reproduction(const ScenarioResult& result, const std::vector<Fact>& facts) {
  if (const std::string why = why_not(result, facts); !why.empty()) {
    return trouble("no script can show " + result.id + ": " + why);
  }
  const bool of_client = result.role == "client";
  std::vector<Fact> needed = facts;
  if (!of_client) drop_what_follows(needed, result);
  auto program = of_client ? program_against_client(needed) : program_against_server(needed);
  if (!program) return trouble("no script can show " + result.id + ": " + program.error().what);
  const bool stops = std::any_of(facts.begin(), facts.end(), [](const Fact& fact) {
    const auto* mark = std::get_if<Marked>(&fact.event);
    return mark != nullptr && mark->name == kMarkStop;
  });
  std::string out = fmt::format(
      "#!/usr/bin/env python3\n# {} at {}, usage: python3 this.py {}\n",
      excerpt(result.id, kPart), excerpt(result.revision, kPart),
      of_client ? "CLIENT [ARGUMENT...]   (gets the URL last)"
      : stops   ? "http://HOST:PORT/PATH PID   (of the server, which is told to stop)"
                : "http://HOST:PORT/PATH");
  for (const Finding* finding : shown_findings(result, false)) {
    out += comment("required", excerpt(finding->required, kPart));
    out += comment("observed", excerpt(finding->observed, kPart));
    break;
  }
  return out + *program;
}

}  // namespace tailrace
