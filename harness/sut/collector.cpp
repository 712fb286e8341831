// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/collector.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <string>

#include "harness/sut/process_tree.h"

namespace tailrace {
namespace {

constexpr off_t kMostRead = 64 << 20;  // Bytes; runtimes that are larger have collectors.

// Paths that rustc writes into panics, and the library of g++ and of clang.
constexpr std::string_view kOfRust = "/rustc/";
constexpr std::array<std::string_view, 2> kOfCpp = {"/libstdc++.so", "/libc++.so"};
constexpr std::string_view kOfGo = "Go buildinf:";
// Sets the pace of Go's collector, also to "off" (runtime/debug).
constexpr std::string_view kPaceOfGo = "GOGC=";
constexpr std::string_view kOfPython = "libpython", kPython = "/python";
// GraalVM's native images, V8 (Node.js, Deno), OCaml, Haskell.
constexpr std::array<std::string_view, 5> kLazyPrograms = {
    "com.oracle.svm", "v8::internal", "JavaScriptCore", "caml_startup", "hs_init"};
// Mapped: Java, .NET, Ruby, PHP, Node.js, Lua, Perl, Guile.
constexpr std::array<std::string_view, 9> kLazyRuntimes = {
    "libjvm", "libcoreclr", "libmono", "libruby", "libphp",
    "libnode", "liblua",    "libperl", "libguile"};

// memmem() searches a program several times as fast as find().
bool holds(std::string_view text, std::string_view word) {
  return ::memmem(text.data(), text.size(), word.data(), word.size()) != nullptr;
}

template <std::size_t N>
bool holds_any(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return holds(text, word); });
}

bool is_python(std::string_view path) {
  const auto name = path.rfind('/');
  return name != std::string_view::npos && path.substr(name).starts_with(kPython);
}

std::string path_of(pid_t pid) {
  std::string path(PATH_MAX, '\0');
  const std::string link = "/proc/" + std::to_string(pid) + "/exe";
  const ssize_t length = ::readlink(link.c_str(), path.data(), path.size());
  path.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return path;
}

// What its file holds.
struct Marks {
  bool go = false, rust = false, lazy = false;
};

Marks marks_in(std::string_view bytes) {
  return {holds(bytes, kOfGo), holds(bytes, kOfRust), holds_any(bytes, kLazyPrograms)};
}

// A file is searched once, though its processes are sampled many times: megabytes of it.
Marks marks_of(const struct stat& status, std::string_view bytes) {
  using Version = std::array<std::int64_t, 5>;
  static std::mutex mutex;
  static std::map<Version, Marks> known;
  const Version version{static_cast<std::int64_t>(status.st_dev),
                        static_cast<std::int64_t>(status.st_ino), status.st_size,
                        status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
  const std::scoped_lock lock(mutex);
  const auto found = known.find(version);
  if (found != known.end()) return found->second;
  return known[version] = marks_in(bytes);
}

Collector told_by(const ProgramFacts& program, const Marks& marks) {
  if (holds_any(program.maps, kLazyRuntimes)) return Collector::kLazy;
  if (is_python(program.path) || holds(program.maps, kOfPython)) return Collector::kEager;
  const bool compiled = marks.go || holds_any(program.maps, kOfCpp) || marks.rust;
  if (!compiled || marks.lazy) return Collector::kLazy;
  if (!marks.go) return Collector::kNone;
  return holds(program.environment, kPaceOfGo) ? Collector::kLazy : Collector::kEager;
}

}  // namespace

Collector collector_of(const ProgramFacts& program) {
  return told_by(program, marks_in(program.bytes));
}

Collector collector_of(pid_t pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/exe";
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Collector::kLazy;
  struct stat status {};
  Collector collector = Collector::kLazy;
  if (::fstat(file, &status) == 0 && status.st_size > 0 && status.st_size <= kMostRead) {
    const auto size = static_cast<std::size_t>(status.st_size);
    void* const bytes = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (bytes != MAP_FAILED) {
      const std::string_view text(static_cast<const char*>(bytes), size);
      collector = told_by({path_of(pid), text, proc_text(pid, "maps"), proc_text(pid, "environ")},
                          marks_of(status, text));
      ::munmap(bytes, size);
    }
  }
  ::close(file);
  return collector;
}

}  // namespace tailrace
