// SPDX-License-Identifier: Apache-2.0
// The implementation under test as a running process: a server that we started and that accepts
// connections, or a client that got our URL. One owner at a time; the Supervisor outlives them.
#pragma once

#include <memory>
#include <string>

#include "harness/base/endpoint.h"
#include "harness/sut/manifest.h"
#include "harness/sut/process_output.h"
#include "harness/sut/supervisor.h"

namespace tailrace {

// Attempts where a port we had found free was taken by another in between.
inline constexpr int kPortAttempts = 5;

class ServerProcess {
 public:
  // Starts it on a free port of the loopback and waits until it accepts. Error: why it does not,
  // with the end of what it printed.
  static Result<std::unique_ptr<ServerProcess>> start(Supervisor& supervisor,
                                                      const Manifest& manifest,
                                                      const std::string& mode);
  ~ServerProcess();  // Stops it.

  const Endpoint& endpoint() const { return endpoint_; }
  pid_t pid() const { return process_.pid; }
  std::string output() const { return output_.text(); }
  std::optional<ExitStatus> exit() const { return supervisor_.exit_of(process_.pid); }
  std::optional<ExitStatus> wait_exit(Millis limit) const;
  std::string last_words();  // Of one that has ended: all its output is waited for.
  // TERM, and KILL after `grace`; how it ended.
  ExitStatus stop(Deadline grace);

 private:
  ServerProcess(Supervisor& supervisor, const Manifest& manifest, const StartedProcess& process,
                const Endpoint& endpoint);
  Status wait_until_it_accepts(Deadline deadline);

  Supervisor& supervisor_;
  Millis term_;
  StartedProcess process_;
  ProcessOutput output_;
  Endpoint endpoint_;
  bool is_told_its_port_;
};

// TCP_NODELAY as this server sets it on a socket that it accepts: of a connection of ours that asks
// for nothing. None: the socket, or the right to look at it, was not to be had.
std::optional<bool> accepted_no_delay(const ServerProcess& server);
// Sets TCP_NODELAY on the socket that this server accepted for `client`; whether it had set it
// itself. Error: why that is not to be had.
Result<bool> set_accepted_no_delay(const ServerProcess& server, const Endpoint& client);

class ClientProcess {
 public:
  // `on_line` gets each line of its standard output, on another thread. Without a URL it gets a
  // standard input instead, for tell().
  static Result<std::unique_ptr<ClientProcess>> start(
      Supervisor& supervisor, const Manifest& manifest, const std::string& mode,
      const std::string& url, const std::vector<std::pair<std::string, std::string>>& environment,
      std::function<void(const std::string&)> on_line);
  ~ClientProcess();  // Stops it.

  pid_t pid() const { return process_.pid; }
  std::string output() const { return output_.text(); }
  // Error: it reads no more.
  Status tell(const std::string& text);
  // Its end, once it has come and all its output is read.
  std::optional<ExitStatus> wait_exit(MonoTime until);
  void stop();

 private:
  ClientProcess(Supervisor& supervisor, const Manifest& manifest, const StartedProcess& process,
                std::function<void(const std::string&)> on_line);

  Supervisor& supervisor_;
  Millis term_;
  StartedProcess process_;
  ProcessOutput output_;
};

}  // namespace tailrace
