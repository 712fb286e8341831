// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/progress_line.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/cli/terminal.h"

namespace tailrace {
namespace {

// Too few have ended before that for their pace to mean anything.
constexpr std::size_t kFirstGuess = 3;

std::string clock_text(Nanos time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
  return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
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

ProgressLine::ProgressLine(bool quiet) : shown_(!quiet && is_terminal(stderr)) {}

ProgressLine::~ProgressLine() {
  if (shown_) fmt::print(stderr, "\r\x1b[K");
}

void ProgressLine::show(const Progress& progress) {
  if (!shown_) return;
  fmt::print(stderr, "\r\x1b[K{}",
             progress_text(progress, mono_now() - begun_, status_line_width()));
}

}  // namespace tailrace
