// SPDX-License-Identifier: Apache-2.0
#include "harness/record/timeline_parts.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace tailrace {
namespace {

// One connection is answered, one left by its client inside the answer, one reset by its server.
struct Told {
  std::uint32_t connection;
  enum { kOpen, kAsk, kHead, kResult, kClientFin, kClientReset, kServerReset } what;
};
const std::vector<Told> kStory = {
    {1, Told::kOpen},   {2, Told::kOpen},      {1, Told::kAsk},    {2, Told::kAsk},
    {3, Told::kOpen},   {1, Told::kHead},      {3, Told::kAsk},    {2, Told::kHead},
    {1, Told::kResult}, {2, Told::kClientFin}, {1, Told::kAsk},    {3, Told::kHead},
    {2, Told::kResult}, {1, Told::kHead},      {1, Told::kResult}, {3, Told::kServerReset},
    {4, Told::kOpen},   {1, Told::kClientFin}, {4, Told::kAsk},    {4, Told::kClientReset},
    {5, Told::kOpen}};

std::string bytes_of(const Told& told) {
  if (told.what == Told::kAsk) {
    return "POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Length: 39\r\n\r\n"
           R"({"jsonrpc":"2.0","id":1,"method":"m"}  )";
  }
  if (told.what == Told::kHead) {
    return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
           "Transfer-Encoding: chunked\r\n\r\n";
  }
  const std::string event = "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n";
  return fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", event.size(), event);
}

Event event_of(const Told& told, Side we) {
  const ConnectionId id{told.connection};
  const Endpoint client = v4_endpoint({10, 0, 0, 1}, static_cast<std::uint16_t>(told.connection));
  const Endpoint server = v4_endpoint({10, 0, 0, 2}, 80);
  const bool by_client =
      told.what == Told::kAsk || told.what == Told::kClientFin || told.what == Told::kClientReset;
  const bool ours = by_client == (we == Side::kClient);
  if (told.what == Told::kOpen) {
    return ConnectionOpened{id, we == Side::kClient ? client : server,
                            we == Side::kClient ? server : client, we, true, false, false};
  }
  if (told.what == Told::kAsk || told.what == Told::kHead || told.what == Told::kResult) {
    if (ours) return BytesWritten{id, bytes_of(told)};
    return BytesRead{id, bytes_of(told)};
  }
  const Ending how = told.what == Told::kClientFin ? Ending::kFin : Ending::kReset;
  if (ours) return WeEnded{id, how, false};
  return PeerEnded{id, how};
}

Timeline decoded(Side we, const std::set<ConnectionId>& connections) {
  TimelineBuilder builder;
  std::uint64_t sequence = 0;
  for (std::size_t i = 0; i < kStory.size(); ++i) {
    if (!connections.contains({kStory[i].connection})) continue;
    builder.apply({++sequence, MonoTime{Millis(i)}, event_of(kStory[i], we)});
  }
  Timeline timeline = builder.take();
  if (timeline.last) timeline.last = MonoTime{Millis(kStory.size())};
  return timeline;
}

std::string text_of(const Timeline& timeline) {
  const auto ms = [](const std::optional<MonoTime>& at) {
    return at ? std::to_string(at->since_boot.count()) : "-";
  };
  std::string text = fmt::format("{}..{}\n", ms(timeline.begun), ms(timeline.last));
  for (const Connection& c : timeline.connections) {
    text += fmt::format("c{} {} {} {} {} {} {} {} {}:", c.id.value, c.opened.local.text(),
                        c.opened.remote.text(), name_of(c.opened.we_are), c.read_bytes,
                        c.written_bytes, c.malformed.size(),
                        ms(c.peer_ended ? std::optional(c.peer_ended->at) : std::nullopt),
                        ms(c.we_ended ? std::optional(c.we_ended->at) : std::nullopt));
    for (const StreamId id : c.streams) text += fmt::format(" {}", id.value);
    text += "\n";
  }
  for (const Exchange& e : timeline.exchanges) {
    text += fmt::format("s{} c{} {} {} {} {} {} {}\n", e.id.value, e.connection.value, e.index,
                        e.events.size(), static_cast<int>(e.end), ms(e.ended_at),
                        e.response_span.end, e.asked ? e.asked->method : "");
  }
  return text;
}

const std::set<ConnectionId> kAll = {{1}, {2}, {3}, {4}, {5}};

TEST(timeline_parts, each_part_is_as_if_decoded_alone_and_the_whole_comes_back) {
  for (const Side we : {Side::kClient, Side::kServer}) {
    TimelineParts parts = split(decoded(we, kAll), 3, [](ConnectionId id) { return id.value % 2; });
    EXPECT_EQ(text_of(parts.parts[0]), text_of(decoded(we, {{2}, {4}})));
    EXPECT_EQ(text_of(parts.parts[1]), text_of(decoded(we, {{1}, {3}, {5}})));
    EXPECT_EQ(text_of(parts.parts[2]), text_of(Timeline()));
    EXPECT_EQ(text_of(joined(std::move(parts))), text_of(decoded(we, kAll)));
  }
}

TEST(timeline_parts, turned_round_is_as_decoded_from_the_other_side) {
  std::set<ConnectionId> anew;
  const Timeline round =
      turned_round(decoded(Side::kClient, kAll), [&](const std::set<ConnectionId>& connections) {
        anew = connections;
        return decoded(Side::kServer, connections);
      });
  EXPECT_EQ(text_of(round), text_of(decoded(Side::kServer, kAll)));
  EXPECT_EQ(anew, (std::set<ConnectionId>{{2}, {4}}));
}

}  // namespace
}  // namespace tailrace
