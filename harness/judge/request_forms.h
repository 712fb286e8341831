// SPDX-License-Identifier: Apache-2.0
// The same request may be written in several ways: headers' names in any case, a parameter in its
// Content-Type, a body in several segments. Pure.
#pragma once

#include <string_view>

#include "harness/judge/check.h"

namespace tailrace {

// Marks, before each such request, how it is written. What comes before the first is plain.
inline constexpr std::string_view kMarkForm = "request_form";
inline constexpr std::string_view kFormLowerCase = "names of headers in lower case";
inline constexpr std::string_view kFormCharset = "a charset in its Content-Type";
inline constexpr std::string_view kFormSegments = "a body in two segments";

// What is served in the plain form is served in every form (harm.request_refused).
Check requests_are_served_in_every_form();

}  // namespace tailrace
