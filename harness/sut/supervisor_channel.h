// SPDX-License-Identifier: Apache-2.0
// The words between runner and supervisor: one JSON object a datagram, descriptors beside it.
// Private to `sut`.
#pragma once

#include <optional>
#include <vector>

#include "harness/wire/json.h"

namespace tailrace {

inline constexpr std::size_t kLongestWord = 128 << 10;  // Bytes; below a socket's default buffer.

struct Word {
  Json json;
  std::vector<int> descriptors;  // Owned by the receiver.
};

Status send_word(int socket, const Json& json, const std::vector<int>& descriptors = {});
// nullopt at the end of the channel.
Result<std::optional<Word>> receive_word(int socket);

// The supervisor's life; never returns. An exception must not unwind into the runner's own main,
// of which this process holds a copy.
[[noreturn]] void supervise(int socket) noexcept;

}  // namespace tailrace
