// SPDX-License-Identifier: Apache-2.0
// Endpoint: an IP address and a port, IPv4 kept as IPv4-mapped IPv6 (RFC 4291, 2.5.5.2), so that
// one type keys every connection. Values only, any thread.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <string>

#include "harness/base/result.h"

namespace tailrace {

struct Endpoint {
  std::array<std::uint8_t, 16> address{};
  std::uint16_t port = 0;
  auto operator<=>(const Endpoint&) const = default;
  // Asked at each packet: the default calls the library for the address.
  bool operator==(const Endpoint& other) const {
    std::uint64_t mine[2], theirs[2];
    std::memcpy(mine, address.data(), sizeof mine);
    std::memcpy(theirs, other.address.data(), sizeof theirs);
    return ((mine[0] ^ theirs[0]) | (mine[1] ^ theirs[1])) == 0 && port == other.port;
  }

  bool is_v4() const;
  bool is_loopback() const;
  std::string text() const;  // "127.0.0.1:80", "[::1]:80"
};

Endpoint v4_endpoint(std::array<std::uint8_t, 4> address, std::uint16_t port);
// Reads what text() writes. Error: names the text.
Result<Endpoint> parse_endpoint(const std::string& text);

}  // namespace tailrace
