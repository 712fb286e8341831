// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/tcp_sockets.h"

#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>

#include "harness/sut/process_tree.h"
#include "harness/sut/socket_dump.h"

namespace tailrace {
namespace {

// "0100007F:1F90": 32-bit words in the machine's byte order (proc(5)).
Endpoint endpoint_of(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos) return {};
  unsigned port = 0;
  std::sscanf(text.c_str() + colon + 1, "%x", &port);
  std::array<std::uint32_t, 4> words{};
  const std::size_t count = colon == 8 ? 1 : 4;
  for (std::size_t i = 0; i < count; ++i) {
    std::sscanf(text.c_str() + 8 * i, "%8x", &words[i]);
  }
  if (count == 1) {
    std::array<std::uint8_t, 4> v4{};
    std::memcpy(v4.data(), words.data(), v4.size());
    return v4_endpoint(v4, static_cast<std::uint16_t>(port));
  }
  Endpoint endpoint;
  std::memcpy(endpoint.address.data(), words.data(), endpoint.address.size());
  endpoint.port = static_cast<std::uint16_t>(port);
  return endpoint;
}

void read_table(pid_t pid, const char* table,
                const std::function<void(const TcpSocket&)>& told) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/net/" + table);
  std::string line;
  std::getline(file, line);  // Names of the columns
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string number, local, remote, state, skipped, inode;
    fields >> number >> local >> remote >> state;
    for (int i = 0; i < 5; ++i) fields >> skipped;  // queues, timer, retransmits, uid, timeout
    fields >> inode;
    TcpSocket socket{endpoint_of(local), endpoint_of(remote), 0, inode};
    std::sscanf(state.c_str(), "%x", &socket.state);
    told(socket);
  }
}

using Holders = std::map<std::string, std::pair<pid_t, int>>;  // By inode: process, descriptor.

void add_holders(pid_t pid, Holders& holders) {
  const std::string path = "/proc/" + std::to_string(pid) + "/fd";
  DIR* folder = ::opendir(path.c_str());
  if (folder == nullptr) return;
  while (const dirent* entry = ::readdir(folder)) {
    char target[64];
    const ssize_t length = ::readlink((path + "/" + entry->d_name).c_str(), target, sizeof target);
    if (length <= 0) continue;
    const std::string name(target, static_cast<std::size_t>(length));
    if (!name.starts_with("socket:[")) continue;
    holders.try_emplace(name.substr(8, name.size() - 9), pid, std::atoi(entry->d_name));
  }
  ::closedir(folder);
}

std::string program_of(pid_t pid) {
  std::string name = proc_text(pid, "comm");
  if (!name.empty() && name.back() == '\n') name.pop_back();
  return name;
}

// A namespace is named by its inode.
std::string network_of(const std::string& task) {
  char name[64];
  const ssize_t length = ::readlink(("/proc/" + task + "/ns/net").c_str(), name, sizeof name);
  return length > 0 ? std::string(name, static_cast<std::size_t>(length)) : "";
}

bool is_in_our_network(pid_t pid) {
  const std::string ours = network_of("thread-self");
  return !ours.empty() && network_of(std::to_string(pid)) == ours;
}

// A descriptor of our own for another process's socket, while it is the one that was meant.
class SocketCopy {
 public:
  explicit SocketCopy(const OwnedSocket& socket) {
    const int process = static_cast<int>(::syscall(SYS_pidfd_open, socket.pid, 0));
    if (process < 0) {
      failure_ = errno;
      return;
    }
    copy_ = static_cast<int>(::syscall(SYS_pidfd_getfd, process, socket.descriptor, 0));
    failure_ = errno;
    ::close(process);
    if (copy_ < 0 || leads_to(socket.remote.port)) return;
    ::close(copy_);  // The number was given to another descriptor meanwhile.
    copy_ = -1;
    failure_ = ENOTCONN;
  }
  ~SocketCopy() {
    if (copy_ >= 0) ::close(copy_);
  }
  SocketCopy(const SocketCopy&) = delete;
  SocketCopy& operator=(const SocketCopy&) = delete;

  int descriptor() const { return copy_; }
  std::string why_not() const { return std::strerror(failure_); }
  std::optional<bool> no_delay() const {
    int value = 0;
    socklen_t size = sizeof value;
    if (copy_ < 0) return std::nullopt;
    if (::getsockopt(copy_, IPPROTO_TCP, TCP_NODELAY, &value, &size) != 0) return std::nullopt;
    return value != 0;
  }

 private:
  bool leads_to(std::uint16_t port) const {
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    return ::getpeername(copy_, reinterpret_cast<sockaddr*>(&peer), &length) == 0 &&
           reinterpret_cast<const sockaddr_in&>(peer).sin_port == htons(port);
  }

  int copy_ = -1;
  int failure_ = 0;
};

}  // namespace

void each_tcp_socket(pid_t pid, const std::function<void(const TcpSocket&)>& told) {
  if (is_in_our_network(pid) && each_dumped_socket(told)) return;
  read_table(pid, "tcp", told);
  read_table(pid, "tcp6", told);
}

std::vector<OwnedSocket> owned_sockets(pid_t root) {
  Holders holders;
  add_holders(root, holders);
  for (const pid_t child : descendants_of(root)) add_holders(child, holders);
  std::vector<OwnedSocket> owned;
  each_tcp_socket(root, [&](const TcpSocket& socket) {
    const auto holder = holders.find(socket.inode);
    if (holder == holders.end() || socket.remote.port == 0) return;
    const auto [pid, descriptor] = holder->second;
    std::string program = program_of(pid);
    if (program.empty()) return;  // It ended meanwhile: what was seen of it before is better.
    owned.push_back({socket.local, socket.remote, pid, std::move(program), descriptor});
  });
  return owned;
}

std::optional<bool> no_delay_of(const OwnedSocket& socket) {
  const SocketCopy copy(socket);
  return copy.no_delay();
}

Result<bool> set_no_delay(const OwnedSocket& socket) {
  const SocketCopy copy(socket);
  const auto before = copy.no_delay();
  if (!before) return trouble("the server's socket may not be taken: " + copy.why_not());
  const int on = 1;
  if (::setsockopt(copy.descriptor(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
    return system_trouble("the server's socket takes no TCP_NODELAY", errno);
  }
  return *before;
}

}  // namespace tailrace
