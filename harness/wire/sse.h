// SPDX-License-Identifier: Apache-2.0
// SseParser: an event stream (WHATWG HTML, 9.2.5 and 9.2.6) as events, comments and leftovers.
// Give each parser to one thread at a time; it calls the sink on the thread that feeds it.
//
// Text is not decoded: invalid UTF-8 stays as it was sent, as evidence. Offsets count the bytes
// of the body as fed, a byte order mark included. How the bytes are cut into feeds changes nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tailrace {

// One block of field lines. A line ends at its CR or LF; the LF of a CRLF lies past `end`, so that
// an event counts from its CR on, as the standard has it.
struct SseEvent {
  std::string type = "message";           // `event`; "message" where the field is absent or empty.
  std::string data;                       // `data` lines joined by LF.
  std::optional<std::string> id;          // The `id` field of this block, where it had a valid one.
  std::optional<std::uint64_t> retry_ms;  // `retry`, saturated at the largest value.
  bool dispatched = false;                // It had a `data` line, so a client gets to see it.
  std::uint64_t begin = 0;                // First byte of its first field line.
  std::uint64_t end = 0;                  // Just past the blank line that ended it.
  bool operator==(const SseEvent&) const = default;

  // An id to resume from and nothing to read (MCP 2025-11-25, Streamable HTTP).
  bool is_priming() const { return id && !id->empty() && data.empty(); }
};

struct SseComment {
  std::string text;  // Without the colon.
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool operator==(const SseComment&) const = default;
};

// What the end of the body left over: a client drops it.
struct SseUnfinished {
  SseEvent event;            // The fields of complete lines; dispatched is false.
  std::string partial_line;  // The line that never ended.
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool operator==(const SseUnfinished&) const = default;
};

// A line or a block above the limit: dropped, up to the next blank line.
struct SseMalformed {
  std::string why;
  std::uint64_t begin = 0;  // First byte of the block.
  std::uint64_t end = 0;    // Where the limit was passed.
  bool operator==(const SseMalformed&) const = default;
};

class SseSink {
 public:
  virtual ~SseSink() = default;
  virtual void on_event(SseEvent event) = 0;
  virtual void on_comment(SseComment comment) = 0;
  virtual void on_unfinished(SseUnfinished unfinished) = 0;
  virtual void on_malformed(SseMalformed malformed) = 0;
};

// Above any answer a suite of this kind provokes, below what hurts.
inline constexpr std::size_t kSseLimit = std::size_t{16} << 20;

class SseParser {
 public:
  // `limit` bounds, in bytes, a line and the data of one event.
  explicit SseParser(std::size_t limit = kSseLimit) : limit_(limit) {}

  void feed(std::string_view bytes, SseSink& sink);
  // The data of the event at the front of `bytes`, read where it stands, and takes it off them.
  // None: not all of it is there, or it is not that simple, and feed() has to read on.
  std::optional<std::string_view> take_plain_event(std::string_view& bytes);
  void finish(SseSink& sink);  // The body ended. Nothing may be fed after it.

  // The id a client would resume from now; "" where there is none.
  const std::string& last_event_id() const { return last_event_id_; }  // Of the event told last.
  std::uint64_t offset() const { return offset_; }  // Bytes fed so far.

 private:
  std::string_view strip_mark(std::string_view bytes, SseSink& sink);
  void take_lines(std::string_view bytes, SseSink& sink);
  void add_to_line(std::string_view piece, SseSink& sink);
  void end_line(std::string_view tail, SseSink& sink);
  void take_line(std::string_view line, SseSink& sink);
  void take_field(std::string_view name, std::string_view value, SseSink& sink);
  void end_block(SseSink& sink);
  void give_up_block(std::string why, std::uint64_t at, SseSink& sink);

  std::size_t limit_;
  std::uint64_t offset_ = 0;      // Of the next byte to look at.
  std::uint64_t line_begin_ = 0;  // Of the line that is being read.
  std::size_t mark_matched_ = 0;  // Bytes of the byte order mark seen, or kMarkDone.
  bool after_cr_ = false;         // An LF that comes now belongs to the line end before it.
  bool skipping_ = false;         // A block above the limit is being dropped.
  bool skipped_line_is_empty_ = true;
  bool block_open_ = false;  // A field line was seen since the last blank line.
  bool finished_ = false;
  std::string line_;  // Start of a line whose end was not fed yet.
  SseEvent event_;    // data ends in LF after each line, as in the standard.
  std::string last_event_id_;
};

}  // namespace tailrace
