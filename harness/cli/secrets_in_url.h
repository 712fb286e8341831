// SPDX-License-Identifier: Apache-2.0
// Which parts of a URL are secrets: many servers take their key in the query. Pure.
#pragma once

#include <string>
#include <vector>

#include "harness/wire/base_url.h"

namespace tailrace {

// Values of members that are named like keys and look like some, as they stand and decoded.
std::vector<std::string> secrets_in(const Url& url);

}  // namespace tailrace
