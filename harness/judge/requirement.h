// SPDX-License-Identifier: Apache-2.0
// Requirement: the name of a row of the catalogue; Rule: the rows that say the same thing in
// different revisions. Compile-time constants; the catalogue says level, binder and source.
#pragma once

#include <span>
#include <string_view>

namespace tailrace {

struct Requirement {
  std::string_view id;  // "SH-CLOSE-02"
};

using Rule = std::span<const Requirement>;

}  // namespace tailrace
