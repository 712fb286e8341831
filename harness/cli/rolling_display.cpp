// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/rolling_display.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "harness/cli/terminal.h"

namespace tailrace {
namespace {

constexpr Deadline kRedraw{"rolling_display", Millis(200)};
constexpr Millis kLogLine{1000};
constexpr std::uint64_t kPacketsBetween = 256;  // Looks at the clock, while packets rush in.

}  // namespace

std::string progress_text(const CaptureProgress& progress) {
  std::string text =
      fmt::format("{} packets, {} connections, {} exchanges", progress.packets,
                  progress.connections, progress.exchanges);
  if (progress.holds == 0) return text + "; no wait for a delayed ACK";
  return text + fmt::format("; {} waits for a delayed ACK, the last {} at frame {}, held by the {}",
                            progress.holds, in_millis(progress.last_hold),
                            progress.last_frame.value, name_of(progress.last_holder));
}

RollingDisplay::RollingDisplay(const CaptureAnalysis& analysis, bool quiet)
    : analysis_(analysis), quiet_(quiet), on_terminal_(is_terminal(stderr)) {
  sigset_t ours;
  sigemptyset(&ours);
  sigaddset(&ours, SIGINT);
  sigaddset(&ours, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &ours, &before_);
  signals_ = ::signalfd(-1, &ours, SFD_NONBLOCK | SFD_CLOEXEC);
}

// From here on a second Ctrl-C ends the program at once, also where the first one is still pending.
RollingDisplay::~RollingDisplay() {
  look_for_signal();
  if (signals_ >= 0) ::close(signals_);
  ::sigprocmask(SIG_SETMASK, &before_, nullptr);
  if (!quiet_ && on_terminal_ && !shown_.empty()) fmt::print(stderr, "\r\x1b[K");
}

bool RollingDisplay::wait(int descriptor) {
  if (ended_) return false;
  show();
  pollfd waited[] = {{signals_, POLLIN, 0}, {descriptor, POLLIN, 0}};
  (void)::poll(waited, 2, static_cast<int>(kRedraw.limit.count()));
  look_for_signal();
  return !ended_;
}

bool RollingDisplay::go_on() {
  if (++packets_ % kPacketsBetween != 0) return true;
  look_for_signal();
  show();
  return !ended_;
}

void RollingDisplay::look_for_signal() {
  signalfd_siginfo signal{};
  ended_ = ended_ || ::read(signals_, &signal, sizeof signal) > 0;
}

void RollingDisplay::show() {
  const MonoTime now = mono_now();
  const Nanos least = on_terminal_ ? Nanos(kRedraw.limit) : Nanos(kLogLine);
  if (quiet_ || (!shown_.empty() && now - shown_at_ < least)) return;
  std::string text = progress_text(analysis_.progress());
  if (text == shown_) return;
  if (on_terminal_) {
    fmt::print(stderr, "\r\x1b[K{}", text.substr(0, status_line_width()));
  } else {
    fmt::print(stderr, "{}\n", text);
  }
  std::fflush(stderr);
  shown_at_ = now;
  shown_ = std::move(text);
}

}  // namespace tailrace
