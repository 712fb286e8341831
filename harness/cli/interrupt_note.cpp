// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/interrupt_note.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <utility>

namespace tailrace {
namespace {

// The second by pipelines that run out of time, the last by a terminal that is closed.
constexpr std::array kEnding = {SIGINT, SIGTERM, SIGHUP};
constexpr int kEndedBySignal = 128;  // Of an exit status, as shells have it.
std::string note;                                   // Both made before the handler can run.
std::vector<std::string> doomed;

extern "C" void tell(int signal) {
  // What is called here may be: write(), unlink(), rmdir(), sigprocmask(), raise(), _exit()
  // (signal-safety(7)).
  [[maybe_unused]] const auto told = ::write(STDERR_FILENO, note.data(), note.size());
  for (const std::string& path : doomed) {
    if (::unlink(path.c_str()) != 0) ::rmdir(path.c_str());
  }
  sigset_t this_one;
  ::sigemptyset(&this_one);
  ::sigaddset(&this_one, signal);
  ::sigprocmask(SIG_UNBLOCK, &this_one, nullptr);
  ::raise(signal);  // SA_RESETHAND: by the default action now, and at once.
  ::_exit(kEndedBySignal + signal);  // The first process of a container has no default action.
}

}  // namespace

InterruptNote::InterruptNote(const std::string& text, std::vector<std::string> temporary) {
  note = fmt::format("\ntailrace: interrupted{}\n", text);
  doomed = std::move(temporary);
  for (const int signal : kEnding) {
    struct sigaction before {};
    ::sigaction(signal, nullptr, &before);
    if (before.sa_handler == SIG_IGN) continue;  // As nohup and pipelines wish.
    struct sigaction ours {};
    ours.sa_handler = &tell;
    ours.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(signal, &ours, nullptr);
  }
}

InterruptNote::~InterruptNote() {
  for (const int signal : kEnding) {
    struct sigaction now {};
    ::sigaction(signal, nullptr, &now);
    if (now.sa_handler == &tell) ::signal(signal, SIG_DFL);
  }
}

}  // namespace tailrace
