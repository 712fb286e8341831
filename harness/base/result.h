// SPDX-License-Identifier: Apache-2.0
// Result: trouble of the environment as a value (a missing file, a refused socket, bad input).
// Misbehaviour of the implementation under test is evidence in the History and never comes here;
// a bug of ours is TAILRACE_ASSERT. Values only: any thread may hold its own.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace tailrace {

struct Error {
  std::string what;  // One sentence that names the place (file, line, address, option).
  int system = 0;    // errno of the failed call, 0 where there was none.
};

template <class T>
using Result = std::expected<T, Error>;
using Status = std::expected<void, Error>;

inline std::unexpected<Error> trouble(std::string what, int system = 0) {
  return std::unexpected(Error{std::move(what), system});
}

// "doing: strerror(system)", for failed system calls.
std::unexpected<Error> system_trouble(std::string doing, int system);

}  // namespace tailrace
