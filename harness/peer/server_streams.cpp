// SPDX-License-Identifier: Apache-2.0
// What our scripted server writes on the stream of a call.
#include <fmt/format.h>

#include "harness/judge/client_calls.h"
#include "harness/judge/resume.h"
#include "harness/net/http_message.h"
#include "harness/peer/server_driver.h"
#include "harness/wire/escape.h"
#include "harness/wire/http_head.h"

namespace tailrace {
namespace {

constexpr std::string_view kFirstVersionWithPriming = "2025-11-25";
constexpr std::size_t kShownId = 40;
constexpr Millis kLeaves{10000};  // The client's own shut-down included.

std::string stream_head() {
  return compose_http_head(200, {{"Content-Type", "text/event-stream"},
                                 {"Cache-Control", "no-store"},
                                 {"Transfer-Encoding", "chunked"}});
}

// Of the head that these bytes begin with: from the start of each line to its colon.
std::string with_lower_names(std::string bytes) {
  const std::size_t end = bytes.find("\r\n\r\n");
  for (std::size_t line = bytes.find("\r\n"); line < end; line = bytes.find("\r\n", line + 2)) {
    const std::size_t colon = bytes.find(':', line);
    const std::string name = lower_case(std::string_view(bytes).substr(line, colon - line));
    bytes.replace(line, name.size(), name);
  }
  return bytes;
}

}  // namespace

void ServerDriver::use_event_ids(bool use, Millis retry) {
  event_ids_ = use;
  retry_ = retry;
  mark(kMarkRetry, std::to_string(retry.count()));
}

std::string ServerDriver::event_id(StreamId stream) {
  return fmt::format("stream-{}-event-{}", stream.value, ++events_sent_[stream]);
}

void ServerDriver::send_bare_head(StreamId stream) {
  send_bytes(stream, stream_head());
}

bool ServerDriver::sends_priming() const {
  return event_ids_ && revision_ >= kFirstVersionWithPriming;
}

void ServerDriver::send_head(StreamId stream) {
  std::string bytes = stream_head();
  if (sends_priming()) {
    bytes +=
        chunk_of(fmt::format("id: {}\nretry: {}\ndata: \n\n", event_id(stream), retry_.count()));
  }
  send_bytes(stream, std::move(bytes));
}

void ServerDriver::send_final(StreamId stream, const std::string& message, bool with_end) {
  std::string event;
  if (event_ids_) event += fmt::format("id: {}\n", event_id(stream));
  if (event_ids_ && revision_ < kFirstVersionWithPriming) {
    event += fmt::format("retry: {}\n", retry_.count());
  }
  event += "event: message\ndata: " + message + "\n\n";
  std::string bytes = chunk_of(event);
  if (with_end) bytes += kLastChunk;
  send_bytes(stream, std::move(bytes));
}

std::string ServerDriver::result_for(StreamId call, std::string_view text) const {
  Json item, result;
  item.set("type", "text");
  // The full stop tells 1 from 17 where an adapter cuts the text.
  const std::string own = fmt::format("hello {}.", excerpt(request_id(call), kShownId));
  item.set("text", text.empty() ? own : std::string(text));
  result.set("content", Json(Json::Array{std::move(item)}));
  return compose_result(id_of(call), complete(std::move(result)));
}

std::string ServerDriver::error_for(StreamId call) const {
  return compose_error(id_of(call), -32000, "failed on purpose");
}

std::string ServerDriver::ping(std::string_view id) {
  const RpcId own = rpc_id(fmt::format("tailrace-ping-{}", pings_.size() + 1));
  pings_.push_back(id.empty() ? own : RpcId{std::string(id)});
  return compose_request(pings_.back(), "ping");
}

std::string ServerDriver::log_message(std::string_view text) const {
  Json params;
  params.set("level", "info");
  params.set("data", std::string(text));
  return compose_notification("notifications/message", params);
}

void ServerDriver::send_chunk(StreamId stream, std::string_view text) {
  send_bytes(stream, chunk_of(text));
}

void ServerDriver::send_half_chunk(StreamId stream, std::string_view text) {
  const std::string chunk = chunk_of(text);
  send_bytes(stream, chunk.substr(0, chunk.size() / 2));
}

void ServerDriver::send_filled(StreamId stream, std::string_view text,
                               const std::string& message) {
  const std::size_t half = message.find(',') + 1;
  std::string filled;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view two = text.substr(i, 2);
    const bool whole = two == "%s", first = two == "%a", second = two == "%b";
    if (!whole && !first && !second) {
      filled += text[i];
      continue;
    }
    filled += whole ? message : first ? message.substr(0, half) : message.substr(half);
    ++i;
  }
  send_chunk(stream, filled);
}

void ServerDriver::answer_as(std::span<const StreamText> ways) {
  start_client(kRoundsOfForms * static_cast<int>(ways.size()));
  for (int round = 0; round < kRoundsOfForms; ++round) {
    for (const StreamText& way : ways) {
      const StreamId call = await_call();
      mark(kMarkVariant, std::string(way.name));
      send_bare_head(call);
      send_filled(call, way.text, result_for(call));
      send_end(call);
    }
  }
  await_exit(kLeaves);
}

void ServerDriver::serve_calls(int calls) {
  start_client(calls);
  if (answer_calls(calls)) await_exit(kLeaves);
}

void ServerDriver::answer_resumes(int most, const std::function<void(StreamId)>& answer) {
  answer_gets(most, [&](StreamId get) {
    if (resumes_from(get).empty()) return refuse_get(get);
    answer(get);
  });
}

void ServerDriver::bring_rest(StreamId get, StreamId call) {
  send_bare_head(get);
  send_message(get, result_for(call));
  send_end(get);
}

void ServerDriver::send_message(StreamId stream, const std::string& message) {
  send_final(stream, message, false);
}

void ServerDriver::send_result(StreamId stream, bool with_end) {
  send_final(stream, result_for(stream), with_end);
}

void ServerDriver::send_error(StreamId stream, bool with_end) {
  send_final(stream, error_for(stream), with_end);
}

void ServerDriver::respond_in_chunks(StreamId stream, const HttpHeader& type,
                                     std::string_view body) {
  send_bytes(stream, compose_http_head(200, {type, {"Transfer-Encoding", "chunked"}}) +
                         chunk_of(body) + std::string(kLastChunk));
}

void ServerDriver::respond_until_close(StreamId stream, const HttpHeader& type,
                                       std::string_view body) {
  send_bytes(stream, compose_http_head(200, {type, {"Connection", "close"}}) + std::string(body));
  finish_connection(stream);
}

void ServerDriver::send_endless_body(StreamId stream, int status) {
  send_bytes(stream, compose_http_head(status, {{"Content-Type", "text/plain"},
                                                {"Transfer-Encoding", "chunked"}}) +
                         chunk_of("there is more to come"));
}

void ServerDriver::send_end(StreamId stream) {
  send_bytes(stream, std::string(kLastChunk));
}

void ServerDriver::send_bytes(StreamId stream, std::string bytes) {
  write(stream, std::move(bytes));
}

void ServerDriver::write(StreamId stream, std::string bytes) {
  const bool has_head = lowers_names_ && bytes.starts_with("HTTP/");
  link_of(stream).write(has_head ? with_lower_names(std::move(bytes)) : std::move(bytes));
}

void ServerDriver::answer_with_result(StreamId stream) {
  send_head(stream);
  send_result(stream, true);
}

void ServerDriver::answer_with_error(StreamId stream) {
  send_head(stream);
  send_error(stream, true);
}

}  // namespace tailrace
