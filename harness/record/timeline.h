// SPDX-License-Identifier: Apache-2.0
// Timeline: what the facts mean, derived: connections, the HTTP exchanges on them, SSE events and
// JSON-RPC messages with the time each was complete. The only thing a check reads. Values; the
// TimelineBuilder is for one thread at a time (History guards its own).
//
// Socket taps and reassembled packets go through the same decoder, so they agree by construction.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/record/fact.h"
#include "harness/wire/http.h"
#include "harness/wire/jsonrpc.h"
#include "harness/wire/sse.h"

namespace tailrace {

template <class What>
struct At {
  MonoTime at;
  What what;
};

// How the body of a response ended, as far as it was seen.
enum class BodyEnd : std::uint8_t {
  kOpen,       // Not yet.
  kComplete,   // By its own framing (RFC 9112, section 6.3).
  kCut,        // FIN inside the message.
  kReset,      // RST, or another failure of the connection, inside the message.
  kMalformed,  // The framing broke; the rest cannot be read.
  kUnseen,     // We left, or the tap was full: nothing may be said of the end.
};

struct StreamEvent {
  MonoTime at;  // Its last byte was read.
  SseEvent sse;
  std::optional<RpcMessage> message;  // Of its data, where it has any.
  bool has_id() const { return sse.id && !sse.id->empty(); }  // To resume from.
};

// How `malformed` begins where the body ended before an event did.
inline constexpr std::string_view kInsideEvent = "the body ended inside an event";

// One HTTP request and its response.
struct Exchange {
  StreamId id;
  ConnectionId connection;
  std::size_t index = 0;  // On its connection, from 0.

  HttpHead request;
  MonoTime request_at;  // Its head was complete.
  Span request_span;    // In the client's bytes on this connection; end grows with the body.
  std::optional<MonoTime> request_complete;
  std::string request_body;
  std::optional<RpcMessage> asked;  // The POSTed message.

  std::optional<HttpHead> response;  // The final one, not 1xx.
  bool streams_events = false;       // As its head says; each check asks.
  std::optional<MonoTime> first_byte_at, head_at;
  std::optional<MonoTime> interim_at;  // The first 1xx, such as 100 (Continue).
  Span response_span;
  std::vector<StreamEvent> events;
  std::vector<At<std::string>> comments;
  std::string body;                  // Of responses that are no event stream.
  std::optional<RpcMessage> answer;  // The message in that body.
  std::vector<std::string> malformed;
  BodyEnd end = BodyEnd::kOpen;
  std::optional<MonoTime> ended_at;

  bool is_post() const { return request.method == "POST"; }
  bool is_event_stream() const { return streams_events; }
  bool ended() const { return end != BodyEnd::kOpen; }
  // The first Result or Error on it, with the time it was complete: nullptr where none came. Of a
  // batch (2025-03-26) the one that answers the last of its requests.
  const RpcMessage* final_message() const;
  std::optional<MonoTime> final_at() const;
  const StreamEvent* final_event() const;  // That brought it; nullptr where none did.
};

struct ConnectionEnd {
  MonoTime at;
  Ending how;
};

struct Connection {
  ConnectionId id;
  MonoTime opened_at;
  ConnectionOpened opened;
  std::vector<StreamId> streams;
  std::optional<ConnectionEnd> peer_ended, we_ended;
  bool half_closed = false;                // By us.
  std::vector<At<std::string>> malformed;  // Not HTTP, or bytes that answer no request.
  std::uint64_t read_bytes = 0, written_bytes = 0;
  bool truncated = false;

  bool usable() const { return !peer_ended && !we_ended && malformed.empty(); }
  const Endpoint& client() const;
  const Endpoint& server() const;
};

struct Timeline {
  std::optional<MonoTime> begun, last;
  std::vector<Connection> connections;
  // StreamId n stands at n - 1. A deque: a vector holds thousands of them twice while it grows.
  std::deque<Exchange> exchanges;
  std::vector<At<ConnectFailed>> refused;
  std::vector<At<DeadlinePassed>> deadlines;
  std::vector<At<WindowEnded>> windows;
  std::vector<At<Marked>> marks;
  std::vector<At<Declined>> declined;
  std::vector<At<ProcessSampled>> samples;
  std::vector<At<MemorySearched>> searches;
  std::vector<At<ProcessLine>> lines;
  std::optional<At<ProcessEnded>> process_ended;
  std::optional<At<ProcessEnded>> late_end;  // Of a process that had said it was through.
  std::vector<At<CureTried>> cures;
  std::vector<At<QueueWatched>> queues;
  std::vector<At<HarnessTrouble>> troubles;

  const Connection* connection(ConnectionId id) const;
  const Exchange* exchange(StreamId id) const;
  const Exchange* last_on(ConnectionId id) const;
  std::optional<std::string> mark(std::string_view name) const;  // The last value given to it.
};

class ConnectionDecoder;

class TimelineBuilder {
 public:
  TimelineBuilder();
  ~TimelineBuilder();
  void apply(const Fact& fact);
  const Timeline& timeline() const { return timeline_; }
  Timeline take() { return std::move(timeline_); }  // Nothing may be applied after it.

 private:
  friend class ConnectionDecoder;
  Connection* find(ConnectionId id);
  ConnectionDecoder* decoder(ConnectionId id);
  void open(const ConnectionOpened& opened, MonoTime at);
  void bytes(ConnectionId id, bool read, const std::string& bytes, MonoTime at);
  void end(ConnectionId id, bool by_peer, Ending how, MonoTime at);
  void half_close(ConnectionId id, MonoTime at);
  void truncate(ConnectionId id);

  Timeline timeline_;
  std::vector<std::unique_ptr<ConnectionDecoder>> decoders_;  // Beside timeline_.connections.
  bool ascending_ = true;  // The numbers of the connections, as they opened.
};

}  // namespace tailrace
