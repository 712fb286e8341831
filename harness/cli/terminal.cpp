// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/terminal.h"

#include <cstdlib>
#include <initializer_list>
#include <string_view>

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <fcntl.h>
#include <io.h>
#include <windows.h>
#else
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>
#endif

namespace tailrace {
namespace {

bool is_dumb() {
  const char* kind = std::getenv("TERM");
  return kind != nullptr && std::string_view(kind) == "dumb";
}

}  // namespace

#ifdef _WIN32

void prepare_streams() {
  for (std::FILE* stream : {stdin, stdout, stderr}) ::_setmode(::_fileno(stream), _O_BINARY);
}

bool is_terminal(std::FILE* stream) {
  return ::_isatty(::_fileno(stream)) != 0 && !is_dumb();
}

std::size_t columns_of(std::FILE* stream) {
  const HANDLE handle = reinterpret_cast<HANDLE>(::_get_osfhandle(::_fileno(stream)));
  CONSOLE_SCREEN_BUFFER_INFO about{};
  if (::GetConsoleScreenBufferInfo(handle, &about) == 0) return 0;
  return static_cast<std::size_t>(about.srWindow.Right - about.srWindow.Left + 1);
}

#else

void prepare_streams() {
  ::signal(SIGPIPE, SIG_IGN);  // A peer or a reader that left is an error of its call.
  // A closed one would be the next file or socket that is opened, and take what is meant for a
  // reader. Standard output stays unwritable: what is written there fails as it did.
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) >= 0) continue;
    const int way = stream == STDERR_FILENO ? O_WRONLY : O_RDONLY;
    [[maybe_unused]] const int lowest_free = ::open("/dev/null", way);  // It is `stream`.
  }
}

bool is_terminal(std::FILE* stream) {
  return ::isatty(::fileno(stream)) != 0 && !is_dumb();
}

std::size_t columns_of(std::FILE* stream) {
  winsize size{};
  return ::ioctl(::fileno(stream), TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

#endif

std::size_t status_line_width() {
  constexpr std::size_t kUntold = 80;
  const std::size_t columns = columns_of(stderr);
  return (columns < 2 ? kUntold : columns) - 1;
}

}  // namespace tailrace
