// SPDX-License-Identifier: Apache-2.0
#include "harness/net/timestamps_off.h"

#include <fcntl.h>
#include <unistd.h>

namespace tailrace {
namespace {

constexpr const char* kSetting = "/proc/sys/net/ipv4/tcp_timestamps";  // Of the caller's namespace

bool set(char value) {
  const int file = ::open(kSetting, O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool written = ::write(file, &value, 1) == 1;
  ::close(file);
  return written;
}

}  // namespace

bool TimestampsOff::is_possible() {
  return set('1');
}

TimestampsOff::TimestampsOff() {
  set('0');
}

TimestampsOff::~TimestampsOff() {
  set('1');
}

}  // namespace tailrace
