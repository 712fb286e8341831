// SPDX-License-Identifier: Apache-2.0
// libpcap's link types as ours. Pure. Private to `capture`.
#pragma once

#include "harness/flow/packet.h"

namespace tailrace {

LinkType link_type_of(int dlt);  // DLT_...
// As files have it: of all those that we know, libpcap numbers only raw IP differently.
std::uint32_t link_number_of(int dlt);

}  // namespace tailrace
