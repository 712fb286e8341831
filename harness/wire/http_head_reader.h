// SPDX-License-Identifier: Apache-2.0
// HeadReader: lines into an HttpHead (RFC 9112, 3 to 5). Give each to one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/wire/http_head.h"

namespace tailrace {

// Why a message is malformed; none where it is not.
using Complaint = std::optional<std::string>;

class HeadReader {
 public:
  explicit HeadReader(HttpRole role) : role_(role) {}

  // A line without its LF.
  Complaint take_line(std::string_view line);
  bool begun() const { return begun_; }        // The start line has been seen.
  bool complete() const { return complete_; }  // The blank line has been seen.
  HttpHead take();                             // Leaves the reader ready for the next head.

  // Where the start of a start line shows that it is none: so noise is found before any LF.
  std::optional<std::size_t> implausible_at(std::string_view partial_start_line) const;

 private:
  Complaint take_start_line(std::string_view line);
  Complaint take_request_line(std::string_view line);
  Complaint take_status_line(std::string_view line);
  Complaint take_header(std::string_view line);
  Complaint fold(std::string_view line);

  HttpRole role_;
  bool begun_ = false;
  bool complete_ = false;
  HttpHead head_;
};

// Fills in framing and content_length (RFC 9112, 6.3). `answers_head`: the response answers HEAD.
Complaint settle_framing(HttpRole role, bool answers_head, HttpHead& head);

// Nothing but digits, of 64 bits.
std::optional<std::uint64_t> content_length_of(std::string_view text);
// Whatever else the head of the response says: 1xx, 204, 304.
bool never_has_a_body(int status);

bool is_token(std::string_view text);  // RFC 9110, 5.6.2; not empty.
// How many characters of a token stand at the front.
std::size_t token_at_front(std::string_view text);

}  // namespace tailrace
