// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/implementation.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <mutex>
#include <set>

#include "harness/sut/last_words.h"
#include "harness/sut/tcp_sockets.h"

namespace tailrace {
namespace {

constexpr int kPortsTried = 100;
constexpr Millis kBetweenAttempts{10};    // To connect, until the server accepts.
constexpr Deadline kLastWords{"last_words", Millis(500)};
constexpr Deadline kConnects{"connects", Millis(500)};  // On the loopback, at once or never.
// A server sets the options of a socket right after it accepted it, if it does.
constexpr Deadline kAccepted{"accepted", Millis(500)}, kOptionsSet{"options_set", Millis(100)};
constexpr std::array<std::string_view, 3> kAddressInUse = {"eaddrinuse", "address already in use",
                                                           "address in use"};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

const sockaddr* generic(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

// Ports that were found free and given to servers of ours, which may not listen yet: another worker
// would find them free, too, and take the other's server for its own. Locked: any thread.
class GivenPorts {
 public:
  bool take(std::uint16_t port) {
    const std::scoped_lock lock(mutex_);
    return taken_.insert(port).second;
  }
  void give_back(std::uint16_t port) {
    const std::scoped_lock lock(mutex_);
    taken_.erase(port);
  }

 private:
  std::mutex mutex_;
  std::set<std::uint16_t> taken_;
};

GivenPorts& given_ports() {
  static GivenPorts ports;
  return ports;
}

Result<std::uint16_t> unused_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return system_trouble("a socket", errno);
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  const bool bound = ::bind(socket, generic(address), sizeof address) == 0 &&
                     ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  const int failure = errno;
  ::close(socket);
  if (!bound) return system_trouble("no free port on the loopback", failure);
  return ntohs(address.sin_port);
}

// Taken until it is given back.
Result<std::uint16_t> free_port() {
  for (int attempt = 1;; ++attempt) {
    auto port = unused_port();
    if (!port || given_ports().take(*port)) return port;
    if (attempt == kPortsTried) return trouble("no free port on the loopback");
  }
}

// -1: nobody accepts.
int connected_to(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) return -1;
  const sockaddr_in address = loopback(port);
  int failure = ::connect(socket, generic(address), sizeof address) == 0 ? 0 : errno;
  pollfd wait{socket, POLLOUT, 0};
  // A full queue of connections drops what comes, and the kernel tries on for minutes.
  if (failure == EINPROGRESS && ::poll(&wait, 1, static_cast<int>(kConnects.limit.count())) == 1) {
    socklen_t length = sizeof failure;
    if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &failure, &length) != 0) failure = errno;
  }
  if (failure == 0) return socket;
  ::close(socket);
  return -1;
}

bool accepts(std::uint16_t port) {
  const int socket = connected_to(port);
  if (socket >= 0) ::close(socket);
  return socket >= 0;
}

std::optional<bool> watch_option(const ServerProcess& server, std::uint16_t our_port) {
  std::optional<bool> seen;
  MonoTime until = mono_now() + stretched(kAccepted.limit);
  while (mono_now() < until) {
    for (const OwnedSocket& socket : owned_sockets(server.pid())) {
      if (socket.remote.port != our_port || socket.local.port != server.endpoint().port) continue;
      const auto now = no_delay_of(socket);
      if (now && *now) return true;
      if (now && !seen) until = mono_now() + stretched(kOptionsSet.limit);
      if (now) seen = now;
    }
    if (server.wait_exit(kBetweenAttempts)) break;
  }
  return seen;
}

