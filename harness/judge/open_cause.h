// SPDX-License-Identifier: Apache-2.0
// Why response streams stayed open behind their final message: what those that did have in common,
// and what those of the same history that ended have not. Pure.
#pragma once

#include <vector>

#include "harness/judge/law.h"

namespace tailrace {

// `open`: event streams of POSTs that carried their final message, not empty.
Reason cause_of_open_streams(const Timeline& timeline, const std::vector<const Exchange*>& open);

}  // namespace tailrace
