// SPDX-License-Identifier: Apache-2.0
// All TCP sockets of our own network namespace, told by the kernel in one go (INET_DIAG). /proc
// tells the same, and takes 40 times as long: it walks a table as large as the machine's memory is.
// Plain reads: any thread. Private to `sut`.
#pragma once

#include <functional>

#include "harness/sut/tcp_sockets.h"

namespace tailrace {

// False: the kernel does not tell, or broke off, and nothing was told.
bool each_dumped_socket(const std::function<void(const TcpSocket&)>& told);

}  // namespace tailrace
