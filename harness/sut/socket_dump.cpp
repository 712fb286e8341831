// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/socket_dump.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

namespace tailrace {
namespace {

// The kernel answers at once, itself; a bound all the same.
constexpr timeval kAnswerWithin{1, 0};
// The kernel fills what it is given, up to this.
constexpr std::size_t kMostAnswer = 32768;
// Those that /proc shows too; newer kernels also tell of sockets that are bound and no more.
constexpr std::uint32_t kStates = (1U << 13) - 1;

struct Question {
  nlmsghdr head{};
  inet_diag_req_v2 body{};
};

Endpoint endpoint_of(int family, const std::uint32_t (&words)[4], std::uint16_t port) {
  if (family == AF_INET) {
    std::array<std::uint8_t, 4> v4{};
    std::memcpy(v4.data(), words, v4.size());
    return v4_endpoint(v4, ntohs(port));
  }
  Endpoint endpoint;
  std::memcpy(endpoint.address.data(), words, endpoint.address.size());
  endpoint.port = ntohs(port);
  return endpoint;
}

TcpSocket socket_of(const inet_diag_msg& told) {
  const int family = told.idiag_family;
  return {endpoint_of(family, told.id.idiag_src, told.id.idiag_sport),
          endpoint_of(family, told.id.idiag_dst, told.id.idiag_dport), told.idiag_state,
          std::to_string(told.idiag_inode)};
}

enum class Read : std::uint8_t { kMore, kAll, kFailed };

// One datagram of the answer, which holds several messages.
Read take_messages(const char* at, std::size_t left, std::vector<TcpSocket>& sockets) {
  nlmsghdr head{};
  while (left >= sizeof head) {
    std::memcpy(&head, at, sizeof head);
    if (head.nlmsg_len < sizeof head || head.nlmsg_len > left) return Read::kFailed;
    if (head.nlmsg_type == NLMSG_DONE) return Read::kAll;
    if (head.nlmsg_type != SOCK_DIAG_BY_FAMILY) return Read::kFailed;
    inet_diag_msg told{};
    if (head.nlmsg_len < NLMSG_LENGTH(sizeof told)) return Read::kFailed;
    std::memcpy(&told, at + NLMSG_HDRLEN, sizeof told);
    sockets.push_back(socket_of(told));
    const std::size_t step = std::min<std::size_t>(NLMSG_ALIGN(head.nlmsg_len), left);
    at += step;
    left -= step;
  }
  return Read::kMore;
}

bool add_family(int netlink, std::uint8_t family, std::vector<TcpSocket>& sockets) {
  Question question;
  question.head.nlmsg_len = sizeof question;
  question.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  question.body.sdiag_family = family;
  question.body.sdiag_protocol = IPPROTO_TCP;
  question.body.idiag_states = kStates;
  if (::send(netlink, &question, sizeof question, 0) != sizeof question) return false;
  std::array<char, kMostAnswer> answer;
  Read read = Read::kMore;
  while (read == Read::kMore) {
    const ssize_t length = ::recv(netlink, answer.data(), answer.size(), MSG_TRUNC);
    if (length <= 0 || static_cast<std::size_t>(length) > answer.size()) return false;
    read = take_messages(answer.data(), static_cast<std::size_t>(length), sockets);
  }
  return read == Read::kAll;
}

}  // namespace

bool each_dumped_socket(const std::function<void(const TcpSocket&)>& told) {
  const int netlink = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (netlink < 0) return false;
  ::setsockopt(netlink, SOL_SOCKET, SO_RCVTIMEO, &kAnswerWithin, sizeof kAnswerWithin);
  std::vector<TcpSocket> sockets;
  // A kernel without IPv6 has no sockets of it, and refuses the question; /proc is then asked.
  const bool all = add_family(netlink, AF_INET, sockets) && add_family(netlink, AF_INET6, sockets);
  ::close(netlink);
  if (all) std::ranges::for_each(sockets, told);
  return all;
}

}  // namespace tailrace
