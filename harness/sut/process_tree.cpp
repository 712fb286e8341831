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

// Of a list of children, until two agree; one that never rests is taken as it is.
constexpr int kMostReadings = 8;

struct Kin {
  pid_t parent = 0;  // 0 where the process is gone.
  bool zombie = false;
};

std::string text_of(const std::string& path) {
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

// In the order in which the kernel keeps them.
std::vector<pid_t> read_children(const std::string& task) {
  const std::string text = text_of(task + "/children");
  std::vector<pid_t> children;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    children.push_back(std::atoi(text.c_str() + at));
    at = end + 1;
  }
  return children;
}

// A child that is reaped while its list is read may hide the one behind it (proc(5)): two readings
// that agree had no such end between them.
std::vector<pid_t> children_of_thread(const std::string& task) {
  std::vector<pid_t> children = read_children(task);
  for (int reading = 1; reading < kMostReadings && !children.empty(); ++reading) {
    std::vector<pid_t> again = read_children(task);
    const bool agree = again == children;
    children = std::move(again);
    if (agree) break;
  }
  return children;
}

// A child belongs to the thread that forked it.
void add_children(pid_t parent, Family& family) {
  const std::string tasks = "/proc/" + std::to_string(parent) + "/task";
  DIR* folder = ::opendir(tasks.c_str());
  if (folder == nullptr) return;
  while (const dirent* entry = ::readdir(folder)) {
    if (entry->d_name[0] == '.') continue;
    for (const pid_t child : children_of_thread(tasks + "/" + entry->d_name)) {
      const Kin kin = kin_of(child);
      if (kin.parent <= 0) continue;
      if (kin.zombie) {
        ++family.zombies;
      } else {
        family.living.push_back(child);
      }
    }
  }
  ::closedir(folder);
}

Family family_by_children(pid_t root) {
  Family family;
  add_children(root, family);
  for (std::size_t next = 0; next < family.living.size(); ++next) {
    add_children(family.living[next], family);
  }
  return family;
}

Family family_by_list(pid_t root) {
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

}  // namespace

std::string proc_text(pid_t pid, const std::string& name) {
  return text_of("/proc/" + std::to_string(pid) + "/" + name);
}

Family family_of(pid_t root) {
  // Where the kernel tells the children of a thread, only the tree is read: the list of all
  // processes takes as many reads as there are on the machine.
  static const bool told = ::access("/proc/thread-self/children", R_OK) == 0;
  return told ? family_by_children(root) : family_by_list(root);
}

std::vector<pid_t> descendants_of(pid_t root) {
  return family_of(root).living;
}

}  // namespace tailrace
