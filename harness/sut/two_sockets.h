// SPDX-License-Identifier: Apache-2.0
// Two connected sockets of this process on the loopback, -1 where it has none. For tests only; one
// thread.
#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/base/endpoint.h"

namespace tailrace {

class TwoSockets {
 public:
  TwoSockets() {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener, generic(address), sizeof address) != 0) return;
    if (::listen(listener, 1) != 0) return;
    address = own_end_of(listener);
    server = v4_endpoint({127, 0, 0, 1}, ntohs(address.sin_port));
    ours = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(ours, generic(address), sizeof address) != 0) return;
    client = v4_endpoint({127, 0, 0, 1}, ntohs(own_end_of(ours).sin_port));
    accepted = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    ::close(listener);
  }
  ~TwoSockets() {
    ::close(ours);
    ::close(accepted);
  }
  TwoSockets(const TwoSockets&) = delete;
  TwoSockets& operator=(const TwoSockets&) = delete;

  Endpoint server, client;
  int ours = -1, accepted = -1;

 private:
  static sockaddr* generic(sockaddr_in& address) { return reinterpret_cast<sockaddr*>(&address); }
  static sockaddr_in own_end_of(int socket) {
    sockaddr_in address{};
    socklen_t length = sizeof address;
    ::getsockname(socket, generic(address), &length);
    return address;
  }
};

}  // namespace tailrace
