// SPDX-License-Identifier: Apache-2.0
// For the tests of HttpParser: what it told, as text, pieces of body joined. Single thread.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "harness/wire/every_split.h"
#include "harness/wire/http.h"

namespace tailrace {

class HttpAccount : public HttpSink {
 public:
  void on_head(const HttpHead& head, Span span) override {
    last_head = head;
    told += head.status == 0 ? fmt::format("{} {}", head.method, head.target)
                             : fmt::format("{} '{}'", head.status, head.reason);
    told += fmt::format(" 1.{} {}", head.minor_version, name_of(head.framing));
    if (head.framing == HttpFraming::kContentLength)
      told += fmt::format(" {}", head.content_length);
    for (const HttpHeader& header : head.headers) {
      told += fmt::format(" {}={}", header.name, header.value);
    }
    for (const std::string& oddity : head.oddities) told += " ?" + oddity;
    told += fmt::format(" [{},{})\n", span.begin, span.end);
  }
  void on_body(std::string_view data, Span span) override {
    if (data.empty() || span.end - span.begin != data.size()) told += "BAD PIECE\n";
    const bool joins = !body_.empty() && body_span_.end == span.begin;
    if (!joins) flush();
    if (!joins) body_span_.begin = span.begin;
    body_span_.end = span.end;
    body_ += data;
  }
  void on_end(std::uint64_t offset) override { tell(fmt::format("end {}\n", offset)); }
  void on_malformed(const std::string& why, std::uint64_t offset) override {
    tell(fmt::format("malformed {} {}\n", why, offset));
  }
  void on_cut(std::uint64_t offset) override { tell(fmt::format("cut {}\n", offset)); }
  void on_oddity(const std::string& what, std::uint64_t offset) override {
    tell(fmt::format("odd {} {}\n", what, offset));
  }

  void flush() {
    if (!body_.empty()) {
      told += fmt::format("body {} [{},{})\n", body_, body_span_.begin, body_span_.end);
    }
    body_.clear();
  }

  std::string told;
  HttpHead last_head;

 private:
  void tell(const std::string& text) {
    flush();
    told += text;
  }

  std::string body_;
  Span body_span_;
};

// `without_body`: which final responses answer HEAD.
inline std::string http_account_of(HttpRole role, const std::vector<std::string>& pieces,
                                   const std::vector<std::uint64_t>& without_body = {}) {
  HttpAccount account;
  HttpParser parser(role);
  for (const std::uint64_t nth : without_body) parser.answer_has_no_body(nth);
  for (const std::string& piece : pieces) parser.feed(piece, account);
  parser.finish(account);
  account.flush();
  return account.told + fmt::format("lost {}\n", parser.lost_bytes());
}

// "" where every way to cut the input gives `told`; else what was told instead.
inline std::string http_mismatch(HttpRole role, std::string_view input, const std::string& told,
                                 const std::vector<std::uint64_t>& without_body = {}) {
  const auto run = [&](const std::vector<std::string>& pieces) {
    return http_account_of(role, pieces, without_body);
  };
  const std::string whole = run({std::string(input)});
  return whole == told ? differing_split(input, run) : whole;
}

}  // namespace tailrace
