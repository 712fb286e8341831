// SPDX-License-Identifier: Apache-2.0
// Bodies as HTTP may frame them (RFC 9112, 6.3): in chunks, by their length, and up to the end of
// the connection, as HTTP/1.0 servers and some proxies send them.

#include <array>

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

enum class Framing { kChunks, kLength, kConnection };

struct Variant {
  std::string_view name, type;
  Framing framing;
  bool error = false;
};
constexpr std::string_view kEvents = "text/event-stream", kJson = "application/json";
constexpr std::array<Variant, 8> kVariants = {{
    {"JSON in chunks", kJson, Framing::kChunks},
    {"JSON up to the end of the connection", kJson, Framing::kConnection},
    {"JSON by its length", kJson, Framing::kLength},
    {"events up to the end of the connection", kEvents, Framing::kConnection},
    {"events by their length", kEvents, Framing::kLength},
    {"events in chunks", kEvents, Framing::kChunks},
    {"an Error as JSON", kJson, Framing::kLength, true},
    {"an Error as an event", kEvents, Framing::kLength, true},
}};
constexpr Millis kLeaves{10000};

void answer(ServerDriver& server, StreamId call, const Variant& variant) {
  const std::string message = variant.error ? server.error_for(call) : server.result_for(call);
  const std::string body =
      variant.type == kJson ? message : "event: message\ndata: " + message + "\n\n";
  const HttpHeader type{"Content-Type", std::string(variant.type)};
  switch (variant.framing) {
    case Framing::kLength:
      return server.respond(call, 200, {type}, body);
    case Framing::kChunks:
      return server.respond_in_chunks(call, type, body);
    case Framing::kConnection:
      return server.respond_until_close(call, type, body);
  }
}

void drive(ServerDriver& server) {
  const std::size_t calls = kRoundsOfForms * kVariants.size();
  server.start_client(static_cast<int>(calls));
  for (std::size_t made = 0; made < calls; ++made) {
    const Variant& variant = kVariants[made % kVariants.size()];
    const auto call = server.watch_call(server.until_harm());
    if (!call) return;
    server.mark(kMarkVariant, std::string(variant.name));
    answer(server, *call, variant);
  }
  server.await_exit(kLeaves);
}

}  // namespace

Scenario stream_closure_client_reads_every_framing() {
  return Scenario{{
      .id = "stream_closure.client_reads_every_framing",
      .question = "Does the client read its answers however their bodies are framed?",
      .covers = {},
      .drive = &drive,
      .checks = {call_returns_what_was_sent(Rule{})},
      .catches = {client_fault::kHangsWithoutLength, client_fault::kLosesJsonErrors},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
