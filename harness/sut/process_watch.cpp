// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/process_watch.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <unordered_set>

#include "harness/sut/process_tree.h"

namespace tailrace {
namespace {

// As the kernel numbers them in /proc/net/tcp (include/net/tcp_states.h), from 1.
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

void add_sockets(pid_t pid, const char* table, const Inodes& sockets, ProcessSampled& sample) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/net/" + table);
  std::string line;
  std::getline(file, line);  // Names of the columns
  while (std::getline(file, line) && sample.sockets.size() < kMostSockets) {
    std::istringstream fields(line);
    std::string number, local, remote, state, skipped, inode;
    fields >> number >> local >> remote >> state;
    for (int i = 0; i < 5; ++i) fields >> skipped;  // queues, timer, retransmits, uid, timeout
    fields >> inode;
    if (!sockets.contains(inode)) continue;
    unsigned index = 0;
    std::sscanf(state.c_str(), "%x", &index);
    const std::string_view name = index < kStates.size() ? kStates[index] : "";
    sample.sockets.push_back({endpoint_of(local), endpoint_of(remote), std::string(name)});
  }
}

}  // namespace

Result<ProcessSampled> sample_tree(pid_t root) {
  ProcessSampled sample;
  Inodes sockets;
  if (auto counted = count_descriptors(root, sample, sockets); !counted) {
    return std::unexpected(counted.error());
  }
  sample.resident_bytes = resident_bytes(root);
  for (const pid_t child : descendants_of(root)) {
    ++sample.children;
    (void)count_descriptors(child, sample, sockets);  // It may have ended meanwhile.
    sample.resident_bytes += resident_bytes(child);
  }
  add_sockets(root, "tcp", sockets, sample);
  add_sockets(root, "tcp6", sockets, sample);
  return sample;
}

}  // namespace tailrace
