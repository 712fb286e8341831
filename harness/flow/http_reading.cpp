// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/http_reading.h"

#include <algorithm>
#include <utility>

#include "harness/wire/byte_block.h"
#include "harness/wire/http_rules.h"

namespace tailrace {
namespace {

// Of a body: what names a call stands at its start.
constexpr std::size_t kKeptBody = 4096;
// Of one SSE event: above it the event is passed over.
constexpr std::size_t kKeptEvent = 256 << 10;

}  // namespace

bool begins_request(std::string_view bytes) {
  for (const std::string_view method : {"POST ", "GET ", "DELETE ", "PUT ", "HEAD ", "OPTIONS "}) {
    if (bytes.starts_with(method)) return true;
  }
  return false;
}

void BodyStart::clear() {
  lent_ = {};
  kept_.clear();
}

void BodyStart::add(std::string_view data) {
  if (lent_.empty() && kept_.empty()) {
    lent_ = data.substr(0, kKeptBody);
    return;
  }
  keep();
  if (kept_.size() < kKeptBody) kept_ += data.substr(0, kKeptBody - kept_.size());
}

void BodyStart::keep() {
  kept_ += std::exchange(lent_, {});
}

class HttpReading::Requests final : public HttpSink {
 public:
  explicit Requests(HttpReading& reading) : reading_(reading) {}

  void on_head(const HttpHead& head, Span span) override {
    begin(head.method, span, head.has_token("Expect", "100-continue"));
  }
  bool takes_plain_heads() const override { return true; }
  void on_plain_head(const PlainHead& head, Span span) override {
    begin(head.method, span, false);
  }
  void on_body(std::string_view data, Span) override { reading_.request_body_.add(data); }
  void on_end(std::uint64_t offset) override {
    Open& open = *reading_.sending();
    open.request_complete = true;
    open.record->request.end = reading_.base_[0] + offset;
    const std::string_view body = reading_.request_body_.text();
    if (!body.empty()) {
      open.record->asked = glance_at(body);
      open.unanswered = std::max(requests_at(body), std::uint32_t{1});
    }
    reading_.request_body_.clear();
    reading_.sending_ = false;
  }
  void on_malformed(const std::string&, std::uint64_t) override { reading_.lost_ = true; }
  void on_cut(std::uint64_t) override {}

 private:
  void begin(std::string_view method, Span span, bool expects_continue) {
    if (!reading_.sending_) reading_.account_.begin(reading_.place_, reading_.bytes_);
    reading_.sending_ = true;
    Open& open = *reading_.sending();
    open.record->is_http = true;
    open.record->http_method = method;
    open.record->request.begin = reading_.base_[0] + span.begin;
    open.expects_continue = expects_continue;
    const std::uint32_t number = open.record->index - reading_.first_;
    if (is_text(method, "HEAD")) reading_.responses_.answer_has_no_body(number);
    reading_.request_body_.clear();
  }
  HttpReading& reading_;
};

class HttpReading::Events final : public SseSink {
 public:
  explicit Events(HttpReading& reading) : reading_(reading) {}
  void on_event(SseEvent event) override { take(event.data); }
  void take(std::string_view data) {
    Open* open = reading_.receiving();
    if (open == nullptr) return;
    ++open->record->events;
    if (!data.empty()) reading_.take_message(*open, data);
  }
  void on_comment(SseComment) override {}
  void on_unfinished(SseUnfinished) override {}
  void on_malformed(SseMalformed) override {}

 private:
  HttpReading& reading_;
};

class HttpReading::Responses final : public HttpSink {
 public:
  explicit Responses(HttpReading& reading) : reading_(reading) {}

