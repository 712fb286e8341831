// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/pair_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/flow/connection_findings.h"
#include "harness/wire/escape.h"

namespace tailrace {
namespace {

constexpr std::size_t kMostText = 80;

Json exit_json(const std::optional<ExitStatus>& exit) {
  if (!exit) return Json();
  Json json;
  json.set("code", exit->code).set("signal", exit->signal);
  return json;
}

Json owner_json(const OwnedSocket& socket) {
  if (socket.pid == 0) return Json();
  Json json;
  json.set("pid", std::int64_t{socket.pid}).set("program", socket.program);
  return json;
}

Json connection_json(const PairedConnection& connection) {
  Json json;
  json.set("client", connection.client.text()).set("server", connection.server.text());
  json.set("client_process", owner_json(connection.client_socket));
  json.set("server_process", owner_json(connection.server_socket));
  return json;
}

Json call_json(const PairCall& call) {
  const ExchangeRecord& record = *call.exchange;
  Json json, connection;
  connection.set("client", record.client.text()).set("server", record.server.text());
  json.set("connection", std::move(connection)).set("exchange", record.index);
  if (!record.asked.method.empty()) json.set("method", record.asked.method);
  if (!record.asked.id.empty()) json.set("id", record.asked.id);
  if (!record.asked.tool.empty()) json.set("tool", record.asked.tool);
  json.set("ms", millis_of(record.length()));
  json.set("stalled", call.stalled);
  json.set("stalled_ms", millis_of(record.causes[Cause::kDelayedAck]));
  return json;
}

Json party_json(const std::string& source, const std::optional<ExitStatus>& exit) {
  Json json;
  json.set("command", source).set("exit", exit_json(exit));
  return json;
}

std::string option_words(const std::optional<bool>& no_delay) {
  if (!no_delay) return "";
  return *no_delay ? "        TCP_NODELAY is set on the sockets it accepts\n"
                   : "        Nagle's algorithm is on for the sockets it accepts\n";
}

Json queue_json(const QueueLooks& queue) {
  Json json;
  return json.set("looks", queue.looks).set("held", queue.held).set("loose", queue.loose).set(
      "most_unsent_bytes", std::uint64_t{queue.most_unsent});
}

Json cure_json(const PairCure& cure) {
  Json json;
  json.set("sockets", std::uint64_t{cure.set_at.size()}).set("was_set", cure.was_set);
  if (!cure.why_not.empty()) json.set("why_not", cure.why_not);
  json.set("calls", std::uint64_t{cure.calls});
  json.set("calls_before", std::uint64_t{cure.calls_before});
  json.set("stalled_calls", std::uint64_t{cure.stalled_calls});
  json.set("median_ms", millis_of(cure.median));
  return json;
}

// The proofs of a stall beside the packets.
std::string proof_words(const PairOutcome& outcome, const PairAccount& account) {
  std::string text;
  const QueueLooks& queue = outcome.queue;
  if (queue.held > 0 && queue.loose == 0 && account.stalled_calls > 0) {
    text += fmt::format(
        "proof   send queue of the server's kernel: data unsent behind one unacknowledged segment "
        "at {} looks, up to {} bytes\n",
        queue.held, queue.most_unsent);
  }
  if (!outcome.cure) return text;
  const PairCure& cure = *outcome.cure;
  if (cure.set_at.empty()) {
    return text + "proof   the cure could not be put in place: " +
           (cure.why_not.empty() ? "no socket of the server was seen" : cure.why_not) + "\n";
  }
  if (cure.calls == 0) {
    return text + "proof   the client again: it had made its calls before the cure was in place\n";
  }
  return text + fmt::format(
                    "proof   the client again, with TCP_NODELAY set from outside on the server's "
                    "sockets{}: {} of {} calls wait, median {} instead of {}\n",
                    cure.was_set ? " (where it was set already)" : "", cure.stalled_calls,
                    cure.calls, in_millis(cure.median), in_millis(account.median));
}

std::string hold_words(const PairAccount& account) {
  switch (account.hold) {
    case Hold::kShown:
      return fmt::format(
          "{} of {} calls wait for a delayed ACK: holder {}, delayer of the ACK {}",
          account.stalled_calls, account.calls.size(), name_of(*account.holder),
          name_of(other(*account.holder)));
    case Hold::kMasked:
      return fmt::format(
          "no call waits, but this is masked ({}): the {} writes a message in small pieces with "
          "Nagle's algorithm on, and a client that keeps its connection may wait",
          account.masked_by, name_of(*account.holder));
    case Hold::kCured:
      return "no call waits for a delayed ACK: the server sets TCP_NODELAY";
    case Hold::kUnknown:
      return "no call waits here; whether the server would hold data could not be seen";
    case Hold::kNone:
      break;
  }
  return "no call waits for a delayed ACK";
}

}  // namespace

std::string how_ended(const std::optional<ExitStatus>& exit) {
  if (!exit) return "";
  if (exit->signal != 0) return fmt::format(", ended by signal {}", exit->signal);
  return fmt::format(", exit status {}", exit->code);
}

Json pair_json(const PairOptions& options, const PairOutcome& outcome,
               const PairAccount& account) {
  Json server = party_json(options.server_source, outcome.server_exit);
  server.set("address", outcome.server.text());
  server.set("no_delay", outcome.server_no_delay ? Json(*outcome.server_no_delay) : Json());
  Json json, calls{Json::Array{}}, connections{Json::Array{}};
  json.set("server", std::move(server));
  json.set("client", party_json(options.client_source, outcome.client_exit));
  json.set("median_ms", millis_of(account.median)).set("slowest_ms", millis_of(account.slowest));
  json.set("connections_used", account.connections);
  json.set("stalled_calls", account.stalled_calls);
  json.set("hold", std::string(name_of(account.hold)));
  json.set("masked", account.hold == Hold::kMasked);
  if (!account.masked_by.empty()) json.set("masked_by", account.masked_by);
  if (account.holder) {
    json.set("holder", name_of(*account.holder));
    json.set("ack_delayer", name_of(other(*account.holder)));
    json.set("owner", account.owner).set("cure", account.cure);
  }
  for (const PairCall& call : account.calls) calls.push(call_json(call));
  for (const auto& connection : outcome.connections) connections.push(connection_json(connection));
  json.set("calls", std::move(calls)).set("connections", std::move(connections));
  json.set("send_queue", queue_json(outcome.queue));
  if (outcome.cure) json.set("cure_in_place", cure_json(*outcome.cure));
  json.set("ms", outcome.ms);
  return json;
}

std::string pair_console(const PairOptions& options, const PairOutcome& outcome,
                         const PairAccount& account) {
  std::string text = fmt::format("server  {}{}\n{}", excerpt(options.server_source, kMostText),
                                 how_ended(outcome.server_exit),
                                 option_words(outcome.server_no_delay));
  text += fmt::format("client  {}{}\n", excerpt(options.client_source, kMostText),
                      how_ended(outcome.client_exit));
  text += fmt::format("calls   {} on {} connection{}, median {}, slowest {}\n",
                      account.calls.size(), account.connections,
                      account.connections == 1 ? "" : "s", in_millis(account.median),
                      in_millis(account.slowest));
  text += fmt::format("stalls  {}\n", hold_words(account));
  if (!account.cure.empty()) text += fmt::format("cure    {} ({})\n", account.cure, account.owner);
  return text + proof_words(outcome, account) + "\n";
}

}  // namespace tailrace
