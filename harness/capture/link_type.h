// SPDX-License-Identifier: Apache-2.0
// libpcap's link types as ours. Pure. Private to `capture`.
#pragma once

#include "harness/flow/packet.h"

namespace tailrace {

LinkType link_type_of(int dlt);  // DLT_...

}  // namespace tailrace
