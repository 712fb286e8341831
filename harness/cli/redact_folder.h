// SPDX-License-Identifier: Apache-2.0
// Rewrites a run's folder without secrets: headers that carry them, what the user names, payloads
// of captures. One thread, nobody else in the folder.
#pragma once

#include <string>
#include <vector>

#include "harness/base/result.h"

namespace tailrace {

// Files are replaced one by one, each at once. Error: names the file; those before it are done.
Status redact_folder(const std::string& folder, const std::vector<std::string>& secrets);

}  // namespace tailrace
