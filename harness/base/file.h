// SPDX-License-Identifier: Apache-2.0
// Files by descriptor, as everything here opens them: their bytes as they are, and no program that
// is started inherits one. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/base/result.h"

namespace tailrace {

enum class Creation : std::uint8_t {
  kEmpty,  // What was there is gone.
  kNew,    // Nothing may be there; each write goes to the end.
  kAppend
};

// A descriptor, or -1 with the reason in errno.
int open_to_read(const std::string& path);
int open_to_write(const std::string& path, Creation creation);
// All bytes of a file. Error: it cannot be read, as a folder cannot.
Result<std::string> read_whole(const std::string& path);
// 0, or the errno of a write that failed; partial writes are carried on.
int write_whole(int file, std::string_view bytes);
// The file holds these bytes, or what it held: they are written beside it, and it is renamed. What
// is no plain file is written to.
Status replace_whole(const std::string& path, std::string_view bytes);

}  // namespace tailrace
