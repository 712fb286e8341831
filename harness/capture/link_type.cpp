// SPDX-License-Identifier: Apache-2.0
#include "harness/capture/link_type.h"

namespace tailrace {
namespace {

constexpr std::uint32_t kNull = 0, kEthernet = 1, kRaw = 101, kLoop = 108, kLinuxSll = 113,
                        kIpv4 = 228, kIpv6 = 229, kLinuxSll2 = 276;
constexpr std::uint32_t kRawOfLinux = 12;  // Its own number inside; some writers let it out.

}  // namespace

LinkType link_type_of(std::uint32_t number) {
  switch (number) {
    case kEthernet:
      return LinkType::kEthernet;
    case kLinuxSll:
      return LinkType::kLinuxSll;
    case kLinuxSll2:
      return LinkType::kLinuxSll2;
    case kRaw:
    case kRawOfLinux:
    case kIpv4:
    case kIpv6:
      return LinkType::kRaw;
    case kNull:
    case kLoop:
      return LinkType::kNull;
    default:
      return LinkType::kOther;
  }
}

}  // namespace tailrace
