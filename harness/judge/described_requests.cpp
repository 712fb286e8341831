// SPDX-License-Identifier: Apache-2.0
// What a request says of itself where no session does.
#include <algorithm>
#include <optional>
#include <utility>

#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/session.h"
#include "harness/judge/stateless_client.h"
#include "harness/record/secret_spelling.h"
#include "harness/wire/escape.h"
#include "harness/wire/meta_names.h"

namespace tailrace {
namespace {

constexpr std::size_t kExcerpt = 60;

// As it stands, or in Base64, in which plain names need not be, and may.
bool names(std::string_view field, const std::string& name) {
  constexpr std::string_view kBegin = "=?base64?", kEnd = "?=";
  const std::size_t length = kBegin.size() + 4 * ((name.size() + 2) / 3) + kEnd.size();
  if (!field.starts_with(kBegin) || field.size() != length) return field == name;
  field.remove_prefix(kBegin.size());
  const auto forms = base64_forms(name + std::string(2, '\0'));  // All bits of it, and zeros.
  return field.starts_with(forms.front().substr(0, (8 * name.size() + 5) / 6));
}

// The rule that the request breaks, and how; nothing where it breaks none.
std::optional<std::pair<Rule, std::string>> undescribed(const Exchange& request,
                                                        const Described& rules) {
  const Json& params = request.asked->body["params"];
  const Json& meta = params["_meta"];
  const auto header = [&](const char* name) { return header_of(request, name); };
  const std::string version = header("mcp-protocol-version");
  if (version.empty()) return {{rules.version, "it has no MCP-Protocol-Version"}};
  if (meta.find(kMetaVersion) == nullptr) return {{rules.meta, "_meta names no revision"}};
  if (meta[kMetaVersion].as_string() != version) {
    return {{rules.same, "header and body name different revisions"}};
  }
  if (header("mcp-method") != request.asked->method) {
    return {{rules.method, "Mcp-Method is '" + excerpt(header("mcp-method"), kExcerpt) + "'"}};
  }
  const bool calls = request.asked->method == "tools/call";
  if (calls && !names(header("mcp-name"), params["name"].as_string())) {
    return {{rules.name, "Mcp-Name is '" + excerpt(header("mcp-name"), kExcerpt) + "'"}};
  }
  if (!meta[kMetaCapabilities].is_object()) {
    return {{rules.meta, "_meta does not say what the client can do"}};
  }
  return std::nullopt;
}

Judgement judge_described(const Evidence& evidence, const Described& rules) {
  if (has_sessions(evidence.revision)) return not_applicable("a session says it for its requests");
  std::size_t judged = 0;
  for (const Exchange& request : evidence.timeline.exchanges) {
    if (!is_request(request) || request.asked->method == "initialize") continue;
    ++judged;
    const auto wrong = undescribed(request, rules);
    if (!wrong) continue;
    Finding finding = finding_of(evidence, "requests_describe_themselves", wrong->first);
    finding.required = "each request says its revision, its method and what the client can do";
    finding.observed = describe(request) + ": " + wrong->second;
    finding.likely_cause = "what a session used to remember is not said with every request";
    finding.cure = "add the headers and the members of _meta where requests are composed";
    finding.evidence = ladder_of(evidence.timeline, request);
    return broken(finding);
  }
  return judged == 0 ? inconclusive("the client made no request") : held();
}

}  // namespace

Check requests_describe_themselves(Described rules) {
  return {"requests_describe_themselves",
          [=](const Evidence& evidence) { return judge_described(evidence, rules); }};
}

}  // namespace tailrace