  void on_head(const HttpHead& head, Span span) override {
    begin(head.status, is_event_stream(head), span);
    reading_.encoded_ = is_encoded(head);
  }
  bool takes_plain_heads() const override { return true; }
  void on_plain_head(const PlainHead& head, Span span) override {
    begin(head.status, is_event_stream(head.content_type), span);
    reading_.encoded_ = false;
  }
  void on_body(std::string_view data, Span) override {
    const Open* open = reading_.receiving();
    if (open == nullptr || reading_.encoded_) return;
    if (!open->record->is_event_stream) {
      reading_.response_body_.add(data);
      return;
    }
    Events events(reading_);
    while (const auto event = reading_.sse_->take_plain_event(data)) events.take(*event);
    reading_.sse_->feed(data, events);
  }
  void on_end(std::uint64_t offset) override {
    Open* open = reading_.receiving();
    if (reading_.interim_ || open == nullptr) return;
    open->record->response.end = reading_.base_[1] + offset;
    const std::string_view body = reading_.response_body_.text();
    if (!body.empty()) reading_.take_message(*open, body);
    reading_.response_body_.clear();
    open->record->complete = true;
    // The FIN that ends it was taken for the end of a call without an answer.
    if (!reading_.account_.left_) open->record->never_answered = false;
    open->ended = true;
    open->record->end = reading_.place_.at;
    open->record->last_frame = reading_.place_.frame;
  }
  void on_malformed(const std::string&, std::uint64_t) override { reading_.lost_ = true; }
  void on_cut(std::uint64_t) override {}

 private:
  void begin(int status, bool is_stream, Span span) {
    reading_.interim_ = status / 100 == 1;
    Open* open = reading_.receiving();
    if (open == nullptr) {
      reading_.lost_ = true;
      return;
    }
    if (reading_.interim_) {
      open->expects_continue = false;
      return;
    }
    open->record->status = status;
    open->record->is_event_stream = is_stream;
    open->record->response.begin = reading_.base_[1] + span.begin;
    reading_.response_body_.clear();
    if (open->record->is_event_stream) reading_.sse_.emplace(kKeptEvent);
  }
  HttpReading& reading_;
};

HttpReading::HttpReading(ExchangeAccount& account, std::uint64_t client_offset,
                         std::uint64_t server_offset)
    : account_(account),
      base_{client_offset, server_offset},
      first_(account.begun()) {}
HttpReading::~HttpReading() = default;

HttpReading::Open* HttpReading::sending() {
  return &account_.open_.back();
}

HttpReading::Open* HttpReading::receiving() {
  for (Open& open : account_.open_) {
    if (!open.ended) return &open;
  }
  return nullptr;
}

void HttpReading::take_message(Open& open, std::string_view text) {
  using Kind = RpcGlance::Kind;
  const Kind kind = kind_at(text);
  if (kind == Kind::kNone) return;
  ++open.record->messages;
  if (open.record->final_at) return;
  std::uint32_t answers = kind == Kind::kResult || kind == Kind::kError;
  if (text.front() == '[') answers = responses_at(text);
  open.unanswered -= std::min(answers, open.unanswered);
  if (open.unanswered > 0) return;
  open.record->final_at = place_.at;
  open.record->final_frame = place_.frame;
}

bool HttpReading::from_client(const StreamPlace& place, std::string_view bytes) {
  place_ = place;
  bytes_ = bytes;
  if (!sending_ && requests_.between_messages()) {
    account_.begin(place, bytes);
    sending_ = true;
  }
  if (!account_.open_.empty()) {
    account_.extend_request(account_.open_.back(), place, bytes.size());
  }
  Requests sink(*this);
  requests_.feed(bytes, sink);
  request_body_.keep();
  return !lost_ && !requests_.is_lost();
}

bool HttpReading::from_server(const StreamPlace& place, std::string_view bytes) {
  place_ = place;
  Open* open = receiving();
  if (open == nullptr) return false;
  account_.extend_response(*open, place, bytes.size());
  Responses sink(*this);
  responses_.feed(bytes, sink);
  response_body_.keep();
  if (interim_ && open->record->status == 0) open->record->answered = false;  // 100 is no answer.
  return !lost_ && !responses_.is_lost();
}

void HttpReading::client_ended(const StreamPlace& place) {
  place_ = place;
  Requests sink(*this);
  if (sending_ || requests_.between_messages()) requests_.finish(sink);
}

void HttpReading::server_ended(const StreamPlace& place) {
  place_ = place;
  Responses sink(*this);
  responses_.finish(sink);
}

}  // namespace tailrace
