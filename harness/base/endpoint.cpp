// SPDX-License-Identifier: Apache-2.0
#include "harness/base/endpoint.h"

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <winsock2.h>
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#endif

#include <algorithm>
#include <charconv>

namespace tailrace {
namespace {

constexpr std::size_t kV4Offset = 12;  // An IPv4-mapped address ends in the four IPv4 bytes.

}  // namespace

bool Endpoint::is_v4() const {
  const bool zeros = std::all_of(address.begin(), address.begin() + 10, [](auto b) { return !b; });
  return zeros && address[10] == 0xff && address[11] == 0xff;
}

bool Endpoint::is_loopback() const {
  if (is_v4()) return address[kV4Offset] == 127;
  return std::all_of(address.begin(), address.end() - 1, [](auto b) { return !b; }) &&
         address[15] == 1;
}

std::string Endpoint::text() const {
  char name[INET6_ADDRSTRLEN];
  if (is_v4()) {
    inet_ntop(AF_INET, address.data() + kV4Offset, name, sizeof name);
    return std::string(name) + ":" + std::to_string(port);
  }
  inet_ntop(AF_INET6, address.data(), name, sizeof name);
  return "[" + std::string(name) + "]:" + std::to_string(port);
}

Endpoint v4_endpoint(std::array<std::uint8_t, 4> address, std::uint16_t port) {
  Endpoint endpoint;
  endpoint.address[10] = endpoint.address[11] = 0xff;
  std::copy(address.begin(), address.end(), endpoint.address.begin() + kV4Offset);
  endpoint.port = port;
  return endpoint;
}

Result<Endpoint> parse_endpoint(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return trouble("no port in address '" + text + "'");
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, bad] = std::from_chars(text.data() + colon + 1, end, port);
  std::string host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  Endpoint endpoint;
  std::array<std::uint8_t, 4> v4{};
  const bool port_is_good = bad == std::errc() && stop == end;
  if (port_is_good && bracketed &&
      inet_pton(AF_INET6, host.c_str(), endpoint.address.data()) == 1) {
    endpoint.port = port;
    return endpoint;
  }
  if (port_is_good && !bracketed && inet_pton(AF_INET, host.c_str(), v4.data()) == 1) {
    return v4_endpoint(v4, port);
  }
  return trouble("'" + text + "' is not an address and a port");
}

}  // namespace tailrace
