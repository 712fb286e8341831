// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/network_header.h"

namespace tailrace {
namespace {

// 802.1Q, 802.1ad, and what switches wrote for the latter before that.
constexpr std::uint16_t kTypeVlan = 0x8100, kTypeQinQ = 0x88a8, kTypeOldQinQ = 0x9100;

bool is_tag(std::uint16_t type) {
  return type == kTypeVlan || type == kTypeQinQ || type == kTypeOldQinQ;
}

NetworkHeader past_vlans(PacketBytes& bytes, std::size_t type_at) {
  std::uint16_t type = bytes.u16(type_at);
  while (is_tag(type) && !bytes.is_short()) {
    type_at += 4;
    type = bytes.u16(type_at);
  }
  return {type_at + 2, type};
}

}  // namespace

NetworkHeader find_network_header(PacketBytes& bytes, LinkType link) {
  const auto by_version = [&](std::size_t at) {
    const int version = bytes.u8(at) >> 4;
    return NetworkHeader{at, version == 4   ? kTypeIpv4
                             : version == 6 ? kTypeIpv6
                                            : std::uint16_t{0}};
  };
  switch (link) {
    case LinkType::kEthernet:
      return past_vlans(bytes, 12);
    case LinkType::kLinuxSll:
      return past_vlans(bytes, 14);
    case LinkType::kLinuxSll2: {
      const std::uint16_t type = bytes.u16(0);
      // The header is 20 bytes long; VLAN tags follow it.
      if (!is_tag(type)) return {20, type};
      return past_vlans(bytes, 22);
    }
    case LinkType::kRaw:
      return by_version(0);
    case LinkType::kNull:
      return by_version(4);  // After the address family, in host order.
    case LinkType::kOther:
      break;
  }
  return {};
}

}  // namespace tailrace
