// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/own_network.h"

#include <fcntl.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace tailrace {
namespace {

// The steps, as the child that tries them reports them by its exit status.
constexpr std::array<const char*, 7> kSteps = {"",
                                               "unshare of a user and network namespace",
                                               "mapping the own uid",
                                               "mapping the own gid",
                                               "bringing the loopback up",
                                               "setting the loopback's MTU",
                                               "opening a packet socket"};

// The kernel's table of TCP sockets is as large as the machine's memory, shared by all namespaces,
// and walked whole whenever somebody asks which sockets there are: for 1 ms where that is 2 MiB.
// Since 6.1 a namespace can give those made below it a table of their own. Half as many sockets
// may be in TIME_WAIT there (tcp_set_hashinfo in net/ipv4/tcp_ipv4.c).
constexpr const char* kOwnTable = "/proc/sys/net/ipv4/tcp_child_ehash_entries";
constexpr const char* kOwnTableSize = "16384";

bool write_text(const char* path, const std::string& text) {
  const int file = ::open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool good = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(file);
  return good;
}

std::string map_of(unsigned id) {
  return std::to_string(id) + " " + std::to_string(id) + " 1";
}

bool set_loopback(unsigned long request, const ifreq& value) {
  const int control = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (control < 0) return false;
  ifreq copy = value;
  const bool good = ::ioctl(control, request, &copy) == 0;
  ::close(control);
  return good;
}

ifreq loopback() {
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  return request;
}

// Another namespace, below the one that was just entered. Where that cannot be: the same one.
void move_to_own_table() {
  if (write_text(kOwnTable, kOwnTableSize)) static_cast<void>(::unshare(CLONE_NEWNET));
}

// 0, or the number of the step that was denied.
int set_up_network() {
  move_to_own_table();
  ifreq up = loopback();
  up.ifr_flags = IFF_UP | IFF_RUNNING;
  if (!set_loopback(SIOCSIFFLAGS, up)) return 4;
  ifreq mtu = loopback();
  mtu.ifr_mtu = kOwnNetworkMtu;
  if (!set_loopback(SIOCSIFMTU, mtu)) return 5;
  // Some systems allow the namespace and deny what we want it for.
  const int packets = ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
  if (packets < 0) return 6;
  ::close(packets);
  return 0;
}

int enter() {
  const unsigned uid = ::geteuid(), gid = ::getegid();
  // Root keeps its full map of users this way, which servers that change theirs need.
  if (uid == 0 && ::unshare(CLONE_NEWNET) == 0) return set_up_network();
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return 1;
  write_text("/proc/self/setgroups", "deny");  // Needed before gid_map (user_namespaces(7)).
  if (!write_text("/proc/self/uid_map", map_of(uid))) return 2;
  if (!write_text("/proc/self/gid_map", map_of(gid))) return 3;
  return set_up_network();
}

std::unexpected<Error> denied(int step) {
  const bool known = step > 0 && step < static_cast<int>(kSteps.size());
  return trouble(std::string("no network namespace of our own: ") +
                 (known ? kSteps[static_cast<std::size_t>(step)] : "the attempt") + " is denied");
}

}  // namespace

Status enter_own_network() {
  const pid_t child = ::fork();
  if (child < 0) return system_trouble("fork", errno);
  if (child == 0) ::_exit(enter());
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status)) return denied(0);
  if (WEXITSTATUS(status) != 0) return denied(WEXITSTATUS(status));
  if (const int step = enter(); step != 0) return denied(step);
  return {};
}

}  // namespace tailrace
