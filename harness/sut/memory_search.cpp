// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/memory_search.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <map>
#include <sstream>
#include <vector>

#include "harness/sut/process_tree.h"

namespace tailrace {
namespace {

constexpr std::size_t kAtOnce = 1 << 20;  // Bytes of one read
// A text may lie across two reads: longer than any of them in UTF-16.
constexpr std::size_t kLongestText = 256;
// The address sanitizer maps as much for one eighth of all addresses, and no heap is as large.
constexpr std::uint64_t kShadow = std::uint64_t{64} << 30;
constexpr std::size_t kLongestKind = 32, kLongestNumber = 9;

struct Region {
  std::uint64_t from = 0, to = 0;
};

// Private and writable, as heaps, stacks and data are. Devices may not like to be read.
std::vector<Region> regions_of(pid_t pid) {
  std::vector<Region> regions;
  std::istringstream maps(proc_text(pid, "maps"));
  for (std::string line; std::getline(maps, line);) {
    std::istringstream fields(line);
    std::string range, rights;
    fields >> range >> rights;
    if (!rights.starts_with("rw-p") || line.find(" /dev/") != std::string::npos) continue;
    Region region;
    const char* const end = range.data() + range.size();
    const auto [dash, failed] = std::from_chars(range.data(), end, region.from, 16);
    if (failed != std::errc() || dash == end) continue;
    std::from_chars(dash + 1, end, region.to, 16);
    if (region.to > region.from && region.to - region.from < kShadow) regions.push_back(region);
  }
  return regions;
}

// Which pieces of kAtOnce bytes hold a page: runtimes reserve gigabytes that they never touch, and
// reading those would use up what may be read. One entry a page, Documentation/admin-guide/mm/
// pagemap.rst of the kernel; where there is none, every piece is read.
class PageMap {
 public:
  explicit PageMap(pid_t pid) {
    const std::string path = "/proc/" + std::to_string(pid) + "/pagemap";
    file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  }
  PageMap(const PageMap&) = delete;
  PageMap& operator=(const PageMap&) = delete;
  ~PageMap() {
    if (file_ >= 0) ::close(file_);
  }

  bool holds_a_page(std::uint64_t from, std::size_t bytes) {
    if (file_ < 0) return true;
    entries_.resize((bytes + page_ - 1) / page_ + 1);  // It may begin within a page.
    const ssize_t count = ::pread(file_, entries_.data(), entries_.size() * sizeof(std::uint64_t),
                                  static_cast<off_t>(from / page_ * sizeof(std::uint64_t)));
    if (count <= 0) return true;
    entries_.resize(static_cast<std::size_t>(count) / sizeof(std::uint64_t));
    return std::any_of(entries_.begin(), entries_.end(),
                       [](std::uint64_t entry) { return (entry & kPresentOrSwapped) != 0; });
  }

 private:
  static constexpr std::uint64_t kPresentOrSwapped = std::uint64_t{3} << 62;
  const std::size_t page_ = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  int file_ = -1;
  std::vector<std::uint64_t> entries_;
};

// A text from here on, its characters `wide` bytes apart; the rest of each is zero.
std::string text_at(std::string_view memory, std::size_t at, std::size_t wide) {
  std::string text;
  for (; at + wide <= memory.size() && text.size() <= kLongestKind + kLongestNumber; at += wide) {
    if (wide == 2 && memory[at + 1] != 0) break;
    const char c = memory[at];
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-')) break;
    text.push_back(c);
  }
  return text;
}

std::string widened(std::string_view text) {
  std::string wide;
  for (const char c : text) {
    wide.push_back(c);
    wide.push_back('\0');
  }
  return wide;
}

void find_spelled(std::string_view memory, std::string_view spelled, std::size_t wide, int below,
                  std::set<std::string>& marks) {
  for (auto at = memory.find(spelled); at != std::string_view::npos;
       at = memory.find(spelled, at + spelled.size())) {
    const std::string text = text_at(memory, at + spelled.size(), wide);
    const auto dash = text.find('-');
    if (dash == 0 || dash == std::string::npos || dash > kLongestKind) continue;
    int number = -1;
    const char* const end = text.data() + text.size();
    const auto [stop, failed] = std::from_chars(text.data() + dash + 1, end, number);
    if (failed == std::errc() && stop == end && number >= 0 && number < below) marks.insert(text);
  }
}

// Error: why nothing of it could be read, as errno.
int search_process(pid_t pid, const std::string& prefix, int below, std::int64_t& bytes,
                   std::set<std::string>& marks) {
  const std::string path = "/proc/" + std::to_string(pid) + "/mem";
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return errno;
  int failed = 0;
  const std::int64_t before = bytes;
  std::string buffer(kAtOnce, '\0');
  PageMap pages(pid);
  for (const Region& region : regions_of(pid)) {
    std::uint64_t at = region.from;
    while (at < region.to && bytes < kMostSearched) {
      const std::size_t want = std::min<std::uint64_t>(kAtOnce, region.to - at);
      if (!pages.holds_a_page(at, want)) {
        at += want;
        continue;
      }
      const ssize_t count = ::pread(file, buffer.data(), want, static_cast<off_t>(at));
      if (count < 0) failed = errno;
      if (count <= 0) break;  // Unmapped meanwhile, or pages that nobody may read.
      bytes += count;
      find_marks({buffer.data(), static_cast<std::size_t>(count)}, prefix, below, marks);
      if (static_cast<std::size_t>(count) <= kLongestText) break;
      at += static_cast<std::size_t>(count) - kLongestText;
      if (at + kLongestText >= region.to) break;
    }
  }
  ::close(file);
  return bytes == before ? failed : 0;
}

}  // namespace

void find_marks(std::string_view memory, std::string_view prefix, int below,
                std::set<std::string>& marks) {
  find_spelled(memory, prefix, 1, below, marks);
  find_spelled(memory, widened(prefix), 2, below, marks);
}

MemorySearched search_memory(pid_t root, const std::string& prefix, int below) {
  MemorySearched searched;
  std::set<std::string> marks;
  const int error = search_process(root, prefix, below, searched.bytes, marks);
  if (error != 0) {
    searched.why_not = system_trouble("its memory cannot be read", error).error().what;
    return searched;
  }
  for (const pid_t child : descendants_of(root)) {
    (void)search_process(child, prefix, below, searched.bytes, marks);  // It may have ended.
  }
  if (searched.bytes >= kMostSearched) searched.why_not = "its memory is too large to look through";
  std::map<std::string, std::int64_t> kinds;
  for (const std::string& mark : marks) ++kinds[mark.substr(0, mark.find('-'))];
  for (const auto& [name, found] : kinds) searched.kinds.push_back({name, found});
  return searched;
}

}  // namespace tailrace
