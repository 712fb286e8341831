// SPDX-License-Identifier: Apache-2.0
// What a server speaks, and whether it is an MCP server at all: asked before any scenario.
#include <algorithm>

#include "harness/judge/session.h"
#include "harness/run/worker.h"

namespace tailrace {

// What it answers with, "" where it refuses; this revision, where it leaves initialize open.
Result<std::string> Worker::probe_one(const std::string& mode, std::string_view revision) {
  const bool stateless = revision == kStatelessRevision;
  const DrivenScenario asked{stateless ? "discover" : "probe", std::string(revision), mode, ""};
  auto history = History::create(context_.folder.file(RunFolder::history_name(asked)));
  if (!history) return std::unexpected(history.error());
  std::string spoken;
  {
    ClientDriver driver(context_.network, context_.vault, **history,
                        client_settings(std::string(revision)));
    try {
      if (!stateless) {
        spoken = driver.probe_revision();
      } else if (driver.probe_stateless()) {
        spoken = revision;
      }
    } catch (const ScriptStopped&) {
    }
  }
  context_.network.quiesce(**history);
  const std::string refused = (*history)->read([](const Timeline& t) {
    return t.refused.empty() ? std::string() : t.refused.front().what.why;
  });
  if (!refused.empty()) return trouble("cannot reach the server: " + refused);
  if (!stateless) {
    no_endpoint_ = (*history)->read([&](const auto& t) { return why_no_endpoint(t, !!server_); });
  }
  // A fault of its own, which must not be passed over because the other era is spoken well.
  const bool silent = !stateless && spoken.empty() && no_endpoint_.empty() &&
                      (*history)->read(leaves_initialize_open);
  return silent ? std::string(revision) : spoken;
}

Result<std::vector<std::string>> Worker::probe(const std::string& mode) {
  if (auto ready = ensure_server(mode); !ready) return std::unexpected(ready.error());
  std::vector<std::string> spoken;
  for (const std::string_view revision : {kNewestRevision, kStatelessRevision}) {
    const auto one = probe_one(mode, revision);
    if (!one) return std::unexpected(one.error());
    if (std::ranges::find(kRevisions, *one) != std::end(kRevisions)) spoken.push_back(*one);
  }
  if (spoken.empty() && !no_endpoint_.empty()) {
    return trouble("no MCP endpoint answers at " + target().url() + ": " + no_endpoint_);
  }
  return spoken;
}

}  // namespace tailrace
