// SPDX-License-Identifier: Apache-2.0
#include "harness/record/connection_decoder.h"

#include <fmt/format.h>

#include "harness/record/unfinished_event.h"
#include "harness/wire/http_rules.h"

namespace tailrace {
namespace {

// Events that are ended by one line end only run into each other: the last line tells.
bool ends_with_message(const SseUnfinished& unfinished) {
  if (!unfinished.partial_line.empty() || unfinished.event.data.empty()) return false;
  const std::string& data = unfinished.event.data;
  const std::size_t line = data.rfind('\n');
  const auto is_message = [](std::string_view text) {
    return classify_message(text).kind != MessageKind::kInvalid;
  };
  return is_message(data) ||
         (line != std::string::npos && is_message(std::string_view(data).substr(line + 1)));
}

}  // namespace

class ConnectionDecoder::Requests final : public HttpSink {
 public:
  explicit Requests(ConnectionDecoder& decoder) : decoder_(decoder) {}

  void on_head(const HttpHead& head, Span span) override {
    const Exchange& exchange = decoder_.begin_exchange(head, span);
    decoder_.sending_ = exchange.id;
    if (head.method == "HEAD") decoder_.responses_.answer_has_no_body(exchange.index);
  }
  void on_body(std::string_view data, Span span) override {
    Exchange& exchange = sending();
    exchange.request_body += data;
    exchange.request_span.end = span.end;
  }
  void on_end(std::uint64_t offset) override {
    Exchange& exchange = sending();
    exchange.request_span.end = offset;
    exchange.request_complete = decoder_.now_;
    if (exchange.is_post()) exchange.asked = classify_message(exchange.request_body);
  }
  void on_malformed(const std::string& why, std::uint64_t) override {
    decoder_.connection().malformed.push_back({decoder_.now_, "request: " + why});
  }
  void on_cut(std::uint64_t) override {}

 private:
  Exchange& sending() { return decoder_.timeline_.exchanges[decoder_.sending_->value - 1]; }
  ConnectionDecoder& decoder_;
};

class ConnectionDecoder::Events final : public SseSink {
 public:
  explicit Events(ConnectionDecoder& decoder) : decoder_(decoder) {}

  void on_event(SseEvent sse) override {
    if (decoder_.overfull()) return;
    StreamEvent event{decoder_.now_, std::move(sse), {}};
    if (!event.sse.data.empty()) event.message = classify_message(event.sse.data);
    decoder_.receiving()->events.push_back(std::move(event));
  }
  void on_comment(SseComment comment) override {
    if (decoder_.overfull()) return;
    decoder_.receiving()->comments.push_back({decoder_.now_, std::move(comment.text)});
  }
  void on_unfinished(SseUnfinished unfinished) override {
    std::string what =
        fmt::format("{}, {} bytes of it", kInsideEvent, unfinished.end - unfinished.begin);
    if (ends_with_message(unfinished)) what += ": " + std::string(kNeverDispatched);
    decoder_.receiving()->malformed.push_back(std::move(what));
  }
  void on_malformed(SseMalformed malformed) override {
    if (decoder_.receiving()->malformed.size() >= kMostEvents) return;
    decoder_.receiving()->malformed.push_back(malformed.why);
  }

 private:
  ConnectionDecoder& decoder_;
};

class ConnectionDecoder::Responses final : public HttpSink {
 public:
  explicit Responses(ConnectionDecoder& decoder) : decoder_(decoder) {}

