// SPDX-License-Identifier: Apache-2.0
// For the tests: what a StreamSink was told, as text: "abc@1 gap3@2 end@4 ", frame behind the @.
#pragma once

#include <fmt/format.h>

#include <string>

#include "harness/flow/stream_sink.h"

namespace tailrace {

class ToldStreams : public StreamSink {
 public:
  void on_open(ConnectionId connection, const Endpoint& client, const Endpoint& server,
               RealTime) override {
    text += fmt::format("open{} {}>{} ", connection.value, client.port, server.port);
  }
  void on_bytes(const StreamPlace& place, std::string_view told) override {
    bytes += told;
    text += fmt::format("{}@{} ", told, place.frame.value);
  }
  void on_gap(const StreamPlace& place, std::uint64_t length) override {
    text += fmt::format("gap{}@{} ", length, place.frame.value);
  }
  void on_end(const StreamPlace& place, bool reset) override {
    text += fmt::format("{}@{} ", reset ? "reset" : "end", place.frame.value);
  }

  std::string text, bytes;
};

}  // namespace tailrace
