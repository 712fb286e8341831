// SPDX-License-Identifier: Apache-2.0
#include "harness/record/timeline.h"

#include <algorithm>

#include "harness/record/connection_decoder.h"

namespace tailrace {
namespace {

// Which response is the last that a request, or the requests of a batch, ask for.
class Awaited {
 public:
  explicit Awaited(const std::optional<RpcMessage>& asked) {
    if (!asked) return;
    for (const RpcMessage& part : asked->batch) {
      if (part.kind == MessageKind::kRequest) ids_.push_back(part.id);
    }
  }

  // That response, where this message is, or holds, it.
  const RpcMessage* take(const RpcMessage& message) {
    if (message.is_response() && takes(message)) return &message;
    for (const RpcMessage& part : message.batch) {
      if (part.is_response() && takes(part)) return &part;
    }
    return nullptr;
  }

 private:
  bool takes(const RpcMessage& response) {
    if (ids_.empty()) return true;
    if (const auto at = std::ranges::find(ids_, response.id); at != ids_.end()) ids_.erase(at);
    return ids_.empty();
  }

  std::vector<std::optional<RpcId>> ids_;  // Of a batch, those without an answer so far.
};

struct Final {
  const RpcMessage* message = nullptr;
  const StreamEvent* event = nullptr;
};

Final final_of(const Exchange& exchange) {
  Awaited awaited(exchange.asked);
  for (const StreamEvent& event : exchange.events) {
    const RpcMessage* const last = event.message ? awaited.take(*event.message) : nullptr;
    if (last != nullptr) return {last, &event};
  }
  // In JSON an array answers a batch alone, and on an event stream also one request.
  const bool is_answer = exchange.answer && (exchange.answer->is_response() ||
                                             (exchange.asked && !exchange.asked->batch.empty()));
  return {is_answer ? awaited.take(*exchange.answer) : nullptr, nullptr};
}

}  // namespace

const RpcMessage* Exchange::final_message() const {
  return final_of(*this).message;
}

std::optional<MonoTime> Exchange::final_at() const {
  const Final final = final_of(*this);
  if (final.event != nullptr) return final.event->at;
  return final.message != nullptr ? ended_at : std::nullopt;
}

const StreamEvent* Exchange::final_event() const {
  return final_of(*this).event;
}

const Endpoint& Connection::client() const {
  return opened.we_are == Side::kClient ? opened.local : opened.remote;
}

const Endpoint& Connection::server() const {
  return opened.we_are == Side::kClient ? opened.remote : opened.local;
}

const Connection* Timeline::connection(ConnectionId id) const {
  // They are numbered as they open, nearly always without a gap: each piece of bytes asks. Where a
  // record has them otherwise each is looked at.
  const std::size_t likely = connections.empty() ? 0 : id.value - connections.front().id.value;
  if (likely < connections.size() && connections[likely].id == id) return &connections[likely];
  const auto placed = std::ranges::lower_bound(connections, id, {}, &Connection::id);
  if (placed != connections.end() && placed->id == id) return &*placed;
  const auto found = std::ranges::find(connections, id, &Connection::id);
  return found == connections.end() ? nullptr : &*found;
}

const Exchange* Timeline::exchange(StreamId id) const {
  return id && id.value <= exchanges.size() ? &exchanges[id.value - 1] : nullptr;
}

const Exchange* Timeline::last_on(ConnectionId id) const {
  const Connection* on = connection(id);
  return on == nullptr || on->streams.empty() ? nullptr : exchange(on->streams.back());
}

std::optional<std::string> Timeline::mark(std::string_view name) const {
  const auto found = std::find_if(marks.rbegin(), marks.rend(),
                                  [&](const At<Marked>& m) { return m.what.name == name; });
  if (found == marks.rend()) return std::nullopt;
  return found->what.value;
}

TimelineBuilder::TimelineBuilder() = default;
TimelineBuilder::~TimelineBuilder() = default;

void TimelineBuilder::apply(const Fact& fact) {
  const MonoTime at = fact.at;
  timeline_.begun = timeline_.begun.value_or(at);
  timeline_.last = at;
  std::visit(Overloaded{
                 [&](const ConnectionOpened& e) { open(e, at); },
                 [&](const ConnectFailed& e) {
                   timeline_.refused.push_back({at, e});
                 },
                 [&](const BytesRead& e) { bytes(e.connection, true, e.bytes, at); },
                 [&](const BytesWritten& e) { bytes(e.connection, false, e.bytes, at); },
                 [&](const TapTruncated& e) { truncate(e.connection); },
                 [&](const PeerEnded& e) { end(e.connection, true, e.how, at); },
                 [&](const WeEnded& e) {
                   e.half ? half_close(e.connection, at) : end(e.connection, false, e.how, at);
                 },
                 [&](const DeadlinePassed& e) {
                   timeline_.deadlines.push_back({at, e});
                 },
                 [&](const WindowEnded& e) {
                   timeline_.windows.push_back({at, e});
                 },
                 [&](const Marked& e) {
                   timeline_.marks.push_back({at, e});
                 },
                 [&](const Declined& e) {
                   timeline_.declined.push_back({at, e});
                 },
                 [&](const ProcessSampled& e) {
                   timeline_.samples.push_back({at, e});
                 },
                 [&](const MemorySearched& e) {
                   timeline_.searches.push_back({at, e});
                 },
                 [&](const ProcessLine& e) {
                   timeline_.lines.push_back({at, e});
                 },
                 [&](const ProcessEnded& e) {
                   timeline_.process_ended = At<ProcessEnded>{at, e};
                 },
                 [&](const ProcessEndedLate& e) {
                   timeline_.late_end = At<ProcessEnded>{at, e.how};
                 },
                 [&](const CureTried& e) {
                   timeline_.cures.push_back({at, e});
                 },
                 [&](const QueueWatched& e) {
                   timeline_.queues.push_back({at, e});
                 },
                 [&](const HarnessTrouble& e) {
                   timeline_.troubles.push_back({at, e});
                 },
             },
             fact.event);
}

Connection* TimelineBuilder::find(ConnectionId id) {
  return const_cast<Connection*>(timeline_.connection(id));
}

ConnectionDecoder* TimelineBuilder::decoder(ConnectionId id) {
  const Connection* known = timeline_.connection(id);
  if (known == nullptr) return nullptr;
  return decoders_[static_cast<std::size_t>(known - timeline_.connections.data())].get();
}

void TimelineBuilder::open(const ConnectionOpened& opened, MonoTime at) {
  const bool is_later = timeline_.connections.empty() ||
                        timeline_.connections.back().id < opened.connection;
  if (!(is_later && ascending_)) {
    if (find(opened.connection) != nullptr) return;  // A file may say it twice; the first holds.
    ascending_ = false;
  }
  Connection connection;
  connection.id = opened.connection;
  connection.opened_at = at;
  connection.opened = opened;
  timeline_.connections.push_back(std::move(connection));
  decoders_.push_back(
      std::make_unique<ConnectionDecoder>(timeline_, timeline_.connections.size() - 1));
}

void TimelineBuilder::bytes(ConnectionId id, bool read, const std::string& bytes, MonoTime at) {
  Connection* connection = find(id);
  if (connection == nullptr) return;
  (read ? connection->read_bytes : connection->written_bytes) += bytes.size();
  const bool by_client = read == (connection->opened.we_are == Side::kServer);
  if (by_client) {
    decoder(id)->from_client(bytes, at);
  } else {
    decoder(id)->from_server(bytes, at);
  }
}

void TimelineBuilder::end(ConnectionId id, bool by_peer, Ending how, MonoTime at) {
  Connection* connection = find(id);
  if (connection == nullptr) return;
  auto& known = by_peer ? connection->peer_ended : connection->we_ended;
  if (!known) known = ConnectionEnd{at, how};
  const bool by_client = by_peer == (connection->opened.we_are == Side::kServer);
  // Who ends his own direction leaves the other's open; only our own full close and every reset
  // end both.
  if (by_client && how == Ending::kFin && by_peer) return decoder(id)->client_done(at);
  BodyEnd becomes = how == Ending::kFin ? BodyEnd::kCut : BodyEnd::kReset;
  if (by_client) becomes = by_peer ? BodyEnd::kReset : BodyEnd::kUnseen;
  decoder(id)->client_done(at);
  decoder(id)->server_done(at, becomes);
}

void TimelineBuilder::half_close(ConnectionId id, MonoTime at) {
  Connection* connection = find(id);
  if (connection == nullptr) return;
  connection->half_closed = true;
  if (connection->opened.we_are == Side::kClient) return decoder(id)->client_done(at);
  decoder(id)->server_done(at, BodyEnd::kCut);
}

void TimelineBuilder::truncate(ConnectionId id) {
  Connection* connection = find(id);
  if (connection == nullptr) return;
  connection->truncated = true;
  decoder(id)->lose_sight();
}

}  // namespace tailrace
