// SPDX-License-Identifier: Apache-2.0
// What is harm: damage that is shown in a run and fails it whatever the specification says, told
// for `explain`. Constant data, any thread.
#pragma once

#include <span>
#include <string_view>

namespace tailrace {

struct Harm {
  std::string_view id;    // "harm.stalls"
  std::string_view what;  // A paragraph: what it is, from which number on, what is spared.
};

std::span<const Harm> harms();

}  // namespace tailrace
