// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/send_queue.h"

#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/sut/two_sockets.h"

namespace tailrace {
namespace {

// The kernel's timers may run out while this process does not run: each try writes once more.
constexpr int kTries = 50;

std::optional<SendQueue> first_unsent(const TwoSockets& sockets) {
  SocketDiag diag;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    for (int write = 0; write < 2; ++write) EXPECT_EQ(::write(sockets.accepted, "abcde", 5), 5);
    const auto queue = diag.look(sockets.server, sockets.client);
    if (!queue || queue->unsent > 0) return queue;
  }
  return std::nullopt;
}

TEST(SendQueue, DataThatNagleHoldsIsUnsentBehindOneSegment) {
  const TwoSockets sockets;
  const int off = 0;  // From the first segment on, the ACK is delayed.
  ASSERT_EQ(::setsockopt(sockets.ours, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off), 0);
  const auto queue = first_unsent(sockets);
  ASSERT_TRUE(queue);
  EXPECT_EQ(queue->unacknowledged, 1U);
  EXPECT_EQ(queue->unsent % 5, 0U);
}

TEST(SendQueue, DataThatACorkHoldsIsUnsentBehindNothing) {
  const TwoSockets sockets;
  const int on = 1;
  ASSERT_EQ(::setsockopt(sockets.accepted, IPPROTO_TCP, TCP_CORK, &on, sizeof on), 0);
  const auto queue = first_unsent(sockets);
  ASSERT_TRUE(queue);
  EXPECT_EQ(queue->unacknowledged, 0U);
}

TEST(SendQueue, ASocketThatIsNotThereTellsNothing) {
  const TwoSockets sockets;
  SocketDiag diag;
  EXPECT_TRUE(diag.look(sockets.server, sockets.client));
  Endpoint other = sockets.client;
  ++other.address.back();
  EXPECT_FALSE(diag.look(sockets.server, other));
  EXPECT_TRUE(diag.look(sockets.client, sockets.server));
}

}  // namespace
}  // namespace tailrace
