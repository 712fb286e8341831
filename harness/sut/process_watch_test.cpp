// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/process_watch.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

#include "harness/sut/process_tree.h"

namespace tailrace {
namespace {

constexpr Deadline kTold{"told", Millis(5000)};
constexpr std::int64_t kBlock = 48 << 20;  // Bytes

ProcessSampled sample_of(pid_t pid) {
  const auto sample = sample_tree(pid);
  EXPECT_TRUE(sample) << sample.error().what;
  return sample.value_or(ProcessSampled{});
}

// A forked process that does its work, says so, and stays until it is let go.
class Forked {
 public:
  explicit Forked(const std::function<void()>& work) {
    EXPECT_EQ(::pipe2(told_, O_CLOEXEC), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      work();
      (void)!::write(told_[1], "x", 1);
      ::pause();
      ::_exit(0);
    }
    pollfd source{told_[0], POLLIN, 0};
    EXPECT_EQ(::poll(&source, 1, static_cast<int>(stretched(kTold.limit).count())), 1);
  }
  ~Forked() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(told_[0]);
    ::close(told_[1]);
  }
  Forked(const Forked&) = delete;
  Forked& operator=(const Forked&) = delete;
  pid_t pid() const { return pid_; }

 private:
  int told_[2];
  pid_t pid_ = 0;
};

class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket() { ::close(descriptor_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int get() const { return descriptor_; }
  Endpoint local() const {
    sockaddr_in address{};
    socklen_t length = sizeof address;
    EXPECT_EQ(::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &length), 0);
    return v4_endpoint({127, 0, 0, 1}, ntohs(address.sin_port));
  }

 private:
  int descriptor_;
};

int listening() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(::listen(descriptor, 8), 0);
  return descriptor;
}

int connected_to(const Endpoint& endpoint) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(endpoint.port);
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  return descriptor;
}

// The states of all sockets of a sample between these two, "a b" where there are two.
std::string states(const ProcessSampled& sample, const Endpoint& local, const Endpoint& remote) {
  std::string found;
  for (const auto& socket : sample.sockets) {
    if (socket.local != local || socket.remote != remote) continue;
    found += (found.empty() ? "" : " ") + socket.state;
  }
  return found;
}

const Endpoint kAnybody = v4_endpoint({0, 0, 0, 0}, 0);

TEST(ProcessWatch, CountsDescriptorsByKind) {
  const ProcessSampled before = sample_of(::getpid());
  int pipe[2];
  ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
  const std::vector<int> others = {pipe[0],
                                   pipe[1],
                                   ::open("/dev/null", O_RDONLY | O_CLOEXEC),
                                   ::open("/", O_RDONLY | O_CLOEXEC),
                                   ::open("/proc/self/stat", O_RDONLY | O_CLOEXEC),
                                   ::eventfd(0, EFD_CLOEXEC),
                                   listening()};
  const ProcessSampled with = sample_of(::getpid());
  for (const int descriptor : others) ::close(descriptor);
  const ProcessSampled after = sample_of(::getpid());
  EXPECT_EQ(with.descriptors - before.descriptors, 7);
  EXPECT_EQ(with.pipes - before.pipes, 2);
  EXPECT_EQ(with.files - before.files, 3);
  EXPECT_EQ(with.anonymous - before.anonymous, 1);
  EXPECT_EQ(with.sockets.size() - before.sockets.size(), 1u);
  EXPECT_EQ(after.descriptors, before.descriptors);
  EXPECT_EQ(after.sockets.size(), before.sockets.size());
  EXPECT_EQ(after.label, "");
}

TEST(ProcessWatch, CountsChildrenOfChildren) {
  const Forked parent([] {
    int told[2];
    ASSERT_EQ(::pipe2(told, O_CLOEXEC), 0);
    if (::fork() == 0) {
      if (::fork() == 0) {
        (void)!::write(told[1], "x", 1);
        ::pause();
      }
      ::pause();
    }
    char byte = 0;
    (void)!::read(told[0], &byte, 1);
  });
  const auto below = descendants_of(parent.pid());
  EXPECT_EQ(below.size(), 2u);
  const ProcessSampled sample = sample_of(parent.pid());
  EXPECT_EQ(sample.children, 2);
  // Each of the three has what the first one had at its forks.
  EXPECT_EQ(sample.descriptors, 3 * sample_of(below.back()).descriptors);
  for (const pid_t pid : below) ::kill(pid, SIGKILL);
}

TEST(ProcessWatch, AddsTheMemoryOfTheTree) {
  const std::int64_t before = sample_of(::getpid()).resident_bytes;
  EXPECT_GT(before, 0);
  const Forked child([] {
    auto* block = static_cast<volatile char*>(std::malloc(kBlock));
    for (std::int64_t at = 0; at < kBlock; at += 1024) block[at] = 1;
  });
  EXPECT_GE(sample_of(child.pid()).resident_bytes, kBlock);
  EXPECT_GE(sample_of(::getpid()).resident_bytes, before + kBlock);
}