std::string replaced(std::string text, std::string_view what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

struct Places {
  std::string port, url;
};

ProcessSpec spec_of(const Manifest& manifest, const std::string& mode, const Places& places) {
  ProcessSpec spec;
  spec.folder = manifest.folder;
  spec.arguments = manifest.start;
  spec.environment = manifest.environment;
  if (const auto known = manifest.modes.find(mode); known != manifest.modes.end()) {
    const ManifestMode& extra = known->second;
    spec.arguments.insert(spec.arguments.end(), extra.arguments.begin(), extra.arguments.end());
    spec.environment.insert(spec.environment.end(), extra.environment.begin(),
                            extra.environment.end());
  }
  const auto fill = [&](std::string& text) {
    text = replaced(replaced(replaced(text, "{port}", places.port), "{host}", "127.0.0.1"), "{url}",
                    places.url);
  };
  for (auto& argument : spec.arguments) fill(argument);
  for (auto& entry : spec.environment) fill(entry.second);
  return spec;
}

bool names_address_in_use(std::string output) {
  std::transform(output.begin(), output.end(), output.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::any_of(kAddressInUse.begin(), kAddressInUse.end(), [&](std::string_view words) {
    return output.find(words) != std::string::npos;
  });
}

bool names_url(const std::vector<std::string>& arguments) {
  return std::any_of(arguments.begin(), arguments.end(), [](const std::string& argument) {
    return argument.find("{url}") != std::string::npos;
  });
}

// A server that was not told its port says where it is instead.
std::string other_port_in(const std::string& output, std::uint16_t wanted) {
  for (const std::string_view host : {"127.0.0.1:", "localhost:", "0.0.0.0:", "[::]:", "[::1]:"}) {
    const auto at = output.find(host);
    if (at == std::string::npos) continue;
    const auto end = std::min(output.find_first_not_of("0123456789", at + host.size()),
                              output.size());
    const std::string port = output.substr(at + host.size(), end - at - host.size());
    if (port.empty() || port.size() > 5 || port == std::to_string(wanted)) continue;
    return ": it names port " + port + "; {port} in its command, or in \"environment\" of its "
           "manifest, tells it where to listen";
  }
  return "";
}

constexpr std::string_view kNotTold =
    ": {port} stands for it, and is neither in its command nor in \"environment\" of a manifest";

bool names_port(const Manifest& manifest) {
  const auto is_in = [](const std::string& text) {
    return text.find("{port}") != std::string::npos;
  };
  return std::ranges::any_of(manifest.start, is_in) ||
         std::ranges::any_of(manifest.environment,
                             [&](const auto& entry) { return is_in(entry.second); });
}

std::string in_words(const ExitStatus& end) {
  if (end.code >= 0) return " with status " + std::to_string(end.code);
  return " by signal " + std::to_string(end.signal);
}

}  // namespace

ServerProcess::ServerProcess(Supervisor& supervisor, const Manifest& manifest,
                             const StartedProcess& process, const Endpoint& endpoint)
    : supervisor_(supervisor),
      term_(manifest.term),
      process_(process),
      output_(process, nullptr),
      endpoint_(endpoint),
      is_told_its_port_(names_port(manifest)) {}

ServerProcess::~ServerProcess() {
  (void)supervisor_.stop(process_.pid, {"term", term_});
  given_ports().give_back(endpoint_.port);
}

ExitStatus ServerProcess::stop(Deadline grace) {
  (void)supervisor_.stop(process_.pid, grace);
  // The word of how it ended may come behind the word that it was stopped.
  return supervisor_.wait_exit(process_.pid, mono_now() + stretched(kLastWords.limit))
      .value_or(ExitStatus{});
}

Result<std::unique_ptr<ServerProcess>> ServerProcess::start(Supervisor& supervisor,
                                                            const Manifest& manifest,
                                                            const std::string& mode) {
  for (int attempt = 1;; ++attempt) {
    const auto port = free_port();
    if (!port) return std::unexpected(port.error());
    const auto started = supervisor.start(spec_of(manifest, mode, {std::to_string(*port), ""}));
    if (!started) {
      given_ports().give_back(*port);
      return std::unexpected(started.error());
    }
    std::unique_ptr<ServerProcess> server(
        new ServerProcess(supervisor, manifest, *started, v4_endpoint({127, 0, 0, 1}, *port)));
    const Status ready = server->wait_until_it_accepts({"ready_ms", stretched(manifest.ready)});
    if (ready) return server;
    const bool port_taken = server->exit() && names_address_in_use(server->output());
    if (port_taken && attempt < kPortAttempts) continue;
    return std::unexpected(ready.error());
  }
}

Status ServerProcess::wait_until_it_accepts(Deadline deadline) {
  const MonoTime until = mono_now() + deadline.limit;
  while (!accepts(endpoint_.port)) {
    if (const auto end = supervisor_.wait_exit(process_.pid, mono_now() + kBetweenAttempts)) {
      output_.wait_end(mono_now() + kLastWords.limit);
      return trouble("the server ended" + in_words(*end) +
                     " before it accepted a connection; " + tail_of(output()));
    }
    if (mono_now() >= until) {
      std::string where = other_port_in(output(), endpoint_.port);
      if (where.empty() && !is_told_its_port_) where = std::string(kNotTold);
      return trouble("the server accepted no connection on port " + std::to_string(endpoint_.port) +
                     " of 127.0.0.1 within " + std::to_string(deadline.limit.count()) + " ms (" +
                     std::string(deadline.name) + ")" + where + "; " + tail_of(output()));
    }
  }
  return {};
}

std::optional<ExitStatus> ServerProcess::wait_exit(Millis limit) const {
  return supervisor_.wait_exit(process_.pid, mono_now() + limit);
}

std::string ServerProcess::last_words() {
  output_.wait_end(mono_now() + kLastWords.limit);
  return tailrace::last_words(output());
}

std::optional<bool> accepted_no_delay(const ServerProcess& server) {
  const int socket = connected_to(server.endpoint().port);
  if (socket < 0) return std::nullopt;
  sockaddr_in ours{};
  socklen_t length = sizeof ours;
  std::optional<bool> seen;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&ours), &length) == 0) {
    seen = watch_option(server, ntohs(ours.sin_port));
  }
  ::close(socket);
  return seen;
}

