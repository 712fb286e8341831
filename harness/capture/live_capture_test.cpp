// SPDX-License-Identifier: Apache-2.0
// A real capture of a real stall: a child process in a network namespace of its own runs a server
// that writes its answers in two parts. Where packet sockets are denied the test says so.
#include "harness/capture/live_capture.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>
#include <thread>

#include "harness/capture/pcap_file.h"
#include "harness/flow/flow_analyzer.h"
#include "harness/wire/json.h"

namespace tailrace {
namespace {

constexpr int kCalls = 20, kMtu = 1500;
constexpr std::string_view kRequest = "POST /mcp HTTP/1.1\r\n\r\n";
constexpr std::string_view kHead = "HTTP/1.1 200 OK\r\nAuthorization: sesame-open\r\n\r\n";
constexpr std::string_view kBody = "event: message\ndata: {}\n\n";
constexpr std::size_t kAnswer = kHead.size() + kBody.size();
constexpr auto kIoLimit = std::chrono::seconds(10);  // Of one read: a hung peer fails the test.

struct Socket {
  explicit Socket(int opened) : fd(opened) {}
  ~Socket() { ::close(fd); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  const int fd;
};

bool read_exactly(int fd, std::size_t length) {
  std::string buffer(length, '\0');
  for (std::size_t got = 0; got < length;) {
    pollfd readable{fd, POLLIN, 0};
    const auto limit = std::chrono::duration_cast<Millis>(kIoLimit);
    if (::poll(&readable, 1, static_cast<int>(limit.count())) <= 0) return false;
    const ssize_t count = ::read(fd, buffer.data(), length - got);
    if (count <= 0) return false;
    got += static_cast<std::size_t>(count);
  }
  return true;
}

bool write_all(int fd, std::string_view text) {
  return ::send(fd, text.data(), text.size(), MSG_NOSIGNAL) == std::ssize(text);
}

void serve(int listener, bool nodelay) {
  const Socket accepted(::accept(listener, nullptr, nullptr));
  const int on = nodelay;
  ::setsockopt(accepted.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  for (int call = 0; call < kCalls; ++call) {
    if (!read_exactly(accepted.fd, kRequest.size()) || !write_all(accepted.fd, kHead)) return;
    pollfd nothing{-1, 0, 0};
    ::poll(&nothing, 1, 1);  // What composes the body takes a moment.
    if (!write_all(accepted.fd, kBody)) return;
  }
  read_exactly(accepted.fd, 1);  // Until the client closes.
}

// Calls that were answered, on one connection.
int run_calls(bool nodelay) {
  const Socket listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t length = sizeof address;
  if (::bind(listener.fd, generic, length) != 0 || ::listen(listener.fd, 1) != 0) return -1;
  ::getsockname(listener.fd, generic, &length);
  std::thread server([&] { serve(listener.fd, nodelay); });
  int answered = 0;
  {
    const Socket client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(client.fd, generic, length) != 0) ::shutdown(listener.fd, SHUT_RDWR);
    while (answered < kCalls && write_all(client.fd, kRequest) &&
           read_exactly(client.fd, kAnswer)) {
      ++answered;
    }
  }
  server.join();
  return answered;
}

bool write_text(const char* path, const std::string& text) {
  const Socket file(::open(path, O_WRONLY | O_CLOEXEC));
  return ::write(file.fd, text.data(), text.size()) == std::ssize(text);
}

// "" or what is denied. In the child only: it leaves the network of its parent.
std::string enter_network() {
  const std::string uid = std::to_string(::geteuid()), gid = std::to_string(::getegid());
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return "unshare of a network namespace";
  write_text("/proc/self/setgroups", "deny");
  if (!write_text("/proc/self/uid_map", uid + " " + uid + " 1")) return "mapping the uid";
  if (!write_text("/proc/self/gid_map", gid + " " + gid + " 1")) return "mapping the gid";
  const Socket control(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq lo{};
  lo.ifr_name[0] = 'l';
  lo.ifr_name[1] = 'o';
  lo.ifr_flags = IFF_UP | IFF_RUNNING;
  if (::ioctl(control.fd, SIOCSIFFLAGS, &lo) != 0) return "bringing lo up";
  lo.ifr_mtu = kMtu;
  if (::ioctl(control.fd, SIOCSIFMTU, &lo) != 0) return "setting the MTU of lo";
  const auto rights = capture_rights("lo");
  return rights ? "" : rights.error().what;
}

// What `work` tells in a child process with a network of its own; "denied" says why it has none.
Json in_own_network(const std::function<Json()>& work) {
  int ends[2];
  if (::pipe(ends) != 0) return Json().set("trouble", "pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string denied = enter_network();
    const std::string told = to_text(denied.empty() ? work() : Json().set("denied", denied));
    _exit(::write(ends[1], told.data(), told.size()) == std::ssize(told) ? 0 : 1);
  }
  ::close(ends[1]);
  std::string told;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
    told.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  const auto parsed = parse_json(told);
  return parsed ? *parsed : Json().set("trouble", told);
}

bool is_denied(const Json& told) {
  if (told.find("denied") == nullptr) return false;
  std::cout << "not tried, denied here: " << told["denied"].as_string() << "\n";
  return true;
}

// Delayed ACKs that this namespace's kernel has sent by its timer.
std::int64_t delayed_acks() {
  std::ifstream file("/proc/thread-self/net/netstat");
  std::string names, values, name, value;
  while (std::getline(file, names) && std::getline(file, values)) {
    std::istringstream each_name(names), each_value(values);
    while (each_name >> name && each_value >> value) {
      if (name == "DelayedACKs") return std::stoll(value);
    }
  }
  return -1;
}

Json read_back(const std::string& path) {
  Json told;
  FlowAnalyzer analyzer{FlowOptions{}};
  auto file = PcapFile::open(path);
  if (!file) return told.set("trouble", file.error().what);
  for (auto packet = (*file)->next(); packet && *packet; packet = (*file)->next()) {
    analyzer.add(**packet);
  }
  const FlowReport report = analyzer.finish();
  std::int64_t by_server = 0, stalls = 0, bytes = 0;
  for (const ConnectionFlow& connection : report.connections) {
    bytes += static_cast<std::int64_t>(connection.from_server.payload_bytes);
    stalls += std::ssize(connection.stalls);
    for (const Stall& stall : connection.stalls) by_server += stall.holder == Side::kServer;
  }
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return told.set("segments", report.segments)
      .set("connections", std::int64_t{std::ssize(report.connections)})
      .set("server_bytes", bytes)
      .set("stalls", stalls)
      .set("stalls_by_server", by_server)
      .set("truncated", (*file)->truncated())
      .set("payload_in_file", text.str().find("sesame") != std::string::npos);
}

Json capture_calls(bool nodelay, bool cut_payload) {
  CaptureOptions options;
  options.file = fmt::format("{}tailrace_live_{}.pcap", testing::TempDir(), ::getpid());
  options.cut_payload = cut_payload;
  auto capture = LiveCapture::start(options);
  if (!capture) return Json().set("trouble", capture.error().what);
  const int answered = run_calls(nodelay);
  const auto counts = (*capture)->stop();
  if (!counts) return Json().set("trouble", counts.error().what);
  Json told = read_back(options.file);
  ::unlink(options.file.c_str());
  return told.set("answered", answered)
      .set("marker_seen", counts->marker_seen)
      .set("written", counts->written)
      .set("dropped", counts->dropped_by_kernel)
      .set("delayed_acks", delayed_acks());
}

void expect_all_captured(const Json& told) {
  EXPECT_EQ(told["answered"].as_int(), kCalls) << to_text(told);
  EXPECT_TRUE(told["marker_seen"].as_bool()) << to_text(told);
  EXPECT_EQ(told["dropped"].as_int(-1), 0) << to_text(told);
  EXPECT_EQ(told["written"].as_int(), told["segments"].as_int()) << to_text(told);
  EXPECT_EQ(told["connections"].as_int(), 1) << to_text(told);
  EXPECT_EQ(told["server_bytes"].as_int(), kCalls * static_cast<std::int64_t>(kAnswer));
  EXPECT_FALSE(told["truncated"].as_bool(true)) << to_text(told);
}

TEST(LiveCapture, FindsTheStallsOfAServerThatWritesTwice) {
  const Json told = in_own_network([] { return capture_calls(false, true); });
  if (is_denied(told)) return;
  expect_all_captured(told);
  EXPECT_GE(told["stalls_by_server"].as_int(), 15) << to_text(told);
  EXPECT_EQ(told["stalls_by_server"].as_int(), told["stalls"].as_int()) << to_text(told);
  // Each was ended by the kernel's timer, which counts for itself.
  EXPECT_LE(told["stalls"].as_int(), told["delayed_acks"].as_int()) << to_text(told);
  EXPECT_FALSE(told["payload_in_file"].as_bool(true));
}

TEST(LiveCapture, FindsNoneWhereTheServerSetsNodelay) {
  const Json told = in_own_network([] { return capture_calls(true, true); });
  if (is_denied(told)) return;
  expect_all_captured(told);
  EXPECT_EQ(told["stalls"].as_int(-1), 0) << to_text(told);
  EXPECT_FALSE(told["payload_in_file"].as_bool(true));
}

TEST(LiveCapture, KeepsThePayloadWhereItIsAsked) {
  const Json told = in_own_network([] { return capture_calls(true, false); });
  if (is_denied(told)) return;
  expect_all_captured(told);
  EXPECT_TRUE(told["payload_in_file"].as_bool());
}

std::string why_not(CaptureOptions options) {
  const auto capture = LiveCapture::start(options);
  return capture ? "" : capture.error().what;
}

TEST(LiveCapture, SaysWhatIsWrongWithItsOptions) {
  const Json told = in_own_network([] {
    CaptureOptions none, unreadable, nowhere;
    none.interface = "no_such0";
    unreadable.file = "/dev/null";
    unreadable.filter = "tcp port of call";
    nowhere.file = "/no_such_folder/a.pcap";
    return Json()
        .set("interface", why_not(none))
        .set("filter", why_not(unreadable))
        .set("file", why_not(nowhere));
  });
  if (is_denied(told)) return;
  EXPECT_NE(told["interface"].as_string().find("no_such0"), std::string::npos) << to_text(told);
  EXPECT_NE(told["filter"].as_string().find("port of call"), std::string::npos) << to_text(told);
  EXPECT_NE(told["file"].as_string().find("/no_such_folder"), std::string::npos) << to_text(told);
}

}  // namespace
}  // namespace tailrace
