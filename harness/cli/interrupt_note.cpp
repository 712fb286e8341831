// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/interrupt_note.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace tailrace {
namespace {

constexpr std::array kEnding = {SIGINT, SIGTERM};  // The latter by pipelines that run out of time.
std::string note;                                   // Made before the handler can run.

extern "C" void tell(int signal) {
  // What may be called here is write() and raise() (signal-safety(7)).
  [[maybe_unused]] const auto told = ::write(STDERR_FILENO, note.data(), note.size());
  ::raise(signal);  // SA_RESETHAND: by the default action now.
}

}  // namespace

InterruptNote::InterruptNote(const std::string& run_folder) {
  note = fmt::format("\ntailrace: interrupted; a report of what ran so far: tailrace judge {}\n",
                     run_folder);
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
