// SPDX-License-Identifier: Apache-2.0
// What a user names in place of what a command takes, where no doubt is left. They look at files.
#pragma once

#include <string>

namespace tailrace {

// The run's folder, of a path to its results.json.
std::string folder_named_by(const std::string& path);
// The capture, of a run's folder that holds one.
std::string capture_named_by(const std::string& path);

}  // namespace tailrace
