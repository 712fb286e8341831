// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/named_paths.h"

#include <filesystem>

namespace tailrace {

namespace fs = std::filesystem;

std::string folder_named_by(const std::string& path) {
  std::error_code failure;
  const fs::path named(path);
  if (named.filename() != "results.json" || !fs::is_regular_file(named, failure)) return path;
  return named.has_parent_path() ? named.parent_path().string() : ".";
}

std::string capture_named_by(const std::string& path) {
  std::error_code failure;
  const fs::path inside = fs::path(path) / "capture.pcap";
  return fs::is_regular_file(inside, failure) ? inside.string() : path;
}

}  // namespace tailrace
