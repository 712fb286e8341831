// SPDX-License-Identifier: Apache-2.0
// Manifest: how an implementation is started and what it allows, as its author wrote it down. The
// format is in fixtures/sut/README.md. Values, any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/ids.h"
#include "harness/base/result.h"
#include "harness/base/time.h"
#include "harness/wire/json.h"

namespace tailrace {

struct ManifestMode {
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<std::string> arguments;  // Put after the others.
};

struct ManifestTool {
  std::string name;
  Json arguments = Json(Json::Object{});
  std::optional<int> notifications{};  // That each call brings, of a chatty one.
};

// Of a server. Who needs longer for an answer gives none.
struct ServerTimes {
  Millis answer{15000};      // Above the slowest first call of a cold JVM.
  Millis keep_alive{30000};  // Between two comments or pings on a silent stream.
};

struct Manifest {
  std::string name, version;
  Side role = Side::kServer;
  std::string folder;              // Where it is started; "" is the runner's.
  std::vector<std::string> start;  // {port}, {host} and {url} are replaced.
  std::vector<std::pair<std::string, std::string>> environment;
  std::string endpoint = "/mcp";
  Millis ready{10000};  // Until the server accepts a connection.
  ServerTimes times;
  std::map<std::string, ManifestMode> modes;
  std::map<std::string, ManifestTool> tools;  // "plain", "slow", "failing", "chatty"
  bool counts_calls = false;                  // The client keeps the N-call contract.
  Millis call_limit{5000};
  bool closes = false;     // The client ends its session by DELETE.
  bool stateless = false;  // The client can speak 2026-07-28, and does so when told.
  bool parallel = false;   // The client makes its calls at once when told.
  bool large = false;      // The client gives its calls a large argument when told.
  bool serves = false;     // The client takes scenarios as JSON lines on its standard input.
  Millis term{3000};       // From TERM to KILL.
};

// Error: names file, member and what is expected; an unknown member names the known ones.
Result<Manifest> load_manifest(const std::string& path);
Result<Manifest> parse_manifest(std::string_view text, const std::string& name);
// Of a command given on the command line: the defaults above.
Manifest manifest_for_command(Side role, std::vector<std::string> command);

}  // namespace tailrace
