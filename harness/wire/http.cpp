// SPDX-License-Identifier: Apache-2.0
#include "harness/wire/http.h"

#include <algorithm>
#include <utility>

#include "harness/base/assert.h"

namespace tailrace {
namespace {

constexpr int kSwitchingProtocols = 101;

}  // namespace

void HttpParser::feed(std::string_view bytes, HttpSink& sink) {
  for (std::string_view rest = bytes; !rest.empty();) {
    switch (state_) {
      case State::kHead:
        if (!take_plain_head(rest, sink)) take_head_bytes(rest, sink);
        break;
      case State::kLength:
      case State::kUntilClose:
        take_body(rest, sink);
        break;
      case State::kChunked:
        take_chunked(rest, sink);
        break;
      case State::kSilent:
      case State::kLost:
        offset_ += rest.size();
        rest = {};
        break;
    }
  }
}

bool HttpParser::take_plain_head(std::string_view& rest, HttpSink& sink) {
  if (!sink.takes_plain_heads() || !between_messages() || area_begin_ != line_begin_) return false;
  const auto head = read_plain_head(role_, rest, kHttpHeadLimit);
  if (!head) return false;
  const bool has_no_body = answers_head(head->status);
  head_begin_ = line_begin_;
  offset_ += head->size;
  line_begin_ = offset_;
  if (!head->is_interim()) ++finals_begun_;
  sink.on_plain_head(*head, {head_begin_, offset_});
  rest.remove_prefix(head->size);
  begin_body(framing_of(*head, role_, has_no_body), head->content_length.value_or(0), head->status,
             sink);
  return true;
}

void HttpParser::take_head_bytes(std::string_view& rest, HttpSink& sink) {
  const auto used = static_cast<std::size_t>(line_begin_ - area_begin_);
  const std::size_t before = rest.size();
  const LineReader::Outcome outcome = lines_.take(rest, kHttpHeadLimit - used);
  if (outcome == LineReader::Outcome::kTooLong) {
    lose("a head above the limit", area_begin_ + kHttpHeadLimit, sink);
    return;
  }
  offset_ += before - rest.size();
  const bool whole = outcome == LineReader::Outcome::kLine;
  const std::string_view line = whole ? lines_.line() : lines_.partial();
  const auto bad = head_reader_.begun() ? std::nullopt : head_reader_.implausible_at(line);
  if (bad) {
    lose("bytes that begin no HTTP/1.x message", line_begin_ + *bad, sink);
  } else if (whole) {
    take_head_line(sink);
  }
}

void HttpParser::take_head_line(HttpSink& sink) {
  const bool had_begun = head_reader_.begun();
  if (const Complaint complaint = head_reader_.take_line(lines_.line())) {
    lose(*complaint, line_begin_, sink);
    return;
  }
  if (!had_begun) head_begin_ = line_begin_;
  line_begin_ = offset_;
  if (head_reader_.complete()) end_head(sink);
}

void HttpParser::end_head(HttpSink& sink) {
  HttpHead head = head_reader_.take();
  if (const Complaint complaint = settle_framing(role_, answers_head(head.status), head)) {
    lose(*complaint, head_begin_, sink);
    return;
  }
  if (!head.is_interim()) ++finals_begun_;
  sink.on_head(head, {head_begin_, offset_});
  begin_body(head.framing, head.content_length, head.status, sink);
}

bool HttpParser::answers_head(int status) {
  if (status / 100 == 1 || without_body_.empty()) return false;
  if (without_body_.front() != finals_begun_) return false;
  without_body_.pop_front();
  return true;
}

void HttpParser::begin_body(HttpFraming framing, std::uint64_t length, int status,
                            HttpSink& sink) {
  body_left_ = framing == HttpFraming::kContentLength ? length : 0;
  if (framing == HttpFraming::kChunked) {
    state_ = State::kChunked;
  } else if (framing == HttpFraming::kUntilClose) {
    state_ = State::kUntilClose;
  } else if (body_left_ > 0) {
    state_ = State::kLength;
  } else {
    state_ = status == kSwitchingProtocols ? State::kSilent : State::kHead;
    area_begin_ = line_begin_ = offset_;
    sink.on_end(offset_);
  }
}

void HttpParser::take_body(std::string_view& rest, HttpSink& sink) {
  std::size_t size = rest.size();
  if (state_ == State::kLength) {
    size = static_cast<std::size_t>(std::min<std::uint64_t>(body_left_, size));
    body_left_ -= size;
  }
  const std::uint64_t begin = std::exchange(offset_, offset_ + size);
  sink.on_body(rest.substr(0, size), {begin, offset_});
  rest.remove_prefix(size);
  if (state_ == State::kLength && body_left_ == 0) {
    state_ = State::kHead;
    area_begin_ = line_begin_ = offset_;
    sink.on_end(offset_);
  }
}

void HttpParser::take_chunked(std::string_view& rest, HttpSink& sink) {
  switch (chunks_.feed(rest, offset_, sink)) {
    case ChunkDecoder::Outcome::kMore:
      break;
    case ChunkDecoder::Outcome::kDone:
      state_ = State::kHead;
      area_begin_ = line_begin_ = offset_;
      sink.on_end(offset_);
      break;
    case ChunkDecoder::Outcome::kMalformed:
      lose(chunks_.why(), chunks_.malformed_at(), sink);
      break;
  }
}

void HttpParser::lose(const std::string& why, std::uint64_t at, HttpSink& sink) {
  state_ = State::kLost;
  lost_at_ = at;
  head_reader_.take();
  lines_ = LineReader();
  sink.on_malformed(why, at);
}

void HttpParser::finish(HttpSink& sink) {
  if (state_ != State::kUntilClose) {
    cut(sink);
    return;
  }
  state_ = State::kSilent;
  sink.on_end(offset_);
}

void HttpParser::cut(HttpSink& sink) {
  const bool inside = state_ != State::kLost && state_ != State::kSilent && !between_messages();
  if (!is_lost()) state_ = State::kSilent;
  if (inside) sink.on_cut(offset_);
}

bool HttpParser::between_messages() const {
  return state_ == State::kHead && !head_reader_.begun() && offset_ == line_begin_;
}

void HttpParser::answer_has_no_body(std::uint64_t nth) {
  TAILRACE_ASSERT(role_ == HttpRole::kResponse);
  if (nth < finals_begun_) return;
  if (without_body_.empty() || without_body_.back() < nth) without_body_.push_back(nth);
}

}  // namespace tailrace
