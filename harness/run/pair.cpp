// SPDX-License-Identifier: Apache-2.0
#include "harness/run/pair.h"

#include <algorithm>
#include <map>

#include "harness/capture/live_capture.h"
#include "harness/sut/client_environment.h"
#include "harness/sut/implementation.h"

namespace tailrace {
namespace {

// Looks at the sockets: soon until a connection and its two owners are seen, since a quick client
// is gone soon; then less often.
constexpr Millis kFirstLook{5}, kLaterLooks{20};
// Looks at what the server has not sent: several in the shortest delay of an ACK.
constexpr Millis kQueueLooks{4};

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
    outcome_.capture_file = folder_.file("capture.pcap");
    if (auto capturing = start_capture(outcome_.capture_file); !capturing) {
      return std::unexpected(capturing.error());
    }
    const Status talked = talk();
    const Status stopped = stop_capture(outcome_.capture);
    outcome_.server_exit = server_->exit();
    if (talked && !outcome_.server_exit) {
      outcome_.server_no_delay = accepted_no_delay(*server_);
    }
    if (talked && stopped && !outcome_.server_exit && options_.cure) {
      if (auto cured = talk_cured(); !cured) return std::unexpected(cured.error());
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
  Status start_capture(const std::string& file) {
    CaptureOptions options;
    options.file = file;
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

  Status stop_capture(CaptureOutcome& outcome) {
    const auto counts = capture_->stop();
    capture_.reset();
    if (!counts) return std::unexpected(counts.error());
    outcome.written = counts->written;
    outcome.dropped = counts->dropped_by_kernel + counts->dropped_by_interface;
    outcome.marker_seen = counts->marker_seen;
    return {};
  }

  Result<std::unique_ptr<ClientProcess>> start_client() const {
    const std::string url =
        "http://" + outcome_.server.text() + options_.server.endpoint;
    return ClientProcess::start(
        *setup_.supervisor, options_.client, "default", url,
        calls_environment("pair", options_.calls, options_.tool, options_.client.call_limit),
        nullptr);
  }

  Status talk() {
    auto client = start_client();
    if (!client) return std::unexpected(client.error());
    const MonoTime until = mono_now() + stretched(options_.limit);
    Millis look = kFirstLook;
    MonoTime at = mono_now() + look;
    for (;;) {
      const MonoTime next = std::min({mono_now() + kQueueLooks, at, until});
      if ((outcome_.client_exit = (*client)->wait_exit(next))) break;
      see_queues();
      if (mono_now() >= until) break;
      if (mono_now() < at) continue;
      see_sockets((*client)->pid());
      if (is_seen()) look = std::min(look * 2, kLaterLooks);
      at = mono_now() + look;
    }
    (*client)->stop();
    outcome_.client_output = (*client)->output();
    return {};
  }

  // The client once more, each socket of the server cured as soon as it is seen.
  Status talk_cured() {
    PairCure cure;
    cure.capture_file = folder_.file("cured.pcap");
    if (auto capturing = start_capture(cure.capture_file); !capturing) return capturing;
    auto client = start_client();
    if (!client) return std::unexpected(client.error());
    const MonoTime until = mono_now() + stretched(options_.limit);
    while (!(*client)->wait_exit(std::min(mono_now() + kFirstLook, until)) && mono_now() < until) {
      for (const OwnedSocket& socket : owned_sockets(server_->pid())) {
        const bool done = cure.set_at.contains(socket.remote);
        if (done || socket.local.port != outcome_.server.port) continue;
        const auto was_set = set_no_delay(socket);
        if (!was_set) {
          cure.why_not = was_set.error().what;
          continue;
        }
        cure.set_at.emplace(socket.remote, real_now());
        cure.was_set |= *was_set;
      }
    }
    (*client)->stop();
    outcome_.cure = std::move(cure);
    CaptureOutcome ignored;
    return stop_capture(ignored);
  }

  void see_queues() {
    for (const auto& [ends, connection] : connections_) {
      const auto queue = diag_.look(connection.server, connection.client);
      if (!queue) continue;
      ++outcome_.queue.looks;
      outcome_.queue.held += queue->unsent > 0 && queue->unacknowledged == 1;
      outcome_.queue.loose += queue->unsent > 0 && queue->unacknowledged == 0;
      outcome_.queue.most_unsent = std::max(outcome_.queue.most_unsent, queue->unsent);
    }
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

  bool is_seen() const {
    return std::ranges::any_of(connections_, [](const auto& known) {
      return known.second.client_socket.pid != 0 && known.second.server_socket.pid != 0;
    });
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
  SocketDiag diag_;
};

}  // namespace

Result<PairOutcome> run_pair(const PairOptions& options, Setup& setup, const RunFolder& folder) {
  return PairRun(options, setup, folder).go();
}

}  // namespace tailrace
