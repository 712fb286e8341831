// SPDX-License-Identifier: Apache-2.0
#include "reports/reproduce.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/wire/escape.h"
#include "reports/finding_text.h"
#include "reports/reproduce_parts.h"

namespace tailrace {
namespace {

constexpr std::size_t kLine = 90;   // Columns of what is said in the comments.
constexpr std::size_t kPart = 600;  // Bytes of it.

std::string comment(std::string_view name, const std::string& text) {
  if (text.empty()) return "";
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(at + kLine, text.size());
    // Not within a character: Python reads no half ones.
    while (end < text.size() && end > at + 1 && (text[end] & 0xC0) == 0x80) --end;
    out += fmt::format("# {:<9}{}\n", at == 0 ? name : "", text.substr(at, end - at));
    at = end;
  }
  return out;
}

}  // namespace

std::string python_bytes(std::string_view bytes) {
  std::string out = "b\"";
  for (const char c : bytes) {
    if (c == '\r') {
      out += "\\r";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (c < ' ' || c > '~') {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

std::string reproduction(const ScenarioResult& result, const std::vector<Fact>& facts) {
  const bool of_client = result.role == "client";
  std::string out = fmt::format(
      "#!/usr/bin/env python3\n# {} at {}\n# usage: python3 this.py {}\n",
      excerpt(result.id, kLine), excerpt(result.revision, kLine),
      of_client ? "CLIENT [ARGUMENT...]   (gets the URL last)" : "http://HOST:PORT/PATH");
  for (const Finding* finding : shown_findings(result, false)) {
    out += comment("required", excerpt(finding->required, kPart));
    out += comment("observed", excerpt(finding->observed, kPart));
    break;
  }
  return out + "\n" + (of_client ? program_against_client(facts) : program_against_server(facts));
}

}  // namespace tailrace
