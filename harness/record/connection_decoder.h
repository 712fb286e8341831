// SPDX-License-Identifier: Apache-2.0
// ConnectionDecoder: the bytes of one connection, in both directions, as Exchanges of a Timeline.
// Private to `record`; used by the TimelineBuilder that owns it, on its thread.
#pragma once

#include <deque>

#include "harness/record/timeline.h"

namespace tailrace {

// An exchange has no more events and comments than this: a flood of empty ones costs a hundred
// times its bytes. Above what any scenario provokes; what follows is not seen (BodyEnd::kUnseen).
inline constexpr std::size_t kMostEvents = 20000;

// A history has no more exchanges: requests of a few bytes each take a hundred times as many.
inline constexpr std::size_t kMostExchanges = 50000;

class ConnectionDecoder {
 public:
  ConnectionDecoder(Timeline& timeline, std::size_t connection);

  void from_client(std::string_view bytes, MonoTime at);
  void from_server(std::string_view bytes, MonoTime at);
  void client_done(MonoTime at);               // FIN, or more, of the client's direction.
  void server_done(MonoTime at, BodyEnd how);  // What an open body becomes.
  void lose_sight();                           // Bytes are missing from here on.

 private:
  class Requests;
  class Responses;
  class Events;

  Connection& connection() { return timeline_.connections[connection_]; }
  bool overfull();        // The exchange holds kMostEvents.
  Exchange* receiving();  // The exchange whose response is being read, or null.
  Exchange& begin_exchange(const HttpHead& head, Span span);
  void end_response(BodyEnd how, std::uint64_t offset);

  Timeline& timeline_;
  std::size_t connection_;
  HttpParser requests_, responses_;
  std::optional<StreamId> sending_;  // Whose request body is being read.
  std::deque<StreamId> waiting_;     // Requests whose final response has not ended.
  SseParser sse_;
  bool encoded_ = false;  // The body that is being received.
  bool lost_ = false;
  MonoTime now_;
  std::optional<MonoTime> first_byte_;
};

}  // namespace tailrace