TEST(ProcessWatch, TellsTheSocketsWithTheirStates) {
  const Socket listener(listening());
  const Endpoint server = listener.local();
  const Socket client(connected_to(server));
  const Endpoint local = client.local();
  const Socket accepted(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  ProcessSampled sample = sample_of(::getpid());
  EXPECT_EQ(states(sample, server, kAnybody), "LISTEN");
  EXPECT_EQ(states(sample, local, server), "ESTABLISHED");
  EXPECT_EQ(states(sample, server, local), "ESTABLISHED");
  ASSERT_EQ(::shutdown(client.get(), SHUT_WR), 0);
  pollfd ended{accepted.get(), POLLIN, 0};
  ASSERT_EQ(::poll(&ended, 1, static_cast<int>(stretched(kTold.limit).count())), 1);
  sample = sample_of(::getpid());
  // 2 once the kernel has acknowledged the FIN, which it may put off.
  EXPECT_EQ(states(sample, local, server).substr(0, 8), "FIN_WAIT");
  EXPECT_EQ(states(sample, server, local), "CLOSE_WAIT");
}

TEST(ProcessWatch, TellsTheSocketsOfAChildAndNoneOfOthers) {
  const Socket listener(listening());
  const Endpoint server = listener.local();
  std::optional<Socket> client(std::in_place, connected_to(server));
  const Endpoint local = client->local();
  const Forked child([&] { ::close(listener.get()); });
  client.reset();
  EXPECT_EQ(states(sample_of(child.pid()), local, server), "ESTABLISHED");
  EXPECT_EQ(states(sample_of(child.pid()), server, kAnybody), "");
  const ProcessSampled tree = sample_of(::getpid());
  EXPECT_EQ(states(tree, local, server), "ESTABLISHED");
  EXPECT_EQ(states(tree, server, kAnybody), "LISTEN");
}

TEST(ProcessWatch, ReadsSocketsOfIpv6) {
  const Socket socket(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return;  // A kernel without IPv6 has nothing to read.
  const int off = 0;
  ASSERT_EQ(::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off), 0);
  sockaddr_in6 address{};  // [::], which needs no address of IPv6 to be set up.
  address.sin6_family = AF_INET6;
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(socket.get(), 8), 0);
  socklen_t length = sizeof address;
  ASSERT_EQ(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length), 0);
  const std::uint16_t port = ntohs(address.sin6_port);
  EXPECT_EQ(states(sample_of(::getpid()), Endpoint{{}, port}, Endpoint{}), "LISTEN");
  // A client of IPv4: the socket of its connection has mapped addresses.
  const Socket client(connected_to(v4_endpoint({127, 0, 0, 1}, port)));
  const Socket accepted(::accept4(socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
  const ProcessSampled sample = sample_of(::getpid());
  EXPECT_EQ(states(sample, v4_endpoint({127, 0, 0, 1}, port), client.local()), "ESTABLISHED");
}

TEST(ProcessWatch, TellsTheSocketsOfAnotherNetwork) {
  Endpoint server;
  int told[2];
  ASSERT_EQ(::pipe2(told, O_CLOEXEC), 0);
  const Forked child([&] {
    std::uint16_t port = 0;
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0) {
      const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_in address{};  // 0.0.0.0: its loopback is not up.
      address.sin_family = AF_INET;
      socklen_t length = sizeof address;
      const auto generic = reinterpret_cast<sockaddr*>(&address);
      if (::bind(listener, generic, length) == 0 && ::listen(listener, 8) == 0 &&
          ::getsockname(listener, generic, &length) == 0) {
        port = ntohs(address.sin_port);
      }
    }
    (void)!::write(told[1], &port, sizeof port);
  });
  ASSERT_EQ(::read(told[0], &server.port, sizeof server.port), 2);
  ::close(told[0]);
  ::close(told[1]);
  if (server.port == 0) return;  // No namespaces for us here.
  server = v4_endpoint({0, 0, 0, 0}, server.port);
  EXPECT_EQ(states(sample_of(child.pid()), server, kAnybody), "LISTEN");
}

TEST(ProcessWatch, ChildrenThatWereNotReapedCount) {
  const std::int64_t before = sample_of(::getpid()).children;
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  siginfo_t info{};  // Waits for its end, and leaves it a zombie.
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  EXPECT_EQ(sample_of(::getpid()).children, before + 1);
  EXPECT_TRUE(descendants_of(::getpid()).empty());
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(sample_of(::getpid()).children, before);
}

TEST(ProcessWatch, AProcessThatIsGoneIsAnErrorThatNamesIt) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  const auto sample = sample_tree(child);
  ASSERT_FALSE(sample);
  EXPECT_EQ(sample.error().system, ENOENT);
  EXPECT_NE(sample.error().what.find("/proc/" + std::to_string(child)), std::string::npos);
  EXPECT_TRUE(descendants_of(child).empty());
}

TEST(ProcessTree, ANameMayHoldAnything) {
  const pid_t self = ::getpid();
  const Forked child([] {
    const int file = ::open("/proc/self/comm", O_WRONLY | O_CLOEXEC);
    (void)!::write(file, "a) Z 1 (b) ", 11);
    ::close(file);
  });
  EXPECT_EQ(descendants_of(self), std::vector<pid_t>{child.pid()});
}

}  // namespace
}  // namespace tailrace
