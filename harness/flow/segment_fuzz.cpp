// SPDX-License-Identifier: Apache-2.0
// Fuzz target: one packet, by the link type that its first byte chooses, to a TCP segment, and as a
// fragment. It is also the target in which an out-of-bounds read is planted (ci/cmake/fuzz.cmake).
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "harness/flow/fragments.h"
#include "harness/flow/segment.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tailrace;
  if (size == 0) return 0;
  const std::vector<std::byte> bytes(reinterpret_cast<const std::byte*>(data) + 1,
                                     reinterpret_cast<const std::byte*>(data) + size);
  Packet packet;
  packet.frame = {1};
  packet.link = static_cast<LinkType>(data[0] % 6);
  packet.original_length = static_cast<std::uint32_t>(bytes.size());
  packet.bytes = bytes;
  const auto segment = decode_segment(packet);
  if (segment && segment->header_bytes > bytes.size()) std::abort();
  (void)Fragments().take(packet);
  return 0;
}
