// SPDX-License-Identifier: Apache-2.0
// PlainHead: a head that stands in one piece and raises no question, read where it stands. For who
// reads millions of messages and few of their fields. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "harness/wire/http_head.h"

namespace tailrace {

struct PlainHead {
  std::size_t size = 0;     // Up to and with the blank line.
  std::string_view method;  // Requests only.
  int status = 0;           // Responses only.
  std::string_view content_type;
  bool is_chunked = false;
  std::optional<std::uint64_t> content_length;
  bool is_interim() const { return status / 100 == 1; }
};

// The head at the front of `bytes`. None: not all of it is there, or a HeadReader has to decide
// (Expect, Content-Encoding, odd line ends, framing told twice ...). What is read here, it would
// read the same way.
std::optional<PlainHead> read_plain_head(HttpRole role, std::string_view bytes, std::size_t limit);

HttpFraming framing_of(const PlainHead& head, HttpRole role, bool answers_head);

}  // namespace tailrace
