// SPDX-License-Identifier: Apache-2.0
// Network: the one I/O thread of a run, and the connections it taps.
//
// Every call may come from any thread: it is posted to the I/O thread and returns at once. What
// happened is in the History, down to each read and write with its bytes (secrets replaced) and
// time: a refused connection is a fact there, never an error here. No Asio type shows: suites and
// drivers compile without it.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "harness/base/endpoint.h"
#include "harness/base/result.h"
#include "harness/record/history.h"
#include "harness/record/redaction.h"

namespace tailrace {

struct LinkOptions {
  bool no_delay = true;    // TCP_NODELAY on our socket: we must not make a stall of our own.
  bool quick_ack = false;  // TCP_QUICKACK after each write and around each read: it is not sticky.
  // TCP timestamps; without them only in a network of our own, where others may miss them too for
  // the moment of connecting (timestamps_off.h).
  bool timestamps = true;
  int receive_buffer = 0;  // SO_RCVBUF in bytes before connecting; 0 leaves the system's.
  std::size_t reads_first = 0;  // Bytes after each write of ours; then when told. 0: it reads.
};

// How our side speaks TLS. Certificates are verified against the system's store or `ca_file`.
struct TlsOptions {
  bool enabled = false;
  std::string server_name;  // For SNI, if it is no address, and the check of the certificate.
  std::string ca_file;      // PEM; "" is the system's store.
};

class LinkBody;

// One tapped TCP connection; cheap to copy. After the connection ended every verb does nothing.
class Link {
 public:
  Link() = default;
  explicit Link(std::shared_ptr<LinkBody> body);
  ConnectionId id() const;

  void write(std::string bytes);  // One send; the rest follows where the kernel took less.
  void close();                   // FIN, after what the kernel has taken; nothing more is read.
  void reset();                   // RST, by SO_LINGER 0.
  void half_close();              // FIN of our sending direction; reading goes on.
  void pause_reading();           // The receive window fills up.
  void resume_reading();

 private:
  std::shared_ptr<LinkBody> body_;
};

struct TapContext {
  History* history;  // Outlives every link: see Network::quiesce.
  Vault* vault;
};

class ListenerBody;

// Accepts connections and hands each to `on_link`, on the I/O thread. Stops when destroyed, which
// must be before its Network.
class Listener {
 public:
  explicit Listener(std::shared_ptr<ListenerBody> body);
  ~Listener();
  Listener(Listener&&) noexcept = default;
  Listener& operator=(Listener&&) noexcept = delete;
  Endpoint endpoint() const;

 private:
  std::shared_ptr<ListenerBody> body_;
};

class Network {
 public:
  Network();   // Starts the I/O thread.
  ~Network();  // Ends every link, then the thread.
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  Link connect(TapContext tap, const Endpoint& target, const LinkOptions& options,
               const TlsOptions& tls);
  // Listens on a port of the kernel's choice.
  Result<Listener> listen(TapContext tap, const Endpoint& address, const LinkOptions& options,
                          std::function<void(Link)> on_link);
  // Ends all links of this History by FIN and returns when no fact of theirs can come any more.
  void quiesce(const History& history);

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

// Addresses of a host, in the order to try. Blocks; call it before a run. Error: names the host.
Result<std::vector<Endpoint>> resolve(const std::string& host, std::uint16_t port);

}  // namespace tailrace
