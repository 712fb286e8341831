// SPDX-License-Identifier: Apache-2.0
// What the HTML reports look like, and the little script that filters and folds. Constants.
#pragma once

#include <string>
#include <string_view>

namespace tailrace {

// From the doctype to the opened body; `title` is escaped already.
std::string html_head(std::string_view title);
// The script element; its hash stands in the head's policy, so no other script can run.
std::string_view html_script();

}  // namespace tailrace
