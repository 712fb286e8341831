// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/process_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <map>
#include <string>

namespace tailrace {
namespace {

struct Kin {
  pid_t parent = 0;  // 0 where the process is gone.
  bool zombie = false;
};

// From /proc/PID/stat. The name in parentheses may hold anything, so the fields are counted from
// its last parenthesis.
Kin kin_of(pid_t pid) {
  const std::string text = proc_text(pid, "stat");
  const auto close = text.rfind(')');
  if (close == std::string::npos || close + 4 >= text.size()) return {};
  const char state = text[close + 2];
  if (state == 'X') return {};
  return {std::atoi(text.c_str() + close + 4), state == 'Z'};
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

Family family_of(pid_t root) {
  std::multimap<pid_t, pid_t> children;
  std::vector<pid_t> parents_of_zombies;
  DIR* folder = ::opendir("/proc");
  if (folder == nullptr) return {};
  while (const dirent* entry = ::readdir(folder)) {
    const std::string name = entry->d_name;
    if (!std::isdigit(static_cast<unsigned char>(name.front()))) continue;
    const pid_t pid = std::atoi(name.c_str());
    const Kin kin = kin_of(pid);
    if (kin.parent <= 0) continue;
    if (kin.zombie) {
      parents_of_zombies.push_back(kin.parent);
    } else {
      children.emplace(kin.parent, pid);
    }
  }
  ::closedir(folder);
  Family family;
  std::vector<pid_t> todo{root};
  while (!todo.empty()) {
    const pid_t parent = todo.back();
    todo.pop_back();
    family.zombies += static_cast<std::size_t>(std::ranges::count(parents_of_zombies, parent));
    const auto [from, to] = children.equal_range(parent);
    for (auto child = from; child != to; ++child) {
      family.living.push_back(child->second);
      todo.push_back(child->second);
    }
  }
  return family;
}

std::vector<pid_t> descendants_of(pid_t root) {
  return family_of(root).living;
}

}  // namespace tailrace
