// SPDX-License-Identifier: Apache-2.0
// The TCP sockets of a network namespace, and whose they are, from /proc. Plain reads: any thread.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/endpoint.h"

namespace tailrace {

struct TcpSocket {
  Endpoint local, remote;
  unsigned state = 0;  // As the kernel numbers them.
  std::string inode;
};

// Those of the namespace that `pid` lives in, one by one.
void each_tcp_socket(pid_t pid, const std::function<void(const TcpSocket&)>& told);

// A socket that a process has open.
struct OwnedSocket {
  Endpoint local, remote;
  pid_t pid = 0;
  std::string program;  // As /proc/PID/comm names it.
  int descriptor = -1;  // In that process.
};

// Connected sockets of the process and all its descendants. What ended meanwhile is left out.
std::vector<OwnedSocket> owned_sockets(pid_t root);

// TCP_NODELAY of another process's socket. None: the right to look is missing, or it is gone.
std::optional<bool> no_delay_of(const OwnedSocket& socket);

// Sets it there; whether it was set before. Error: the same, in words.
Result<bool> set_no_delay(const OwnedSocket& socket);

}  // namespace tailrace
