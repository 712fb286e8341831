// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/own_network.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <functional>

#include "harness/wire/json.h"

namespace tailrace {
namespace {

constexpr uid_t kSomebody = 12345;  // Not what an unmapped id reads as.

// What a child process says; a namespace of its own cannot be left again.
Json said_by_child(const std::function<Json()>& work) {
  int told[2];
  EXPECT_EQ(::pipe2(told, O_CLOEXEC), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string text = to_text(work());
    (void)!::write(told[1], text.data(), text.size());
    ::_exit(0);
  }
  ::close(told[1]);
  std::string text;
  std::array<char, 4096> buffer;
  for (ssize_t count; (count = ::read(told[0], buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  ::close(told[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status)) << "the child crashed";
  return parse_json(text).value_or(Json());
}

std::string network() {
  char target[64] = {};
  (void)!::readlink("/proc/self/ns/net", target, sizeof target - 1);
  return target;
}

// The child's own account of the world it is in.
Json world() {
  Json json;
  json.set("network", network());
  json.set("uid", static_cast<std::int64_t>(::geteuid()));
  json.set("gid", static_cast<std::int64_t>(::getegid()));
  const int control = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  json.set("up",
           ::ioctl(control, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP) != 0);
  json.set("mtu", ::ioctl(control, SIOCGIFMTU, &request) == 0 ? request.ifr_mtu : -1);
  const int packets = ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
  json.set("capture", packets >= 0);
  return json;
}

Json entered_world() {
  const Status entered = enter_own_network();
  Json json = world();
  json.set("denied", entered ? "" : entered.error().what);
  return json;
}

// From now on the system call fails with EPERM, where its first argument is `first` or `first` is
// negative. Whether the kernel let us.
bool deny(std::uint32_t call, int first) {
  const auto any = static_cast<std::uint8_t>(first < 0 ? 0 : 1);
  std::array<sock_filter, 6> code = {{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(first), 0, any),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  sock_fprog program{code.size(), code.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// A full account where it was allowed; where not, a clear Error and an untouched process.
void expect_own_or_denied(const Json& json) {
  const std::string denied = json["denied"].as_string();
  if (denied.empty()) {
    EXPECT_NE(json["network"].as_string(), network());
    EXPECT_TRUE(json["up"].as_bool());
    EXPECT_EQ(json["mtu"].as_int(), kOwnNetworkMtu);
    EXPECT_TRUE(json["capture"].as_bool());
    return;
  }
  EXPECT_EQ(json["network"].as_string(), network());
  EXPECT_TRUE(denied.starts_with("no network namespace of our own: ")) << denied;
  EXPECT_TRUE(denied.ends_with(" is denied")) << denied;
  // Who may make the namespace may always map the own ids (user_namespaces(7)).
  EXPECT_EQ(denied.find("mapping"), std::string::npos) << denied;
}

TEST(OwnNetwork, IsOursOrClearlyDenied) {
  const Json json = said_by_child(entered_world);
  expect_own_or_denied(json);
  EXPECT_EQ(json["uid"].as_int(), ::geteuid());
  EXPECT_EQ(json["gid"].as_int(), ::getegid());
}

TEST(OwnNetwork, IsOursOrClearlyDeniedWithoutRoot) {
  const Json json = said_by_child([] {
    if (::geteuid() == 0) {
      (void)!::setresgid(kSomebody, kSomebody, kSomebody);
      (void)!::setresuid(kSomebody, kSomebody, kSomebody);
      ::prctl(PR_SET_DUMPABLE, 1);  // Or /proc/self stays root's.
    }
    return entered_world();
  });
  expect_own_or_denied(json);
  EXPECT_EQ(json["uid"].as_int(), ::geteuid() == 0 ? kSomebody : ::geteuid());
  EXPECT_EQ(json["gid"].as_int(), ::geteuid() == 0 ? kSomebody : ::getegid());
}

TEST(OwnNetwork, HasPortsOfItsOwn) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  const int ours = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(ours, generic, sizeof address), 0);
  ASSERT_EQ(::listen(ours, 1), 0);
  socklen_t length = sizeof address;
  ASSERT_EQ(::getsockname(ours, reinterpret_cast<sockaddr*>(&address), &length), 0);
  const Json json = said_by_child([&] {
    Json child = entered_world();
    const auto connects = [&] {
      const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      return ::connect(client, generic, sizeof address) == 0;
    };
    child.set("reaches_host", connects());
    const int same = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    child.set("same_port", ::bind(same, generic, sizeof address) == 0 && ::listen(same, 1) == 0);
    child.set("reaches_itself", connects());
    return child;
  });
  ::close(ours);
  const bool own = json["denied"].as_string().empty();
  EXPECT_EQ(json["reaches_host"].as_bool(), !own);
  EXPECT_EQ(json["same_port"].as_bool(), own);
  EXPECT_TRUE(json["reaches_itself"].as_bool());
}

TEST(OwnNetwork, ADeniedNamespaceIsNamedAndChangesNothing) {
  const Json json = said_by_child([] {
    if (!deny(SYS_unshare, -1)) return Json();
    return entered_world();
  });
  if (json.is_null()) return;  // A kernel without filters cannot be made to refuse.
  EXPECT_EQ(json["denied"].as_string(),
            "no network namespace of our own: unshare of a user and network namespace is denied");
  EXPECT_EQ(json["network"].as_string(), network());
}

TEST(OwnNetwork, ADeniedCaptureIsNamedAndChangesNothing) {
  const Json open = said_by_child(entered_world);
  const Json json = said_by_child([] {
    if (!deny(SYS_socket, AF_PACKET)) return Json();
    return entered_world();
  });
  if (json.is_null()) return;  // A kernel without filters cannot be made to refuse.
  const std::string reason = open["denied"].as_string();
  EXPECT_EQ(json["denied"].as_string(),
            reason.empty() ? "no network namespace of our own: opening a packet socket is denied"
                           : reason);
  EXPECT_EQ(json["network"].as_string(), network());
  EXPECT_FALSE(json["capture"].as_bool());
}

}  // namespace
}  // namespace tailrace
