// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/progress_line.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

namespace tailrace {
namespace {

// Too few have ended before that for their pace to mean anything.
constexpr std::size_t kFirstGuess = 3;

std::string clock_text(Nanos time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
  return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
}

std::size_t width_of_terminal() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace

std::string progress_text(const Progress& progress, Nanos elapsed, std::size_t width) {
  std::string text = fmt::format("[{}/{}] {}", std::min(progress.done + 1, progress.planned),
                                 progress.planned, clock_text(elapsed));
  if (progress.done >= kFirstGuess) {
    const double share =
        static_cast<double>(progress.planned) / static_cast<double>(progress.done);
    const auto whole = std::chrono::duration<double, std::nano>(
        static_cast<double>(elapsed.count()) * std::max(share, 1.0));
    text += " of about " + clock_text(std::chrono::duration_cast<Nanos>(whole));
  }
  text += "  " + progress.scenario;
  return text.substr(0, width);
}

ProgressLine::ProgressLine(bool quiet) : shown_(!quiet && ::isatty(STDERR_FILENO) != 0) {}

ProgressLine::~ProgressLine() {
  if (shown_) fmt::print(stderr, "\r\x1b[K");
}

void ProgressLine::show(const Progress& progress) {
  if (!shown_) return;
  const std::size_t width = width_of_terminal();
  fmt::print(stderr, "\r\x1b[K{}",
             progress_text(progress, mono_now() - begun_, width > 1 ? width - 1 : 1));
}

}  // namespace tailrace
