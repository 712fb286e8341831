// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/process_watch.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <unordered_set>

#include "harness/sut/collector.h"
#include "harness/sut/process_tree.h"
#include "harness/sut/tcp_sockets.h"

namespace tailrace {
namespace {

// As the kernel numbers them (include/net/tcp_states.h), from 1.
constexpr std::array<std::string_view, 12> kStates = {
    "",          "ESTABLISHED", "SYN_SENT",   "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",
    "TIME_WAIT", "CLOSE",       "CLOSE_WAIT", "LAST_ACK", "LISTEN",    "CLOSING"};

using Inodes = std::unordered_set<std::string>;

void count_descriptor(const std::string& target, ProcessSampled& sample, Inodes& sockets) {
  ++sample.descriptors;
  if (target.starts_with("socket:[")) {
    sockets.insert(target.substr(8, target.size() - 9));
  } else if (target.starts_with("pipe:")) {
    ++sample.pipes;
  } else if (target.starts_with("anon_inode:")) {
    ++sample.anonymous;
  } else {
    ++sample.files;
  }
}

Status count_descriptors(pid_t pid, ProcessSampled& sample, Inodes& sockets) {
  const std::string path = "/proc/" + std::to_string(pid) + "/fd";
  DIR* folder = ::opendir(path.c_str());
  if (folder == nullptr) return system_trouble("the descriptors in " + path, errno);
  while (const dirent* entry = ::readdir(folder)) {
    if (entry->d_name[0] == '.') continue;
    char target[256];
    const ssize_t length = ::readlink((path + "/" + entry->d_name).c_str(), target, sizeof target);
    if (length <= 0) continue;  // Closed meanwhile.
    count_descriptor({target, static_cast<std::size_t>(length)}, sample, sockets);
  }
  ::closedir(folder);
  return {};
}

std::int64_t resident_bytes(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
  std::int64_t total = 0, resident = 0;
  file >> total >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

std::int64_t count_threads(pid_t pid) {
  std::int64_t threads = 0;
  DIR* folder = ::opendir(("/proc/" + std::to_string(pid) + "/task").c_str());
  if (folder == nullptr) return 0;
  while (const dirent* entry = ::readdir(folder)) threads += entry->d_name[0] != '.';
  ::closedir(folder);
  return threads;
}

void add_sockets(pid_t pid, const Inodes& sockets, ProcessSampled& sample) {
  each_tcp_socket(pid, [&](const TcpSocket& socket) {
    if (sample.sockets.size() >= kMostSockets || !sockets.contains(socket.inode)) return;
    const std::string_view name = socket.state < kStates.size() ? kStates[socket.state] : "";
    sample.sockets.push_back({socket.local, socket.remote, std::string(name)});
  });
}

}  // namespace

Result<ProcessSampled> sample_tree(pid_t root) {
  ProcessSampled sample;
  Inodes sockets;
  if (auto counted = count_descriptors(root, sample, sockets); !counted) {
    return std::unexpected(counted.error());
  }
  sample.resident_bytes = resident_bytes(root);
  sample.threads = count_threads(root);
  sample.collector = collector_of(root);
  const Family family = family_of(root);
  sample.children = static_cast<std::int64_t>(family.living.size() + family.zombies);
  for (const pid_t child : family.living) {
    (void)count_descriptors(child, sample, sockets);  // It may have ended meanwhile.
    sample.resident_bytes += resident_bytes(child);
    sample.threads += count_threads(child);
    sample.collector = std::min(sample.collector, collector_of(child));
  }
  add_sockets(root, sockets, sample);
  return sample;
}

}  // namespace tailrace
