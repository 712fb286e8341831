// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/tcp_sockets.h"

#include <gtest/gtest.h>
#include <netinet/tcp.h>

#include <algorithm>

#include "harness/sut/two_sockets.h"

namespace tailrace {
namespace {

// The accepted one as /proc tells it.
std::optional<OwnedSocket> found(const TwoSockets& sockets) {
  const auto owned = owned_sockets(::getpid());
  const auto socket = std::find_if(owned.begin(), owned.end(),
                                   [&](const auto& each) { return each.local == sockets.server; });
  if (socket == owned.end()) return std::nullopt;
  return *socket;
}

TEST(TcpSockets, TellsTheOwnerOfASocket) {
  const TwoSockets connected;
  const auto socket = found(connected);
  ASSERT_TRUE(socket);
  EXPECT_EQ(socket->pid, ::getpid());
  EXPECT_EQ(socket->descriptor, connected.accepted);
  EXPECT_EQ(socket->program, "sut_test");
}

TEST(TcpSockets, ReadsTheOptionOfAnOwnedSocket) {
  const TwoSockets connected;
  const auto socket = found(connected);
  ASSERT_TRUE(socket);
  EXPECT_EQ(no_delay_of(*socket), false);
  const int on = 1;
  ASSERT_EQ(::setsockopt(connected.accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), 0);
  EXPECT_EQ(no_delay_of(*socket), true);
}

TEST(TcpSockets, SetsTheOptionOfAnOwnedSocket) {
  const TwoSockets connected;
  const auto socket = found(connected);
  ASSERT_TRUE(socket);
  const auto before = set_no_delay(*socket);
  ASSERT_TRUE(before) << before.error().what;
  EXPECT_FALSE(*before);
  EXPECT_EQ(no_delay_of(*socket), true);
  EXPECT_EQ(set_no_delay(*socket).value_or(false), true);
}

TEST(TcpSockets, ADescriptorThatIsAnotherOneNowTellsNothing) {
  std::optional<OwnedSocket> socket;
  {
    const TwoSockets connected;
    socket = found(connected);
    ASSERT_TRUE(socket);
  }
  EXPECT_EQ(no_delay_of(*socket), std::nullopt);
  const TwoSockets other;  // Takes the numbers of the descriptors again.
  EXPECT_EQ(no_delay_of(*socket), std::nullopt);
  EXPECT_FALSE(set_no_delay(*socket));
  socket->pid = -1;
  EXPECT_EQ(no_delay_of(*socket), std::nullopt);
  EXPECT_FALSE(set_no_delay(*socket));
}

}  // namespace
}  // namespace tailrace
