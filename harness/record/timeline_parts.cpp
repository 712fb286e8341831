// SPDX-License-Identifier: Apache-2.0
#include "harness/record/timeline_parts.h"

#include <algorithm>
#include <utility>

namespace tailrace {
namespace {

// Its exchanges follow, with the numbers that they have there.
void move_connection(Connection& connection, Timeline& into) {
  connection.streams.clear();
  into.connections.push_back(std::move(connection));
}

Connection& connection_in(Timeline& timeline, ConnectionId id) {
  return const_cast<Connection&>(*timeline.connection(id));
}

void move_exchange(Exchange& exchange, Timeline& into) {
  Exchange& moved = into.exchanges.emplace_back(std::move(exchange));
  moved.id = {static_cast<std::uint32_t>(into.exchanges.size())};
  connection_in(into, moved.connection).streams.push_back(moved.id);
}

// Connections whose client, who is us, left while an answer was not over.
std::set<ConnectionId> left_inside(const Timeline& timeline) {
  std::set<ConnectionId> inside;
  for (const Connection& connection : timeline.connections) {
    const bool unseen = std::ranges::any_of(connection.streams, [&](StreamId id) {
      return timeline.exchange(id)->end == BodyEnd::kUnseen;
    });
    if (connection.we_ended && unseen) inside.insert(connection.id);
  }
  return inside;
}

// Connections of `anew` for what is known of them. They asked the same: who left, left after that.
void put_in(Timeline anew, Timeline& timeline) {
  for (Connection& connection : anew.connections) {
    Connection& known = connection_in(timeline, connection.id);
    const std::size_t asked = std::min(known.streams.size(), connection.streams.size());
    for (std::size_t i = 0; i < asked; ++i) {
      const StreamId id = known.streams[i];
      Exchange& exchange = timeline.exchanges[id.value - 1];
      exchange = std::move(anew.exchanges[connection.streams[i].value - 1]);
      exchange.id = id;
    }
    connection.streams = std::move(known.streams);
    known = std::move(connection);
  }
}

}  // namespace

TimelineParts split(Timeline whole, std::size_t parts,
                    const std::function<std::size_t(ConnectionId)>& part_of) {
  TimelineParts split;
  split.parts.resize(parts);
  if (parts == 1) {
    split.parts[0] = std::move(whole);
    return split;
  }
  for (Connection& connection : whole.connections) {
    const std::size_t part = part_of(connection.id);
    split.of_connections.push_back(part);
    Timeline& into = split.parts[part];
    into.begun = into.begun.value_or(connection.opened_at);
    into.last = whole.last;
    move_connection(connection, into);
  }
  for (Exchange& exchange : whole.exchanges) {
    const auto on = whole.connection(exchange.connection) - whole.connections.data();
    const std::size_t part = split.of_connections[static_cast<std::size_t>(on)];
    split.of_exchanges.push_back(part);
    move_exchange(exchange, split.parts[part]);
  }
  return split;
}

Timeline joined(TimelineParts parts) {
  if (parts.parts.size() == 1) return std::move(parts.parts[0]);
  Timeline whole;
  for (const Timeline& part : parts.parts) {
    if (!part.begun) continue;
    whole.begun = std::min(whole.begun.value_or(*part.begun), *part.begun);
    whole.last = part.last;
  }
  std::vector<std::size_t> taken(parts.parts.size());
  for (const std::size_t part : parts.of_connections) {
    move_connection(parts.parts[part].connections[taken[part]++], whole);
  }
  std::ranges::fill(taken, 0);
  for (const std::size_t part : parts.of_exchanges) {
    move_exchange(parts.parts[part].exchanges[taken[part]++], whole);
  }
  return whole;
}

Timeline turned_round(Timeline timeline,
                      const std::function<Timeline(const std::set<ConnectionId>&)>& decode) {
  const auto inside = left_inside(timeline);
  for (Connection& connection : timeline.connections) {
    std::swap(connection.opened.local, connection.opened.remote);
    connection.opened.we_are = Side::kServer;
    std::swap(connection.peer_ended, connection.we_ended);
    std::swap(connection.read_bytes, connection.written_bytes);
  }
  if (!inside.empty()) put_in(decode(inside), timeline);
  return timeline;
}

}  // namespace tailrace
