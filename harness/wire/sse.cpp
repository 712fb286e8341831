// SPDX-License-Identifier: Apache-2.0
#include "harness/wire/sse.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "harness/base/assert.h"
#include "harness/wire/byte_block.h"

namespace tailrace {
namespace {

constexpr std::string_view kMark = "\xEF\xBB\xBF";
constexpr std::size_t kMarkDone = kMark.size();
// Above any line but answers of megabytes, which their event and their message hold too.
constexpr std::size_t kLineKept = 256U << 10;

std::optional<std::uint64_t> read_retry(std::string_view value) {
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  if (value.empty()) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : value) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    number = number > (kMost - digit) / 10 ? kMost : number * 10 + digit;
  }
  return number;
}

// Finds line ends in one pass: looking for CR only up to the next LF, and for that once, keeps the
// work linear whichever of the two a stream uses.
class LineEnds {
 public:
  explicit LineEnds(std::string_view bytes) : bytes_(bytes) {}

  std::size_t next(std::size_t at) {  // Size of `bytes` where no line ends.
    if (at >= past_lf_) {
      lf_ = std::min(bytes_.find('\n', at), bytes_.size());
      past_lf_ = lf_ + 1;
    }
    const auto cr = bytes_.substr(at, lf_ - at).find('\r');
    return cr == bytes_.npos ? lf_ : at + cr;
  }

 private:
  std::string_view bytes_;
  std::size_t lf_ = 0;
  std::size_t past_lf_ = 0;
};

}  // namespace

void SseParser::feed(std::string_view bytes, SseSink& sink) {
  TAILRACE_ASSERT(!finished_);
  take_lines(strip_mark(bytes, sink), sink);
}

