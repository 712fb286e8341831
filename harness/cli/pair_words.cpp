// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/pair_words.h"

#include "harness/cli/choice.h"
#include "harness/cli/pcap_words.h"
#include "harness/cli/run_words.h"

namespace tailrace {
namespace {

constexpr int kMostCalls = 10000;

// A manifest is one word that ends in .json; everything else is a command for the shell.
bool names_manifest(const std::string& text) {
  return text.ends_with(".json") && text.find(' ') == std::string::npos;
}

Result<Manifest> manifest_of(Side role, const std::string& text) {
  if (!names_manifest(text)) {
    std::string command = text;
    if (role == Side::kClient && text.find("{url}") == std::string::npos) command += " {url}";
    return manifest_for_command(role, {"sh", "-c", command});
  }
  auto manifest = load_manifest(text);
  if (manifest && manifest->role != role) {
    return trouble("manifest " + text + " is of a " + name_of(manifest->role) + ", not of a " +
                   name_of(role));
  }
  return manifest;
}

}  // namespace

void add_pair(CLI::App& app, CommandLine& line, PairWords& words) {
  CLI::App& pair =
      *app.add_subcommand("pair", "Watch a server and a client talk, explain each call's time");
  pair.add_option("--server", words.server,
                  "How to start the server: a command with {port}, or a manifest (.json)")
      ->type_name("COMMAND")
      ->required();
  pair.add_option("--client", words.client,
                  "How to start the client: a command with {url}, or a manifest (.json)")
      ->type_name("COMMAND")
      ->required();
  pair.add_option("--calls", line.pair.calls, "Calls, of a client that reads TAILRACE_CALLS")
      ->check(CLI::Range(1, kMostCalls));
  pair.add_option("--tool", line.pair.tool, "The tool, of a client that reads TAILRACE_TOOL")
      ->type_name("NAME");
  pair.add_option("--endpoint", words.endpoint, "Path of the server's endpoint (default: /mcp)")
      ->type_name("PATH");
  pair.add_option("--client-limit", words.limit_s, "Seconds until the client has ended")
      ->check(CLI::Range(1, 86400));
  pair.add_flag("--cure", line.pair.cure,
                "Run the client once more, with TCP_NODELAY set on the server's sockets");
  pair.add_option("--time-scale", words.time_scale, "Stretch every deadline, for slow hosts")
      ->check(CLI::Range(1.0, kMostTimeScale));
  add_choice(pair, "--network", line.pair.network, kNetworks,
             "Network namespace (default: auto)");
  pair.add_option("--out", line.run.out, "Keep capture and outputs there")->type_name("DIR");
  add_choice(pair, "--format", line.format, kPcapFormats, "Form of the report on standard output");
  pair.callback([&line] { line.command = Command::kPair; });
}

Status finish_pair(CommandLine& line, const PairWords& words) {
  if (auto good = take_time_scale(words.time_scale); !good) return good;
  line.pair.limit = std::chrono::seconds(words.limit_s);
  auto server = manifest_of(Side::kServer, words.server);
  if (!server) return std::unexpected(server.error());
  auto client = manifest_of(Side::kClient, words.client);
  if (!client) return std::unexpected(client.error());
  if (!words.endpoint.empty()) {
    if (words.endpoint.front() != '/') return trouble("--endpoint does not begin with /");
    server->endpoint = words.endpoint;
  }
  line.pair.server = std::move(*server);
  line.pair.client = std::move(*client);
  line.pair.server_source = words.server;
  line.pair.client_source = words.client;
  return {};
}

}  // namespace tailrace
