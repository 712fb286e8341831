// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/tcp_sockets.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace tailrace {
namespace {

// Two connected sockets of this process on the loopback.
class Connected {
 public:
  Connected() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listener, generic, sizeof address), 0);
    EXPECT_EQ(::listen(listener, 1), 0);
    EXPECT_EQ(::getsockname(listener, generic, &length), 0);
    server_ = v4_endpoint({127, 0, 0, 1}, ntohs(address.sin_port));
    ours = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::connect(ours, generic, sizeof address), 0);
    accepted = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    ::close(listener);
  }
  ~Connected() {
    ::close(ours);
    ::close(accepted);
  }
  Connected(const Connected&) = delete;
  Connected& operator=(const Connected&) = delete;
  // The accepted one as /proc tells it.
  std::optional<OwnedSocket> found() const {
    const auto owned = owned_sockets(::getpid());
    const auto socket = std::find_if(owned.begin(), owned.end(),
                                     [&](const auto& each) { return each.local == server_; });
    if (socket == owned.end()) return std::nullopt;
    return *socket;
  }

  int ours = -1, accepted = -1;

 private:
  Endpoint server_;
};

TEST(TcpSockets, TellsTheOwnerOfASocket) {
  const Connected connected;
  const auto socket = connected.found();
  ASSERT_TRUE(socket);
  EXPECT_EQ(socket->pid, ::getpid());
  EXPECT_EQ(socket->descriptor, connected.accepted);
  EXPECT_EQ(socket->program, "sut_test");
}

TEST(TcpSockets, ReadsTheOptionOfAnOwnedSocket) {
  const Connected connected;
  const auto socket = connected.found();
  ASSERT_TRUE(socket);
  EXPECT_EQ(no_delay_of(*socket), false);
  const int on = 1;
  ASSERT_EQ(::setsockopt(connected.accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), 0);
  EXPECT_EQ(no_delay_of(*socket), true);
}

TEST(TcpSockets, ADescriptorThatIsAnotherOneNowTellsNothing) {
  std::optional<OwnedSocket> socket;
  {
    const Connected connected;
    socket = connected.found();
    ASSERT_TRUE(socket);
  }
  EXPECT_EQ(no_delay_of(*socket), std::nullopt);
  const Connected other;  // Takes the numbers of the descriptors again.
  EXPECT_EQ(no_delay_of(*socket), std::nullopt);
  socket->pid = -1;
  EXPECT_EQ(no_delay_of(*socket), std::nullopt);
}

}  // namespace
}  // namespace tailrace
