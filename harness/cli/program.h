// SPDX-License-Identifier: Apache-2.0
// Program: runs the built `tailrace` as a user does, for tests only. One thread.
#pragma once

#include <string>
#include <vector>

namespace tailrace {

struct Ran {
  int status = -1;  // Exit status; 128 + signal when it was ended by one.
  std::string out, err;
};

// Runs `command` by the shell, in a folder of its own that is gone when the test ends.
class Workshop {
 public:
  Workshop();
  ~Workshop();
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;

  // {tailrace}, {server}, {client} and {folder} stand for the built programs and the folder.
  Ran run(std::string command) const;
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  static std::string read(const std::string& path);
  static void write(const std::string& path, const std::string& text);
  // All files below a folder.
  static std::vector<std::string> files_below(const std::string& folder);

 private:
  std::string folder_;
};

}  // namespace tailrace
