// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/native_program.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "harness/sut/process_tree.h"

namespace tailrace {
namespace {

constexpr off_t kMostRead = 64 << 20;  // Bytes; runtimes that are larger have collectors.

// Paths that rustc writes into panics, and the library of g++ and of clang.
constexpr std::string_view kOfRust = "/rustc/";
constexpr std::array<std::string_view, 2> kOfCpp = {"/libstdc++.so", "/libc++.so"};
// Go, GraalVM's native images, V8 (Node.js, Deno), OCaml, Haskell.
constexpr std::array<std::string_view, 6> kCollectors = {
    "Go buildinf:", "com.oracle.svm", "v8::internal", "JavaScriptCore", "caml_startup", "hs_init"};
// Mapped: Java, .NET, Python, Ruby, PHP, Node.js, Lua, Perl, Guile.
constexpr std::array<std::string_view, 10> kRuntimes = {
    "libjvm",  "libcoreclr", "libmono", "libpython", "libruby",
    "libphp",  "libnode",    "liblua",  "libperl",   "libguile"};

// A program is searched at each sample: memmem() does that several times as fast as find().
bool holds(std::string_view text, std::string_view word) {
  return ::memmem(text.data(), text.size(), word.data(), word.size()) != nullptr;
}

template <std::size_t N>
bool holds_any(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return holds(text, word); });
}

}  // namespace

bool is_native_program(std::string_view program, std::string_view maps) {
  if (holds_any(maps, kRuntimes)) return false;
  // Most programs are neither, and are read once.
  const bool compiled = holds_any(maps, kOfCpp) || holds(program, kOfRust);
  return compiled && !holds_any(program, kCollectors);
}

bool is_native(pid_t pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/exe";
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  struct stat status {};
  bool native = false;
  if (::fstat(file, &status) == 0 && status.st_size > 0 && status.st_size <= kMostRead) {
    const auto size = static_cast<std::size_t>(status.st_size);
    void* const bytes = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (bytes != MAP_FAILED) {
      native = is_native_program({static_cast<const char*>(bytes), size}, proc_text(pid, "maps"));
      ::munmap(bytes, size);
    }
  }
  ::close(file);
  return native;
}

}  // namespace tailrace
