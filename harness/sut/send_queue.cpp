// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/send_queue.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

namespace tailrace {
namespace {

// An answer comes at once, from the kernel itself; a bound all the same.
constexpr timeval kAnswerWithin{0, 200'000};
constexpr std::size_t kMostAnswer = 8192;

struct Question {
  nlmsghdr head{};
  inet_diag_req_v2 body{};
};

void put_address(const Endpoint& endpoint, std::uint32_t (&words)[4]) {
  const std::size_t from = endpoint.is_v4() ? 12 : 0;
  std::memcpy(words, endpoint.address.data() + from, endpoint.address.size() - from);
}

Question question_about(const Endpoint& local, const Endpoint& remote, std::uint32_t sequence) {
  Question question;
  question.head.nlmsg_len = sizeof question;
  question.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.head.nlmsg_flags = NLM_F_REQUEST;
  question.head.nlmsg_seq = sequence;
  inet_diag_req_v2& body = question.body;
  body.sdiag_family = local.is_v4() ? AF_INET : AF_INET6;
  body.sdiag_protocol = IPPROTO_TCP;
  body.idiag_ext = 1U << (INET_DIAG_INFO - 1);
  body.idiag_states = ~0U;
  body.id.idiag_sport = htons(local.port);
  body.id.idiag_dport = htons(remote.port);
  put_address(local, body.id.idiag_src);
  put_address(remote, body.id.idiag_dst);
  body.id.idiag_cookie[0] = body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  return question;
}

std::optional<SendQueue> queue_in(const char* attribute, std::size_t left) {
  rtattr head{};
  while (left >= sizeof head) {
    std::memcpy(&head, attribute, sizeof head);
    if (head.rta_len < sizeof head || head.rta_len > left) return std::nullopt;
    if (head.rta_type == INET_DIAG_INFO) {
      tcp_info info{};  // An older kernel's is shorter.
      const std::size_t length = head.rta_len - sizeof head;
      if (length < offsetof(tcp_info, tcpi_notsent_bytes) + sizeof info.tcpi_notsent_bytes) {
        return std::nullopt;
      }
      std::memcpy(&info, attribute + sizeof head, std::min(length, sizeof info));
      return SendQueue{info.tcpi_unacked, info.tcpi_notsent_bytes};
    }
    const std::size_t step = std::min<std::size_t>(RTA_ALIGN(head.rta_len), left);
    attribute += step;
    left -= step;
  }
  return std::nullopt;
}

}  // namespace

SocketDiag::SocketDiag()
    : netlink_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)) {
  if (netlink_ < 0) return;
  ::setsockopt(netlink_, SOL_SOCKET, SO_RCVTIMEO, &kAnswerWithin, sizeof kAnswerWithin);
}

SocketDiag::~SocketDiag() {
  if (netlink_ >= 0) ::close(netlink_);
}

std::optional<SendQueue> SocketDiag::look(const Endpoint& local, const Endpoint& remote) {
  if (netlink_ < 0) return std::nullopt;
  const Question question = question_about(local, remote, ++sequence_);
  if (::send(netlink_, &question, sizeof question, 0) != sizeof question) return std::nullopt;
  std::array<char, kMostAnswer> answer;
  for (;;) {
    const ssize_t length = ::recv(netlink_, answer.data(), answer.size(), 0);
    nlmsghdr head{};
    if (length < static_cast<ssize_t>(sizeof head)) return std::nullopt;
    std::memcpy(&head, answer.data(), sizeof head);
    if (head.nlmsg_seq != sequence_) continue;  // Of a question that was given up.
    constexpr std::size_t kBefore = NLMSG_LENGTH(sizeof(inet_diag_msg));
    const std::size_t told =
        std::min<std::size_t>(head.nlmsg_len, static_cast<std::size_t>(length));
    if (head.nlmsg_type != SOCK_DIAG_BY_FAMILY || told < kBefore) return std::nullopt;
    return queue_in(answer.data() + kBefore, told - kBefore);
  }
}

}  // namespace tailrace
