// SPDX-License-Identifier: Apache-2.0
// Span: where something stood in a stream of bytes. Values only, any thread.
#pragma once

#include <cstdint>

namespace tailrace {

struct Span {
  std::uint64_t begin = 0;  // Offset of the first byte, from the start of the stream.
  std::uint64_t end = 0;    // Offset just past the last byte.
  bool operator==(const Span&) const = default;
};

}  // namespace tailrace
