// SPDX-License-Identifier: Apache-2.0
// What a TCP socket has not sent yet, asked of the kernel (INET_DIAG), which tells it of every
// socket of the network namespace without any right. One thread at a time.
#pragma once

#include <cstdint>
#include <optional>

#include "harness/base/endpoint.h"

namespace tailrace {

struct SendQueue {
  std::uint32_t unacknowledged = 0;  // Segments
  std::uint32_t unsent = 0;          // Bytes
};

class SocketDiag {
 public:
  SocketDiag();  // In the namespace that the calling thread lives in.
  ~SocketDiag();
  SocketDiag(const SocketDiag&) = delete;
  SocketDiag& operator=(const SocketDiag&) = delete;

  // Of the socket with these ends, whoever has it. None: there is none in this namespace, or the
  // kernel does not tell.
  std::optional<SendQueue> look(const Endpoint& local, const Endpoint& remote);

 private:
  int netlink_ = -1;
  std::uint32_t sequence_ = 0;
};

}  // namespace tailrace
