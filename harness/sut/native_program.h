// SPDX-License-Identifier: Apache-2.0
// Whether a program frees its memory itself, so that what stays is kept: told by marks that its
// compiler left in it. Plain reads of /proc and of the program's file: any thread.
#pragma once

#include <sys/types.h>

#include <string_view>

namespace tailrace {

// Compiled from Rust, or from C++ against a shared library of it, and no runtime with a collector
// is in its file or mapped into the process. False also where that cannot be told.
bool is_native(pid_t pid);

// The same of a program's bytes and of the text of /proc/PID/maps.
bool is_native_program(std::string_view program, std::string_view maps);

}  // namespace tailrace
