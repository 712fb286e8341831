// SPDX-License-Identifier: Apache-2.0
// How a process gives back what it no longer needs: told by marks that compilers and runtimes leave
// in programs. Plain reads of /proc and of the program's file: any thread.
#pragma once

#include <sys/types.h>

#include <string_view>

#include "harness/record/fact.h"

namespace tailrace {

// kLazy also where it cannot be told.
Collector collector_of(pid_t pid);

struct ProgramFacts {
  std::string_view path;         // As /proc/PID/exe has it.
  std::string_view bytes;        // Of the file.
  std::string_view maps;         // The text of /proc/PID/maps.
  std::string_view environment;  // The text of /proc/PID/environ.
};
Collector collector_of(const ProgramFacts& program);

}  // namespace tailrace
