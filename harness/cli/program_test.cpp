// SPDX-License-Identifier: Apache-2.0
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "harness/cli/program.h"

namespace tailrace {
namespace {

namespace fs = std::filesystem;

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

}  // namespace

Workshop::Workshop() {
  std::string name = (fs::temp_directory_path() / "tailrace-test.XXXXXX").string();
  folder_ = ::mkdtemp(name.data());
}

Workshop::~Workshop() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

Ran Workshop::run(std::string command) const {
  const std::string build = TAILRACE_BINARY_DIR;
  command = replaced(std::move(command), "{tailrace}", build + "/tailrace");
  command = replaced(std::move(command), "{server}", build + "/reference_server");
  command = replaced(std::move(command), "{client}", build + "/reference_client");
  command = replaced(std::move(command), "{folder}", folder_);
  const std::string out = path("stdout"), err = path("stderr");
  const int status =
      std::system(("cd " + folder_ + " && (" + command + ") >" + out + " 2>" + err).c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read(out), read(err)};
}

std::string Workshop::read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void Workshop::write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::vector<std::string> Workshop::files_below(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path().string());
  }
  return files;
}

}  // namespace tailrace
