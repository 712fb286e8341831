// SPDX-License-Identifier: Apache-2.0
// Link types of capture files (LINKTYPE_...) as ours. Pure. Private to `capture`.
#pragma once

#include "harness/flow/packet.h"

namespace tailrace {

LinkType link_type_of(std::uint32_t number);

}  // namespace tailrace
