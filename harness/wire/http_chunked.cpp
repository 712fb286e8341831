// SPDX-License-Identifier: Apache-2.0
#include "harness/wire/http_chunked.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace tailrace {
namespace {

constexpr int kHex = 16;

}  // namespace

ChunkDecoder::Outcome ChunkDecoder::feed(std::string_view& rest, std::uint64_t& offset,
                                         HttpSink& sink) {
  Outcome outcome = Outcome::kMore;
  while (outcome == Outcome::kMore && !rest.empty()) {
    if (state_ == State::kData) {
      take_data(rest, offset, sink);
    } else if (state_ == State::kDataEnd) {
      outcome = take_data_end(rest, offset, sink);
    } else {
      outcome = take_line(rest, offset, sink);
    }
  }
  return outcome;
}

void ChunkDecoder::take_data(std::string_view& rest, std::uint64_t& offset, HttpSink& sink) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(data_left_, rest.size()));
  const std::uint64_t begin = std::exchange(offset, offset + size);
  sink.on_body(rest.substr(0, size), {begin, offset});
  rest.remove_prefix(size);
  data_left_ -= size;
  if (data_left_ == 0) state_ = State::kDataEnd;
}

ChunkDecoder::Outcome ChunkDecoder::take_data_end(std::string_view& rest, std::uint64_t& offset,
                                                  HttpSink& sink) {
  const char byte = rest.front();
  const bool is_cr = byte == '\r' && !cr_seen_;
  if (!is_cr && byte != '\n') return give_up("no line end after the data of a chunk", offset);
  if (!is_cr && !cr_seen_) sink.on_oddity("bare LF line end in chunked framing", offset);
  cr_seen_ = is_cr;
  if (!is_cr) state_ = State::kSize;
  rest.remove_prefix(1);
  ++offset;
  return Outcome::kMore;
}

ChunkDecoder::Outcome ChunkDecoder::take_line(std::string_view& rest, std::uint64_t& offset,
                                              HttpSink& sink) {
  const bool in_trailers = state_ == State::kTrailers;
  const std::size_t limit = in_trailers ? kHttpTrailerLimit - trailer_bytes_ : kHttpChunkLineLimit;
  const std::uint64_t line_begin = offset - line_bytes_;
  const std::size_t before = rest.size();
  const LineReader::Outcome outcome = lines_.take(rest, limit);
  if (outcome == LineReader::Outcome::kTooLong) {
    return give_up(in_trailers ? "trailers above the limit" : "a chunk line above the limit",
                   line_begin + limit);
  }
  offset += before - rest.size();
  line_bytes_ += before - rest.size();
  if (outcome == LineReader::Outcome::kMore) return Outcome::kMore;
  const std::size_t line_size = std::exchange(line_bytes_, 0);
  if (in_trailers) trailer_bytes_ += line_size;
  std::string_view line = lines_.line();
  if (!strip_cr(line)) sink.on_oddity("bare LF line end in chunked framing", line_begin);
  return in_trailers ? take_trailer(line, line_begin) : take_size(line, line_begin, sink);
}

ChunkDecoder::Outcome ChunkDecoder::take_size(std::string_view line, std::uint64_t line_begin,
                                              HttpSink& sink) {
  const char* end = line.data() + line.size();
  std::uint64_t size = 0;
  const auto [stop, error] = std::from_chars(line.data(), end, size, kHex);
  if (error == std::errc::result_out_of_range) return give_up("a chunk above 2^64", line_begin);
  if (error != std::errc()) return give_up("a chunk without a size", line_begin);
  const std::string_view after(stop, static_cast<std::size_t>(end - stop));
  const std::string_view extension = trimmed(after);
  if (!extension.empty() && extension.front() != ';') {
    return give_up("a chunk size that is no hexadecimal number", line_begin);
  }
  if (extension.empty() && !after.empty()) {
    sink.on_oddity("white space after a chunk size", line_begin);
  }
  data_left_ = size;
  state_ = size == 0 ? State::kTrailers : State::kData;
  return Outcome::kMore;
}

ChunkDecoder::Outcome ChunkDecoder::take_trailer(std::string_view line, std::uint64_t line_begin) {
  if (!line.empty() && !line.starts_with(' ') && !line.starts_with('\t')) {
    const auto colon = line.find(':');
    if (colon == line.npos || !is_token(line.substr(0, colon))) {
      return give_up("a trailer without a name and a colon", line_begin);
    }
  }
  if (!line.empty()) return Outcome::kMore;
  state_ = State::kSize;
  trailer_bytes_ = 0;
  return Outcome::kDone;
}

ChunkDecoder::Outcome ChunkDecoder::give_up(std::string why, std::uint64_t at) {
  why_ = std::move(why);
  malformed_at_ = at;
  return Outcome::kMalformed;
}

}  // namespace tailrace