std::optional<std::string_view> SseParser::take_plain_event(std::string_view& bytes) {
  const bool at_rest = !after_cr_ && !skipping_ && !block_open_ && line_.empty() &&
                       (mark_matched_ == kMarkDone || mark_matched_ == 0);
  if (!at_rest || bytes.empty() || bytes.front() == kMark.front()) return std::nullopt;
  std::optional<std::string_view> data, id;
  std::size_t at = 0;
  for (;;) {
    const auto lf = bytes.find('\n', at);
    if (lf == bytes.npos) return std::nullopt;
    std::string_view line = bytes.substr(at, lf - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t begin = std::exchange(at, lf + 1);
    if (line.empty() && begin == 0) return std::nullopt;
    if (line.empty()) break;
    if (line.size() >= limit_ || line.find('\r') != line.npos) return std::nullopt;
    const auto colon = line.find(':');
    if (colon == 0) return std::nullopt;
    std::string_view value = colon == line.npos ? "" : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    const std::string_view name = line.substr(0, colon);
    if (is_text(name, "data") && std::exchange(data, value)) return std::nullopt;
    if (is_text(name, "id") && value.find('\0') == value.npos) id = value;
  }
  mark_matched_ = kMarkDone;
  offset_ += at;
  line_begin_ = offset_;
  if (id) last_event_id_ = *id;
  bytes.remove_prefix(at);
  return data.value_or("");
}

std::string_view SseParser::strip_mark(std::string_view bytes, SseSink& sink) {
  while (mark_matched_ < kMarkDone && !bytes.empty()) {
    if (bytes.front() != kMark[mark_matched_]) {
      const auto matched = kMark.substr(0, std::exchange(mark_matched_, kMarkDone));
      offset_ = 0;
      take_lines(matched, sink);
      break;
    }
    bytes.remove_prefix(1);
    offset_ = ++mark_matched_;
    if (mark_matched_ == kMarkDone) line_begin_ = offset_;
  }
  return bytes;
}

void SseParser::take_lines(std::string_view bytes, SseSink& sink) {
  LineEnds ends(bytes);
  const std::uint64_t base = offset_;
  for (std::size_t at = 0; at < bytes.size();) {
    if (std::exchange(after_cr_, false) && bytes[at] == '\n') {
      offset_ = line_begin_ = base + ++at;
      continue;
    }
    const std::size_t end = ends.next(at);
    const std::string_view piece = bytes.substr(at, end - at);
    if (end == bytes.size()) {
      offset_ = base + end;
      add_to_line(piece, sink);
      return;
    }
    offset_ = base + end + 1;
    end_line(piece, sink);
    after_cr_ = bytes[end] == '\r';
    line_begin_ = offset_;
    at = end + 1;
  }
}

void SseParser::add_to_line(std::string_view piece, SseSink& sink) {
  if (!skipping_ && piece.size() > limit_ - line_.size()) {
    give_up_block(fmt::format("a line above {} bytes", limit_), line_begin_ + limit_ + 1, sink);
  }
  if (skipping_) {
    skipped_line_is_empty_ = skipped_line_is_empty_ && piece.empty();
  } else {
    line_ += piece;
  }
}

void SseParser::end_line(std::string_view tail, SseSink& sink) {
  if (!skipping_ && line_.empty() && tail.size() <= limit_) {
    take_line(tail, sink);
    return;
  }
  add_to_line(tail, sink);
  if (skipping_) {
    if (std::exchange(skipped_line_is_empty_, true)) skipping_ = false;
    return;
  }
  take_line(line_, sink);
  line_.clear();
  if (line_.capacity() > kLineKept) std::string().swap(line_);
}

void SseParser::take_line(std::string_view line, SseSink& sink) {
  if (line.empty()) {
    end_block(sink);
  } else if (line.front() == ':') {
    sink.on_comment({std::string(line.substr(1)), line_begin_, offset_});
  } else {
    if (!std::exchange(block_open_, true)) event_.begin = line_begin_;
    const auto colon = line.find(':');
    std::string_view value = colon == line.npos ? "" : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    take_field(line.substr(0, colon), value, sink);
  }
}

void SseParser::take_field(std::string_view name, std::string_view value, SseSink& sink) {
  if (name == "data") {
    if (value.size() + 1 > limit_ - event_.data.size()) {
      give_up_block(fmt::format("an event above {} bytes", limit_), offset_, sink);
      return;
    }
    // Most events have one line: no more than it takes is held.
    if (event_.data.empty()) event_.data.reserve(value.size() + 1);
    event_.data += value;
    event_.data += '\n';
    event_.dispatched = true;
  } else if (name == "event") {
    event_.type = value.empty() ? "message" : value;
  } else if (name == "id") {
    if (value.find('\0') == value.npos) event_.id = value;
  } else if (name == "retry") {
    if (const auto milliseconds = read_retry(value)) event_.retry_ms = milliseconds;
  }
}

void SseParser::end_block(SseSink& sink) {
  if (!std::exchange(block_open_, false)) return;
  SseEvent event = std::exchange(event_, SseEvent());
  if (event.dispatched) event.data.pop_back();
  if (event.id) last_event_id_ = *event.id;
  event.end = offset_;
  sink.on_event(std::move(event));
}

void SseParser::give_up_block(std::string why, std::uint64_t at, SseSink& sink) {
  const std::uint64_t begin = std::exchange(block_open_, false) ? event_.begin : line_begin_;
  event_ = SseEvent();
  line_ = std::string();
  skipping_ = true;
  sink.on_malformed({std::move(why), begin, at});
}

void SseParser::finish(SseSink& sink) {
  TAILRACE_ASSERT(!finished_);
  if (mark_matched_ < kMarkDone) {
    line_ = kMark.substr(0, std::exchange(mark_matched_, kMarkDone));
  }
  finished_ = true;
  if (skipping_ || (line_.empty() && !block_open_)) return;
  SseUnfinished left;
  left.begin = block_open_ ? event_.begin : line_begin_;
  left.end = offset_;
  left.partial_line = std::move(line_);
  left.event = std::move(event_);
  if (std::exchange(left.event.dispatched, false)) left.event.data.pop_back();
  left.event.begin = left.begin;
  left.event.end = left.end;
  sink.on_unfinished(std::move(left));
}

}  // namespace tailrace
