// SPDX-License-Identifier: Apache-2.0
// For the tests: TCP packets made by hand, between a client on port 40000 and a server on port 80.
#pragma once

#include <optional>
#include <string>

#include "harness/flow/packet.h"

namespace tailrace {

struct MadeSegment {
  Side from = Side::kClient;
  std::uint32_t seq = 0, ack = 0;
  bool syn = false, fin = false, rst = false, ack_flag = true;
  bool psh = true;  // On data: each segment ends a write.
  std::uint16_t window = 20'000, ip_id = 0, mss = 0;
  std::optional<std::uint32_t> ts_value, ts_echo;  // Both or none.
  std::string payload;
  std::uint16_t client_port = 40000, server_port = 80;
};

inline std::string big_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    text += static_cast<char>(value >> shift & 0xff);
  }
  return text;
}

inline std::string tcp_of(const MadeSegment& made) {
  const bool by_client = made.from == Side::kClient;
  std::string options;
  if (made.mss != 0) options += "\x02\x04" + big_endian(made.mss, 2);
  if (made.ts_value) {
    options += "\x01\x01\x08\x0a" + big_endian(*made.ts_value, 4) +
               big_endian(made.ts_echo.value_or(0), 4);
  }
  const unsigned flags = made.fin * 1U + made.syn * 2U + made.rst * 4U +
                         (made.psh && !made.payload.empty()) * 8U + made.ack_flag * 16U;
  return big_endian(by_client ? made.client_port : made.server_port, 2) +
         big_endian(by_client ? made.server_port : made.client_port, 2) + big_endian(made.seq, 4) +
         big_endian(made.ack, 4) + big_endian((20 + options.size()) / 4 << 4, 1) +
         big_endian(flags, 1) + big_endian(made.window, 2) + std::string(4, '\0') + options +
         made.payload;
}

inline std::string ipv4_of(const MadeSegment& made) {
  const std::string tcp = tcp_of(made);
  const std::string client("\x0a\x00\x00\x01", 4), server("\x0a\x00\x00\x02", 4);
  const bool by_client = made.from == Side::kClient;
  return std::string("\x45\x00", 2) + big_endian(20 + tcp.size(), 2) + big_endian(made.ip_id, 2) +
         std::string("\x40\x00\x40\x06\x00\x00", 6) + (by_client ? client : server) +
         (by_client ? server : client) + tcp;
}

// `extensions` stand before TCP; `first` is the type of the first of them.
inline std::string ipv6_of(const MadeSegment& made, const std::string& extensions = {},
                           int first = 6) {
  const std::string tcp = tcp_of(made);
  const std::string prefix = "\xfd" + std::string(14, '\0');
  const bool by_client = made.from == Side::kClient;
  return std::string("\x60\x00\x00\x00", 4) + big_endian(extensions.size() + tcp.size(), 2) +
         big_endian(static_cast<unsigned>(first), 1) + "\x40" + prefix +
         (by_client ? "\x01" : "\x02") + prefix + (by_client ? "\x02" : "\x01") + extensions + tcp;
}

inline Packet packet_of(const std::string& bytes, LinkType link, RealTime time = {},
                        FrameNumber frame = {1}) {
  const auto length = static_cast<std::uint32_t>(bytes.size());
  return {time, frame, link, length, std::as_bytes(std::span(bytes.data(), bytes.size()))};
}

}  // namespace tailrace
