// SPDX-License-Identifier: Apache-2.0
// Rewrites a run's folder without secrets: headers that carry them, what the user names, payloads
// of captures. One thread, nobody else in the folder.
#pragma once

#include <string>
#include <vector>

#include "harness/base/result.h"

namespace tailrace {

// What was done. One place may be told of in another file too, as evidence is in results.json.
struct Redacted {
  std::size_t histories = 0;
  std::size_t captures = 0, packets = 0;  // Those that lost their bytes.
  std::vector<std::size_t> places;        // Of each secret
};

// Files are replaced one by one, each at once. Error: names the file; those before it are done.
Result<Redacted> redact_folder(const std::string& folder, const std::vector<std::string>& secrets);

}  // namespace tailrace
