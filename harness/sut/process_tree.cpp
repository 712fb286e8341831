// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/process_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cstdlib>
#include <map>
#include <string>

namespace tailrace {
namespace {

// The parent from /proc/PID/stat; 0 where the process is gone or a zombie. The name in
// parentheses may hold anything, so the fields are counted from its last parenthesis.
pid_t parent_of(pid_t pid) {
  const std::string text = proc_text(pid, "stat");
  const auto close = text.rfind(')');
  if (close == std::string::npos || close + 4 >= text.size()) return 0;
  if (text[close + 2] == 'Z' || text[close + 2] == 'X') return 0;
  return std::atoi(text.c_str() + close + 4);
}

}  // namespace

std::string proc_text(pid_t pid, const std::string& name) {
  const std::string path = "/proc/" + std::to_string(pid) + "/" + name;
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return "";
  std::string text;
  std::array<char, 4096> buffer;
  ssize_t count = 0;
  while ((count = ::read(file, buffer.data(), buffer.size())) > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  ::close(file);
  return count < 0 ? "" : text;
}

std::vector<pid_t> descendants_of(pid_t root) {
  std::multimap<pid_t, pid_t> children;
  DIR* folder = ::opendir("/proc");
  if (folder == nullptr) return {};
  while (const dirent* entry = ::readdir(folder)) {
    const std::string name = entry->d_name;
    if (!std::isdigit(static_cast<unsigned char>(name.front()))) continue;
    const pid_t pid = std::atoi(name.c_str());
    if (const pid_t parent = parent_of(pid); parent > 0) children.emplace(parent, pid);
  }
  ::closedir(folder);
  std::vector<pid_t> found, todo{root};
  while (!todo.empty()) {
    const pid_t parent = todo.back();
    todo.pop_back();
    const auto [from, to] = children.equal_range(parent);
    for (auto child = from; child != to; ++child) {
      found.push_back(child->second);
      todo.push_back(child->second);
    }
  }
  return found;
}

}  // namespace tailrace
