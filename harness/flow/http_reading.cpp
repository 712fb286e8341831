// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/http_reading.h"

#include <algorithm>

#include "harness/wire/http_rules.h"

namespace tailrace {
namespace {

// Of a body: what names a call stands at its start.
constexpr std::size_t kKeptBody = 4096;
// Of one SSE event: above it the event is passed over.
constexpr std::size_t kKeptEvent = 256 << 10;

void keep(std::string& body, std::string_view data) {
  if (body.size() < kKeptBody) body += data.substr(0, kKeptBody - body.size());
}

}  // namespace

class HttpReading::Requests final : public HttpSink {
 public:
  explicit Requests(HttpReading& reading) : reading_(reading) {}

  void on_head(const HttpHead& head, Span span) override {
    if (!reading_.sending_) reading_.account_.begin(reading_.place_, reading_.bytes_);
    reading_.sending_ = true;
    Open& open = *reading_.sending();
    open.record.is_http = true;
    open.record.http_method = head.method;
    open.record.request.begin = reading_.base_[0] + span.begin;
    open.expects_continue = head.has_token("Expect", "100-continue");
    if (head.method == "HEAD") reading_.responses_.answer_has_no_body(open.record.index);
    reading_.request_body_.clear();
  }
  void on_body(std::string_view data, Span) override { keep(reading_.request_body_, data); }
  void on_end(std::uint64_t offset) override {
    Open& open = *reading_.sending();
    open.request_complete = true;
    open.record.request.end = reading_.base_[0] + offset;
    if (!reading_.request_body_.empty()) open.record.asked = glance_at(reading_.request_body_);
    reading_.sending_ = false;
  }
  void on_malformed(const std::string&, std::uint64_t) override { reading_.lost_ = true; }
  void on_cut(std::uint64_t) override {}

 private:
  HttpReading& reading_;
};

class HttpReading::Events final : public SseSink {
 public:
  explicit Events(HttpReading& reading) : reading_(reading) {}
  void on_event(SseEvent event) override {
    Open* open = reading_.receiving();
    if (open == nullptr) return;
    ++open->record.events;
    if (!event.data.empty()) reading_.take_message(*open, event.data);
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
    reading_.interim_ = head.is_interim();
    Open* open = reading_.receiving();
    if (open == nullptr) {
      reading_.lost_ = true;
      return;
    }
    if (reading_.interim_) {
      open->expects_continue = false;
      return;
    }
    open->record.status = head.status;
    open->record.is_event_stream = is_event_stream(head);
    open->record.response.begin = reading_.base_[1] + span.begin;
    reading_.response_body_.clear();
    if (open->record.is_event_stream) reading_.sse_.emplace(kKeptEvent);
  }
  void on_body(std::string_view data, Span) override {
    const Open* open = reading_.receiving();
    if (open == nullptr) return;
    if (!open->record.is_event_stream) {
      keep(reading_.response_body_, data);
      return;
    }
    Events events(reading_);
    reading_.sse_->feed(data, events);
  }
  void on_end(std::uint64_t offset) override {
    Open* open = reading_.receiving();
    if (reading_.interim_ || open == nullptr) return;
    open->record.response.end = reading_.base_[1] + offset;
    if (!reading_.response_body_.empty()) reading_.take_message(*open, reading_.response_body_);
    open->record.complete = true;
    open->ended = true;
    open->record.end = reading_.place_.at;
    open->record.last_frame = reading_.place_.frame;
  }
  void on_malformed(const std::string&, std::uint64_t) override { reading_.lost_ = true; }
  void on_cut(std::uint64_t) override {}

 private:
  HttpReading& reading_;
};

HttpReading::HttpReading(ExchangeAccount& account, std::uint64_t client_offset,
                         std::uint64_t server_offset)
    : account_(account), base_{client_offset, server_offset} {}
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
  const RpcGlance glance = glance_at(text);
  if (glance.kind == RpcGlance::Kind::kNone) return;
  ++open.record.messages;
  if (!glance.is_response() || open.record.final_at) return;
  open.record.final_at = place_.at;
  open.record.final_frame = place_.frame;
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
  return !lost_ && !requests_.is_lost();
}

bool HttpReading::from_server(const StreamPlace& place, std::string_view bytes) {
  place_ = place;
  Open* open = receiving();
  if (open == nullptr) return false;
  account_.extend_response(*open, place, bytes.size());
  Responses sink(*this);
  responses_.feed(bytes, sink);
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
