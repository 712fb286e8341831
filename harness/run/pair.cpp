// SPDX-License-Identifier: Apache-2.0
#include "harness/run/pair.h"

#include <algorithm>
#include <fstream>
#include <map>

#include "harness/capture/live_capture.h"
#include "harness/sut/implementation.h"

namespace tailrace {
namespace {

// Looks at the sockets: soon at first, since a quick client is gone soon, then seldom, since each
// reads all of /proc.
constexpr Millis kFirstLook{5}, kLaterLooks{50};

using Connections = std::map<std::pair<Endpoint, Endpoint>, PairedConnection>;

class PairRun {
 public:
  PairRun(const PairOptions& options, Setup& setup, const RunFolder& folder)
      : options_(options), setup_(setup), folder_(folder) {}

  Result<PairOutcome> go() {
    const MonoTime begun = mono_now();
    auto server = ServerProcess::start(*setup_.supervisor, options_.server, "default");
    if (!server) return std::unexpected(server.error());
    server_ = std::move(*server);
    outcome_.server = server_->endpoint();
    if (auto capturing = start_capture(); !capturing) return std::unexpected(capturing.error());
    const Status talked = talk();
    const Status stopped = stop_capture();
    outcome_.server_exit = server_->exit();
    if (talked && !outcome_.server_exit) {
      outcome_.server_no_delay = accepted_no_delay(*server_);
    }
    outcome_.server_output = server_->output();
    for (const auto& [ends, connection] : connections_) {
      outcome_.connections.push_back(connection);
    }
    outcome_.ms = static_cast<double>((mono_now() - begun).count()) / 1e6;
    if (!talked) return std::unexpected(talked.error());
    if (!stopped) return std::unexpected(stopped.error());
    return std::move(outcome_);
  }

 private:
  Status start_capture() {
    CaptureOptions options;
    options.file = outcome_.capture_file = folder_.file("capture.pcap");
    options.filter = "tcp port " + std::to_string(outcome_.server.port);
    options.cut_payload = false;  // What was said is what is explained.
    auto started = LiveCapture::start(options);
    if (started) {
      capture_ = std::move(*started);
      return {};
    }
    std::string why = started.error().what;
    if (!setup_.why_host_network.empty()) why += "; " + setup_.why_host_network;
    return trouble("a pair is explained by its packets: " + why);
  }

  Status stop_capture() {
    const auto counts = capture_->stop();
    capture_.reset();
    if (!counts) return std::unexpected(counts.error());
    outcome_.capture.written = counts->written;
    outcome_.capture.dropped = counts->dropped_by_kernel + counts->dropped_by_interface;
    outcome_.capture.marker_seen = counts->marker_seen;
    return {};
  }

  // As a client of ours is started by a scenario (fixtures/sut/README.md).
  std::vector<std::pair<std::string, std::string>> environment() const {
    std::vector<std::pair<std::string, std::string>> list = {
        {"TAILRACE_SCENARIO", "pair"},
        {"MCP_CONFORMANCE_SCENARIO", "tools_call"},
        {"MCP_CONFORMANCE_CONTEXT", "{}"},
        {"TAILRACE_CALLS", std::to_string(options_.calls)},
        {"TAILRACE_CALL_LIMIT_MS", std::to_string(options_.client.call_limit.count())}};
    if (!options_.tool.empty()) list.emplace_back("TAILRACE_TOOL", options_.tool);
    return list;
  }

  Status talk() {
    const std::string url =
        "http://" + outcome_.server.text() + options_.server.endpoint;
    auto client = ClientProcess::start(*setup_.supervisor, options_.client, "default", url,
                                       environment(), nullptr);
    if (!client) return std::unexpected(client.error());
    const MonoTime until = mono_now() + stretched(options_.limit);
    Millis look = kFirstLook;
    for (;;) {
      const MonoTime next = std::min(mono_now() + look, until);
      if ((outcome_.client_exit = (*client)->wait_exit(next))) break;
      see_sockets((*client)->pid());
      if (mono_now() >= until) break;
      look = std::min(look * 2, kLaterLooks);
    }
    (*client)->stop();
    outcome_.client_output = (*client)->output();
    return {};
  }

  void see_sockets(pid_t client) {
    const std::uint16_t port = outcome_.server.port;
    for (OwnedSocket& socket : owned_sockets(client)) {
      if (socket.remote.port != port) continue;
      at(socket.local, socket.remote).client_socket = std::move(socket);
    }
    for (OwnedSocket& socket : owned_sockets(server_->pid())) {
      if (socket.local.port != port) continue;
      at(socket.remote, socket.local).server_socket = std::move(socket);
    }
  }

  PairedConnection& at(const Endpoint& client, const Endpoint& server) {
    PairedConnection& connection = connections_[{client, server}];
    connection.client = client;
    connection.server = server;
    return connection;
  }

  const PairOptions& options_;
  Setup& setup_;
  const RunFolder& folder_;
  PairOutcome outcome_;
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<LiveCapture> capture_;
  Connections connections_;
};

}  // namespace

Result<PairOutcome> run_pair(const PairOptions& options, Setup& setup, const RunFolder& folder) {
  return PairRun(options, setup, folder).go();
}

}  // namespace tailrace
