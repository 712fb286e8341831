// SPDX-License-Identifier: Apache-2.0
#include "reports/markdown.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/wire/escape.h"
#include "reports/counts.h"

namespace tailrace {
namespace {

// Text of others in a table or a paragraph: nothing of it may be markup.
std::string plain(std::string_view text) {
  static constexpr std::string_view kSpecial = "\\`*_{}[]<>()#+-!|~&@";
  std::string out;
  for (const char c : excerpt(text, 2000)) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (kSpecial.find(c) != std::string_view::npos && c != '-' && c != '(' && c != ')') {
      out += '\\';
      out += c;
    } else {
      out += c;
    }
  }
  return out;
}

// A fenced block whose fence is longer than any run of backquotes inside.
std::string fenced(const std::string& text) {
  std::size_t longest = 2, run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  return fence + "text\n" + text + fence + "\n";
}

std::string details_of(const Finding& finding, const ScenarioResult& result) {
  std::string ladder;
  for (const std::string& line : ladder_lines(finding)) ladder += line + "\n";
  std::string out = fmt::format("<details><summary>{}: {}</summary>\n\n",
                                finding.level == Level::kShould ? "warn" : "fail", result.id);
  out += fmt::format("- **required** ({}): {}\n", plain(level_text(finding, result.revision)),
                     plain(finding.required));
  out += fmt::format("- **observed**: {}\n", plain(finding.observed));
  out += fmt::format("- **likely cause**: {}\n- **cure**: {}\n\n", plain(finding.likely_cause),
                     plain(finding.cure));
  if (!ladder.empty()) out += fenced(ladder);
  out += fenced(result.command + "\n");
  return out + "\n</details>\n\n";
}

}  // namespace

std::string markdown_report(const RunRecord& record) {
  std::string out = fmt::format("## Tailrace: {} {}\n\n{}\n\n", record.role,
                                plain(name_of_implementation(record)), summary_line(record));
  if (const auto banner = packet_banner(record); !banner.empty()) {
    out += "> " + plain(banner) + "\n\n";
  }
  for (const ScenarioResult& result : record.scenarios) {
    if (!result.baseline.empty()) continue;
    for (const Finding& finding : result.findings) {
      if (finding.level != Level::kNote) out += details_of(finding, result);
    }
  }
  out += "| verdict | scenario | revision | |\n| --- | --- | --- | --- |\n";
  for (const ScenarioResult& result : record.scenarios) {
    const std::string word(result.baseline.empty() ? name_of(result.verdict) : "expected");
    out += fmt::format("| {} | {} | {} | {} |\n", plain(word), plain(result.id),
                       plain(variant_of(result)), plain(result.reason));
  }
  for (const auto& entry : record.stale) {
    out +=
        fmt::format("\nStale baseline entry: {} at {}\n", plain(entry.id), plain(entry.revision));
  }
  return out;
}

}  // namespace tailrace
