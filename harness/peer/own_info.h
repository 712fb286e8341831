// SPDX-License-Identifier: Apache-2.0
// How our scripted peers introduce themselves. Pure, any thread.
#pragma once

#include "harness/wire/json.h"

namespace tailrace {

Json own_info();

}  // namespace tailrace
