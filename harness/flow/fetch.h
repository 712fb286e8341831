// SPDX-License-Identifier: Apache-2.0
// fetch(): asks for memory that will be wanted soon, and does not wait for it. Any thread.
#pragma once

#include <cstddef>

namespace tailrace {

inline void fetch(const void* at, std::size_t size) {
  constexpr std::size_t kLine = 64;
  const char* bytes = static_cast<const char*>(at);
  for (std::size_t i = 0; i < size; i += kLine) __builtin_prefetch(bytes + i, 1);
}

}  // namespace tailrace