Result<bool> set_accepted_no_delay(const ServerProcess& server, const Endpoint& client) {
  for (const OwnedSocket& socket : owned_sockets(server.pid())) {
    if (socket.remote != client || socket.local.port != server.endpoint().port) continue;
    return set_no_delay(socket);
  }
  return trouble("the server's socket is not found among its processes'");
}

ClientProcess::ClientProcess(Supervisor& supervisor, const Manifest& manifest,
                             const StartedProcess& process,
                             std::function<void(const std::string&)> on_line)
    : supervisor_(supervisor),
      term_(manifest.term),
      process_(process),
      output_(process, std::move(on_line)) {}

ClientProcess::~ClientProcess() {
  stop();
  if (process_.input >= 0) ::close(process_.input);
}

Status ClientProcess::tell(const std::string& text) {
  for (std::size_t told = 0; told < text.size();) {
    const ssize_t count = ::write(process_.input, text.data() + told, text.size() - told);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_trouble("the client's standard input", errno);
    told += static_cast<std::size_t>(count);
  }
  return {};
}

Result<std::unique_ptr<ClientProcess>> ClientProcess::start(
    Supervisor& supervisor, const Manifest& manifest, const std::string& mode,
    const std::string& url, const std::vector<std::pair<std::string, std::string>>& environment,
    std::function<void(const std::string&)> on_line) {
  ProcessSpec spec = spec_of(manifest, mode, {"", url});
  const auto known = manifest.modes.find(mode);
  const bool has_place = names_url(manifest.start) ||
                         (known != manifest.modes.end() && names_url(known->second.arguments));
  spec.has_input = url.empty();
  if (!has_place && !url.empty()) spec.arguments.push_back(url);
  spec.environment.insert(spec.environment.end(), environment.begin(), environment.end());
  const auto started = supervisor.start(spec);
  if (!started) return std::unexpected(started.error());
  return std::unique_ptr<ClientProcess>(
      new ClientProcess(supervisor, manifest, *started, std::move(on_line)));
}

std::optional<ExitStatus> ClientProcess::wait_exit(MonoTime until) {
  const auto status = supervisor_.wait_exit(process_.pid, until);
  // A grandchild may hold the pipes open: then its last words are not waited for.
  if (status) output_.wait_end(mono_now() + kLastWords.limit);
  return status;
}

void ClientProcess::stop() {
  (void)supervisor_.stop(process_.pid, {"term", term_});
}

}  // namespace tailrace
