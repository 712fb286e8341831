// SPDX-License-Identifier: Apache-2.0
// settle_framing(): RFC 9112, 6.3, rule by rule.
#include <algorithm>
#include <charconv>

#include "harness/wire/http_head_reader.h"

namespace tailrace {
namespace {

constexpr int kNotModified = 304;

Complaint settle_length(HttpHead& head, bool& declared) {
  for (const HttpHeader& header : head.headers) {
    if (!same_name(header.name, "Content-Length")) continue;
    for (std::string_view rest = header.value;;) {
      const auto comma = std::min(rest.find(','), rest.size());
      const auto length = content_length_of(trimmed(rest.substr(0, comma)));
      if (!length) return "a Content-Length that is no number of 64 bits";
      if (declared && *length != head.content_length) return "two Content-Lengths that differ";
      if (declared) head.add_oddity("repeated Content-Length");
      declared = true;
      head.content_length = *length;
      if (comma == rest.size()) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return std::nullopt;
}

bool names_chunked(std::string_view coding) {
  return same_name(trimmed(coding.substr(0, coding.find(';'))), "chunked");
}

Complaint settle_coding(HttpRole role, HttpHead& head) {
  const auto codings = head.list("Transfer-Encoding");
  const bool last_is_chunked = names_chunked(codings.back());
  const auto chunked = std::ranges::count_if(codings, names_chunked);
  if (chunked > 1) return "the chunked coding applied twice";
  if (codings.size() > 1 || !last_is_chunked) head.add_oddity("transfer coding beside chunked");
  if (head.minor_version == 0) head.add_oddity("Transfer-Encoding in HTTP/1.0");
  if (!last_is_chunked && role == HttpRole::kRequest) {
    return "a request whose last transfer coding is not chunked";
  }
  head.framing = last_is_chunked ? HttpFraming::kChunked : HttpFraming::kUntilClose;
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> content_length_of(std::string_view text) {
  std::uint64_t length = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, length);
  if (error != std::errc() || stop != end) return std::nullopt;
  return length;
}

bool never_has_a_body(int status) {
  constexpr int kNoContent = 204;
  return status / 100 == 1 || status == kNoContent || status == kNotModified;
}

Complaint settle_framing(HttpRole role, bool answers_head, HttpHead& head) {
  bool has_length = false;
  if (Complaint complaint = settle_length(head, has_length)) return complaint;
  const bool names_coding = head.find("Transfer-Encoding") != nullptr;
  const bool has_coding = names_coding && !head.list("Transfer-Encoding").empty();
  if (names_coding && !has_coding) head.add_oddity("empty Transfer-Encoding");
  if (has_coding && has_length) head.add_oddity("Transfer-Encoding and Content-Length");
  head.framing = HttpFraming::kNone;
  if (role == HttpRole::kResponse) {
    const bool no_body = never_has_a_body(head.status);
    // A 304 may tell the length that the answer to a GET would have (RFC 9112, 6.3).
    if (no_body && head.status != kNotModified && (has_coding || has_length)) {
      head.add_oddity("body framing on a response that has no body");
    }
    if (no_body || answers_head) return std::nullopt;
    head.framing = HttpFraming::kUntilClose;
  }
  if (has_coding) return settle_coding(role, head);
  if (has_length) head.framing = HttpFraming::kContentLength;
  return std::nullopt;
}

}  // namespace tailrace
