// SPDX-License-Identifier: Apache-2.0
// Ids of things in one run, as distinct types: a stream is not a connection. Values, any thread.
#pragma once

#include <compare>
#include <cstdint>

namespace tailrace {

template <class Tag>
struct Id {
  std::uint32_t value = 0;  // Counts from 1 within its History; 0 is "none".
  auto operator<=>(const Id&) const = default;
  explicit operator bool() const { return value != 0; }
};

using ConnectionId = Id<struct ConnectionTag>;  // One TCP connection.
using StreamId = Id<struct StreamTag>;          // One HTTP request and its response.
using FrameNumber = Id<struct FrameTag>;        // Position in a capture file, from 1.

enum class Side : std::uint8_t {
  kClient,
  kServer
};  // Client: the side that opened the connection.

constexpr Side other(Side side) {
  return side == Side::kClient ? Side::kServer : Side::kClient;
}
constexpr const char* name_of(Side side) {
  return side == Side::kClient ? "client" : "server";
}

}  // namespace tailrace