  void on_head(const HttpHead& head, Span span) override {
    interim_ = head.is_interim();
    Exchange* exchange = decoder_.receiving();
    if (exchange == nullptr) {
      const std::string what = "a response to no request: " + std::to_string(head.status);
      decoder_.connection().malformed.push_back({decoder_.now_, what});
      return;
    }
    exchange->first_byte_at = exchange->first_byte_at.value_or(*decoder_.first_byte_);
    if (interim_) {
      exchange->interim_at = exchange->interim_at.value_or(decoder_.now_);
      return;
    }
    exchange->response = head;
    exchange->streams_events = is_event_stream(head);
    exchange->response_span = span;
    exchange->head_at = decoder_.now_;
    decoder_.sse_ = SseParser();
    decoder_.encoded_ = is_encoded(head);
  }
  void on_body(std::string_view data, Span span) override {
    Exchange* exchange = decoder_.receiving();
    if (exchange == nullptr) return;
    exchange->response_span.end = span.end;
    if (decoder_.encoded_) return;
    if (!exchange->is_event_stream()) {
      exchange->body += data;
      return;
    }
    Events events(decoder_);
    decoder_.sse_.feed(data, events);
  }
  void on_end(std::uint64_t offset) override {
    if (!interim_) decoder_.end_response(BodyEnd::kComplete, offset);
    decoder_.first_byte_ = decoder_.now_;  // Of the next response, where this read holds it too.
  }
  void on_malformed(const std::string& why, std::uint64_t offset) override {
    decoder_.connection().malformed.push_back({decoder_.now_, "response: " + why});
    if (Exchange* exchange = decoder_.receiving()) {
      exchange->malformed.push_back(why);
      decoder_.end_response(BodyEnd::kMalformed, offset);
    }
  }
  void on_cut(std::uint64_t) override {}

 private:
  ConnectionDecoder& decoder_;
  bool interim_ = false;
};

ConnectionDecoder::ConnectionDecoder(Timeline& timeline, std::size_t connection)
    : timeline_(timeline),
      connection_(connection),
      requests_(HttpRole::kRequest),
      responses_(HttpRole::kResponse) {}

Exchange* ConnectionDecoder::receiving() {
  return waiting_.empty() ? nullptr : &timeline_.exchanges[waiting_.front().value - 1];
}

Exchange& ConnectionDecoder::begin_exchange(const HttpHead& head, Span span) {
  Exchange exchange;
  exchange.id = {static_cast<std::uint32_t>(timeline_.exchanges.size() + 1)};
  exchange.connection = connection().id;
  exchange.index = connection().streams.size();
  exchange.request = head;
  exchange.request_at = now_;
  exchange.request_span = span;
  connection().streams.push_back(exchange.id);
  waiting_.push_back(exchange.id);
  return timeline_.exchanges.emplace_back(std::move(exchange));
}

void ConnectionDecoder::from_client(std::string_view bytes, MonoTime at) {
  if (lost_) return;
  now_ = at;
  if (timeline_.exchanges.size() >= kMostExchanges) {
    connection().truncated = true;
    return lose_sight();
  }
  Requests sink(*this);
  requests_.feed(bytes, sink);
}

void ConnectionDecoder::from_server(std::string_view bytes, MonoTime at) {
  if (lost_) return;
  now_ = at;
  if (responses_.between_messages() || !first_byte_) first_byte_ = at;
  Responses sink(*this);
  responses_.feed(bytes, sink);
  if (overfull()) {
    connection().truncated = true;
    lose_sight();
  }
}

bool ConnectionDecoder::overfull() {
  const Exchange* exchange = receiving();
  return exchange != nullptr && exchange->events.size() + exchange->comments.size() >= kMostEvents;
}

void ConnectionDecoder::client_done(MonoTime at) {
  now_ = at;
  Requests sink(*this);
  if (!lost_) requests_.finish(sink);
}

void ConnectionDecoder::server_done(MonoTime at, BodyEnd how) {
  now_ = at;
  Responses sink(*this);
  // A close-delimited body is complete by a FIN, and only by that.
  if (!lost_ && how == BodyEnd::kCut) responses_.finish(sink);
  while (receiving() != nullptr) end_response(how, responses_.offset());
}

void ConnectionDecoder::lose_sight() {
  lost_ = true;
  while (receiving() != nullptr) end_response(BodyEnd::kUnseen, responses_.offset());
}

void ConnectionDecoder::end_response(BodyEnd how, std::uint64_t offset) {
  Exchange* exchange = receiving();
  if (exchange == nullptr) return;
  // What is not kept, or cannot be read, may have been its response.
  if (overfull() || (exchange->response && encoded_)) how = BodyEnd::kUnseen;
  if (exchange->response) {
    exchange->response_span.end = offset;
    if (exchange->is_event_stream()) {
      Events events(*this);
      sse_.finish(events);
    } else if (how == BodyEnd::kComplete && !exchange->body.empty()) {
      exchange->answer = classify_message(exchange->body);
    }
  }
  exchange->end = how;
  exchange->ended_at = now_;
  waiting_.pop_front();
}

}  // namespace tailrace
