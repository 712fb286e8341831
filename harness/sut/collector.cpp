// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/collector.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>
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

// A program is searched at each sample: memmem() does that several times as fast as find().
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

}  // namespace

Collector collector_of(const ProgramFacts& program) {
  if (holds_any(program.maps, kLazyRuntimes)) return Collector::kLazy;
  if (is_python(program.path) || holds(program.maps, kOfPython)) return Collector::kEager;
  const bool go = holds(program.bytes, kOfGo);
  const bool compiled = go || holds_any(program.maps, kOfCpp) || holds(program.bytes, kOfRust);
  if (!compiled || holds_any(program.bytes, kLazyPrograms)) return Collector::kLazy;
  if (!go) return Collector::kNone;
  return holds(program.environment, kPaceOfGo) ? Collector::kLazy : Collector::kEager;
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
      collector = collector_of({path_of(pid), {static_cast<const char*>(bytes), size},
                                proc_text(pid, "maps"), proc_text(pid, "environ")});
      ::munmap(bytes, size);
    }
  }
  ::close(file);
  return collector;
}

}  // namespace tailrace
