// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/supervisor_channel.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace tailrace {
namespace {

constexpr std::size_t kMostDescriptors = 4;

union ControlBuffer {
  cmsghdr aligned;
  char bytes[CMSG_SPACE(kMostDescriptors * sizeof(int))];
};

}  // namespace

Status send_word(int socket, const Json& json, const std::vector<int>& descriptors) {
  std::string text = to_text(json);
  if (text.size() > kLongestWord) return trouble("the command line is too long");
  iovec part{text.data(), text.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  ControlBuffer control{};
  if (!descriptors.empty()) {
    const std::size_t bytes = descriptors.size() * sizeof(int);
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE(bytes);
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(bytes);
    std::memcpy(CMSG_DATA(header), descriptors.data(), bytes);
  }
  while (::sendmsg(socket, &message, MSG_NOSIGNAL) < 0) {
    if (errno != EINTR) return system_trouble("the supervisor does not answer", errno);
  }
  return {};
}

Result<std::optional<Word>> receive_word(int socket) {
  std::string text(kLongestWord, '\0');
  iovec part{text.data(), text.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  ControlBuffer control{};
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof control.bytes;
  ssize_t count = 0;
  while ((count = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0) {
    if (errno == ECONNRESET) return std::nullopt;
    if (errno != EINTR) return system_trouble("the supervisor's channel", errno);
  }
  if (count == 0) return std::nullopt;
  Word word;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    word.descriptors.resize((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    std::memcpy(word.descriptors.data(), CMSG_DATA(header), word.descriptors.size() * sizeof(int));
  }
  auto json = parse_json(std::string_view(text).substr(0, static_cast<std::size_t>(count)));
  if (!json) return std::unexpected(json.error());
  word.json = std::move(*json);
  return word;
}

}  // namespace tailrace
