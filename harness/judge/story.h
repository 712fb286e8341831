// SPDX-License-Identifier: Apache-2.0
// Story: a history written by hand, as text, for tests of checks. For tests only; one thread.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>

#include "harness/judge/check.h"
#include "suites/catalogue/embedded.h"

namespace tailrace {

class Story {
 public:
  // All that follows happens at this time, in milliseconds from the start.
  Story& at(double ms) {
    now_ = MonoTime{Nanos(1'000'000'000 + static_cast<std::int64_t>(ms * 1e6))};
    return *this;
  }
  Story& tell(Event event) {
    builder_->apply({++sequence_, now_, std::move(event)});
    return *this;
  }
  Story& open(std::uint32_t connection, Side we_are = Side::kClient) {
    const Endpoint client =
        v4_endpoint({127, 0, 0, 1}, static_cast<std::uint16_t>(40000 + connection));
    const Endpoint server = v4_endpoint({127, 0, 0, 1}, 80);
    const bool ours = we_are == Side::kClient;
    we_are_ = we_are;
    return tell(ConnectionOpened{
        {connection}, ours ? client : server, ours ? server : client, we_are, true, false, false});
  }
  Story& from_client(std::uint32_t connection, const std::string& bytes) {
    if (we_are_ == Side::kClient) return tell(BytesWritten{{connection}, bytes});
    return tell(BytesRead{{connection}, bytes});
  }
  Story& from_server(std::uint32_t connection, const std::string& bytes) {
    if (we_are_ == Side::kClient) return tell(BytesRead{{connection}, bytes});
    return tell(BytesWritten{{connection}, bytes});
  }
  Story& post(std::uint32_t connection, const std::string& message,
              const std::string& headers = "") {
    return from_client(
        connection, fmt::format("POST /mcp HTTP/1.1\r\nHost: a\r\n{}Content-Length: {}\r\n\r\n{}",
                                headers, message.size(), message));
  }
  Story& call(std::uint32_t connection, int id, const std::string& method = "tools/call",
              const std::string& headers = "") {
    return post(connection, fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"{}"}})", id, method),
                headers);
  }
  Story& sse_head(std::uint32_t connection) {
    return from_server(connection,
                       "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n");
  }
  Story& event(std::uint32_t connection, const std::string& data, const std::string& id = "") {
    const std::string text = (id.empty() ? "" : "id: " + id + "\n") + "data: " + data + "\n\n";
    return from_server(connection, fmt::format("{:x}\r\n{}\r\n", text.size(), text));
  }
  Story& result(std::uint32_t connection, int id, const std::string& event_id = "") {
    return event(connection, fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{{}}}})", id),
                 event_id);
  }
  Story& error(std::uint32_t connection, int id, const std::string& event_id = "") {
    return event(
        connection,
        fmt::format(R"({{"jsonrpc":"2.0","id":{},"error":{{"code":-1,"message":"m"}}}})", id),
        event_id);
  }
  Story& end(std::uint32_t connection) { return from_server(connection, "0\r\n\r\n"); }
  Story& plain(std::uint32_t connection, int status, const std::string& headers = "") {
    return from_server(
        connection, fmt::format("HTTP/1.1 {} X\r\n{}Content-Length: 0\r\n\r\n", status, headers));
  }
  Story& json(std::uint32_t connection, std::string_view body, int status = 200,
              const std::string& headers = "") {
    return from_server(connection,
                       fmt::format("HTTP/1.1 {} X\r\nContent-Type: application/json\r\n{}"
                                   "Content-Length: {}\r\n\r\n{}",
                                   status, headers, body.size(), body));
  }
  Story& mark(std::string_view name, const std::string& value) {
    return tell(Marked{std::string(name), value});
  }

  Judgement judge(const Check& check, std::string_view revision = "2025-11-25") const {
    static const Catalogue catalogue = *Catalogue::parse(catalogue_json());
    return check.judge({builder_->timeline(), catalogue, revision, {}, "", false, false});
  }
  const Timeline& timeline() const { return builder_->timeline(); }

 private:
  // Its decoders refer to it, so it stays where it is when a Story moves.
  std::unique_ptr<TimelineBuilder> builder_ = std::make_unique<TimelineBuilder>();
  std::uint64_t sequence_ = 0;
  MonoTime now_{Nanos(1'000'000'000)};
  Side we_are_ = Side::kClient;
};

}  // namespace tailrace
