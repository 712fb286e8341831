// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/process_output.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "harness/base/assert.h"
#include "harness/wire/escape.h"

namespace tailrace {

// What its destructor waits at most, where nothing can wake the reader.
constexpr Deadline kLooksForFlag{"looks_for_flag", Millis(100)};

std::string tail_of(const std::string& output) {
  constexpr std::size_t kShown = 2000;  // Bytes
  if (output.empty()) return "it printed nothing";
  std::string_view rest(output);
  rest.remove_prefix(output.size() - std::min(output.size(), kShown));
  std::string told = "it printed:";
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    told += "\n" + excerpt(rest.substr(0, end), kShown);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return told;
}

ProcessOutput::ProcessOutput(const StartedProcess& process,
                             std::function<void(const std::string&)> on_line)
    : output_(process.output), errors_(process.errors), on_line_(std::move(on_line)) {
  // Where no descriptor is left it is told by a flag, which is looked at now and then.
  if (::pipe2(wake_, O_CLOEXEC) != 0) wake_[0] = wake_[1] = -1;
  reader_ = std::thread([this] { read_all(); });
}

ProcessOutput::~ProcessOutput() {
  leaves_ = true;
  if (wake_[1] >= 0) ::close(wake_[1]);  // The reader sees the end of this pipe and leaves.
  reader_.join();
  for (const int descriptor : {output_, errors_, wake_[0]}) {
    if (descriptor >= 0) ::close(descriptor);
  }
}

void ProcessOutput::read_all() {
  std::array<pollfd, 3> sources = {
      {{output_, POLLIN, 0}, {errors_, POLLIN, 0}, {wake_[0], POLLIN, 0}}};
  std::array<char, 16384> buffer;
  while (sources[0].fd >= 0 || sources[1].fd >= 0) {
    const int patience = wake_[0] >= 0 ? -1 : static_cast<int>(kLooksForFlag.limit.count());
    if (::poll(sources.data(), sources.size(), patience) < 0) {
      if (errno == EINTR) continue;
      break;
    }
    if (sources[2].revents != 0 || leaves_) break;
    for (std::size_t i = 0; i < 2; ++i) {
      if (sources[i].fd < 0 || sources[i].revents == 0) continue;
      const ssize_t count = ::read(sources[i].fd, buffer.data(), buffer.size());
      if (count <= 0) {
        sources[i].fd = -1;  // poll() passes over it.
        continue;
      }
      const std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
      keep(bytes);
      if (i == 0) take_lines(bytes);
    }
  }
  const std::scoped_lock lock(mutex_);
  at_end_ = true;
  ended_.notify_all();
}

void ProcessOutput::keep(std::string_view bytes) {
  const std::scoped_lock lock(mutex_);
  const std::size_t first = std::min(bytes.size(), kHeadKept - head_.size());
  head_ += bytes.substr(0, first);
  tail_ += bytes.substr(first);
  // Twice the bound before cutting, so that a flood costs no move for each read.
  if (tail_.size() <= 2 * kTailKept) return;
  dropped_ += tail_.size() - kTailKept;
  tail_.erase(0, tail_.size() - kTailKept);
}

void ProcessOutput::take_lines(std::string_view bytes) {
  for (const char byte : bytes) {
    if (byte != '\n') {
      if (line_.size() < kLongestLine) line_ += byte;
      continue;
    }
    if (on_line_) on_line_(line_);
    line_.clear();
  }
}

std::string ProcessOutput::text() const {
  const std::scoped_lock lock(mutex_);
  if (dropped_ == 0) return head_ + tail_;
  return head_ + "\n[" + std::to_string(dropped_) + " bytes left out]\n" + tail_;
}

void ProcessOutput::wait_end(MonoTime until) {
  using SteadyTime = std::chrono::steady_clock::time_point;
  std::unique_lock lock(mutex_);
  ended_.wait_until(lock, SteadyTime(until.since_boot), [this] { return at_end_; });
}

}  // namespace tailrace
