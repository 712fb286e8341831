// SPDX-License-Identifier: Apache-2.0
// HttpSink: what an HttpParser tells, on the thread that feeds it. Offsets count the bytes of one
// direction of a connection from its start, so that packets can be found again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/wire/http_head.h"
#include "harness/wire/plain_head.h"
#include "harness/wire/span.h"

namespace tailrace {

class HttpSink {
 public:
  virtual ~HttpSink() = default;
  // Start line to blank line. Each interim response (1xx) is a message of its own.
  virtual void on_head(const HttpHead& head, Span span) = 0;
  // Who answers true is told plain heads by on_plain_head() instead, without a copy of any field.
  virtual bool takes_plain_heads() const { return false; }
  virtual void on_plain_head(const PlainHead& /*head*/, Span /*span*/) {}
  // A piece of the body as it came, without chunk framing; never empty. `data` is only lent.
  virtual void on_body(std::string_view data, Span span) = 0;
  // `offset` is just past the message, its last chunk and trailers included.
  virtual void on_end(std::uint64_t offset) = 0;
  // No message from here on: what follows is swallowed. At most once.
  virtual void on_malformed(const std::string& why, std::uint64_t offset) = 0;
  // The direction ended inside a message.
  virtual void on_cut(std::uint64_t offset) = 0;
  // Suspicious framing after the head (the head carries its own oddities).
  virtual void on_oddity(const std::string& /*what*/, std::uint64_t /*offset*/) {}
};

}  // namespace tailrace
