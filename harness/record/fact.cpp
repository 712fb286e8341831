// SPDX-License-Identifier: Apache-2.0
#include "harness/record/fact.h"

#include <array>

#include "harness/wire/escape.h"

namespace tailrace {
namespace {

constexpr std::array<std::string_view, 3> kEndings = {"fin", "reset", "error"};

// Writes the members of each kind of event; FactReader below reads the same names.
struct FactWriter {
  Json& out;

  void operator()(const ConnectionOpened& e) {
    put("opened", e.connection);
    out.set("local", e.local.text());
    out.set("remote", e.remote.text());
    out.set("we_are", name_of(e.we_are));
    out.set("no_delay", e.no_delay);
    out.set("quick_ack", e.quick_ack);
    out.set("tls", e.tls);
  }
  void operator()(const ConnectFailed& e) {
    out.set("e", "connect_failed");
    out.set("target", e.target);
    out.set("why", e.why);
  }
  void operator()(const BytesRead& e) {
    put("read", e.connection);
    out.set("bytes", as_latin1_json_text(e.bytes));
  }
  void operator()(const BytesWritten& e) {
    put("wrote", e.connection);
    out.set("bytes", as_latin1_json_text(e.bytes));
  }
  void operator()(const TapTruncated& e) {
    put("tap_truncated", e.connection);
    out.set("read", e.read);
  }
  void operator()(const PeerEnded& e) {
    put("peer_ended", e.connection);
    out.set("how", name_of(e.how));
  }
  void operator()(const WeEnded& e) {
    put("we_ended", e.connection);
    out.set("how", name_of(e.how));
    out.set("half", e.half);
  }
  void operator()(const DeadlinePassed& e) {
    out.set("e", "deadline_passed");
    out.set("name", e.name);
    out.set("waited_for", e.waited_for);
    out.set("limit_ms", std::int64_t{e.limit.count()});
  }
  void operator()(const WindowEnded& e) {
    out.set("e", "window_ended");
    out.set("name", e.name);
    out.set("length_ms", std::int64_t{e.length.count()});
    out.set("took_ns", std::int64_t{e.took.count()});
  }
  void operator()(const Marked& e) {
    out.set("e", "marked");
    out.set("name", e.name);
    out.set("value", e.value);
  }
  void operator()(const Declined& e) {
    out.set("e", "declined");
    out.set("why", e.why);
  }
  void operator()(const ProcessSampled& e) {
    out.set("e", "process_sampled");
    out.set("label", e.label);
    out.set("descriptors", e.descriptors);
    out.set("files", e.files);
    out.set("pipes", e.pipes);
    out.set("anonymous", e.anonymous);
    out.set("children", e.children);
    out.set("threads", e.threads);
    out.set("resident_bytes", e.resident_bytes);
    if (e.collector != Collector::kLazy) {
      out.set("collector", e.collector == Collector::kNone ? "none" : "eager");
    }
    Json sockets{Json::Array{}};
    for (const auto& socket : e.sockets) {
      Json row;
      row.set("local", socket.local.text());
      row.set("remote", socket.remote.text());
      row.set("state", socket.state);
      sockets.push(std::move(row));
    }
    out.set("sockets", std::move(sockets));
  }
  void operator()(const MemorySearched& e) {
    out.set("e", "memory_searched");
    out.set("bytes", e.bytes);
    Json kinds{Json::Array{}};
    for (const auto& kind : e.kinds) {
      Json row;
      row.set("name", kind.name);
      row.set("found", kind.found);
      kinds.push(std::move(row));
    }
    out.set("kinds", std::move(kinds));
    out.set("why_not", e.why_not);
  }
  void operator()(const ProcessLine& e) {
    out.set("e", "process_line");
    out.set("text", as_latin1_json_text(e.text));
  }
  void operator()(const ProcessEnded& e) { put_end("process_ended", e); }
  void operator()(const ProcessEndedLate& e) { put_end("process_ended_late", e.how); }
  void put_end(std::string_view kind, const ProcessEnded& e) {
    out.set("e", std::string(kind));
    out.set("exit_code", e.exit_code);
    out.set("signal", e.signal);
    out.set("asked", e.asked);
    if (!e.printed.empty()) out.set("printed", as_latin1_json_text(e.printed));
  }
  void operator()(const CureTried& e) {
    put("cure_tried", e.connection);
    out.set("done", e.done);
    out.set("was_set", e.was_set);
    out.set("why_not", e.why_not);
  }
  void operator()(const QueueWatched& e) {
    put("queue_watched", e.connection);
    out.set("looks", e.looks);
    out.set("held", e.held);
    out.set("loose", e.loose);
    out.set("most_unsent", e.most_unsent);
  }
  void operator()(const HarnessTrouble& e) {
    out.set("e", "harness_trouble");
    out.set("what", e.what);
  }

  void put(const char* kind, ConnectionId connection) {
    out.set("e", kind);
    out.set("c", connection.value);
  }
};

// Reads one event; the first missing or wrong member is kept in `wrong`.
struct FactReader {
  const Json& in;
  std::string wrong;

  std::string text(std::string_view name) {
    if (!in[name].is_string()) complain(name, "text");
    return in[name].as_string();
  }
  std::int64_t number(std::string_view name) {
    if (!in[name].is_int()) complain(name, "a whole number");
    return in[name].as_int();
  }
  Nanos time(std::string_view name, Nanos unit = Nanos(1)) {
    const auto value = number(name);
    const bool fits = value >= 0 && value <= kLatestTime / unit;
    if (!fits) complain(name, "a time from 0 to 73 years");
    return fits ? value * unit : Nanos(0);
  }
  Millis millis(std::string_view name) {
    return std::chrono::duration_cast<Millis>(time(name, Millis(1)));
  }
  bool flag(std::string_view name) {
    if (!in[name].is_bool()) complain(name, "true or false");
    return in[name].as_bool();
  }
  std::string bytes(std::string_view name) {
    auto plain = from_latin1(text(name));
    if (!plain) complain(name, "bytes as Latin-1 text");
    return plain.value_or("");
  }
  int small(std::string_view name) {
    const auto value = number(name);
    if (value < INT32_MIN || value > INT32_MAX) complain(name, "a small number");
    return static_cast<int>(value);
  }
  Side side(std::string_view name) {
    const auto word = text(name);
    if (word != name_of(Side::kClient) && word != name_of(Side::kServer)) {
      complain(name, "client or server");
    }
    return word == name_of(Side::kServer) ? Side::kServer : Side::kClient;
  }
  ConnectionId connection() {
    const auto value = number("c");
    if (value < 1 || value > UINT32_MAX) complain("c", "a connection number from 1");
    return {static_cast<std::uint32_t>(value)};
  }
  Endpoint endpoint(const Json& from, std::string_view name, const std::string& path = "") {
    auto parsed = parse_endpoint(from[name].as_string());
    if (!parsed) complain(path + std::string(name), "an address and a port");
    return parsed.value_or(Endpoint{});
  }
  Ending ending() {
    const auto how = text("how");
    for (std::size_t i = 0; i < kEndings.size(); ++i) {
      if (kEndings[i] == how) return static_cast<Ending>(i);
    }
    complain("how", "fin, reset or error");
    return Ending::kError;
  }
  void complain(std::string_view name, std::string_view expected) {
    if (wrong.empty()) {
      wrong = "member '" + std::string(name) + "' is not " + std::string(expected);
    }
  }

  Event opened() {
    ConnectionOpened e{connection(), endpoint(in, "local"), endpoint(in, "remote")};
    e.we_are = side("we_are");
    e.no_delay = flag("no_delay");
    e.quick_ack = flag("quick_ack");
    e.tls = flag("tls");
    return e;
  }
  ProcessEnded ended() {
    ProcessEnded e{small("exit_code"), small("signal"), flag("asked")};
    if (!in["printed"].is_null()) e.printed = bytes("printed");  // Later than the others.
    return e;
  }
  Event sampled() {
    ProcessSampled e;
    e.label = text("label");
    e.descriptors = number("descriptors");
    e.files = number("files");
    e.pipes = number("pipes");
    e.anonymous = number("anonymous");
    e.children = number("children");
    if (in.find("threads") != nullptr) e.threads = number("threads");
    e.resident_bytes = number("resident_bytes");
    if (in.find("collector") != nullptr) {
      const std::string collector = text("collector");
      if (collector != "none" && collector != "eager") complain("collector", "none or eager");
      e.collector = collector == "none" ? Collector::kNone : Collector::kEager;
    } else if (in.find("native") != nullptr && flag("native")) {  // As old records say it.
      e.collector = Collector::kNone;
    }
    if (!in["sockets"].is_array()) complain("sockets", "a list");
    for (const auto& row : in["sockets"].items()) {
      const auto path = "sockets[" + std::to_string(e.sockets.size()) + "].";
      if (!row["state"].is_string()) complain(path + "state", "text");
      e.sockets.push_back(
          {endpoint(row, "local", path), endpoint(row, "remote", path), row["state"].as_string()});
    }
    return e;
  }
  Event searched() {
    MemorySearched e{number("bytes"), {}, text("why_not")};
    if (!in["kinds"].is_array()) complain("kinds", "a list");
    for (const auto& row : in["kinds"].items()) {
      const auto path = "kinds[" + std::to_string(e.kinds.size()) + "].";
      if (!row["name"].is_string()) complain(path + "name", "text");
      if (!row["found"].is_int()) complain(path + "found", "a whole number");
      e.kinds.push_back({row["name"].as_string(), row["found"].as_int()});
    }
    return e;
  }
  Event read(const std::string& kind) {
    if (kind == "opened") return opened();
    if (kind == "connect_failed") return ConnectFailed{text("target"), text("why")};
    if (kind == "read") return BytesRead{connection(), bytes("bytes")};
    if (kind == "wrote") return BytesWritten{connection(), bytes("bytes")};
    if (kind == "tap_truncated") return TapTruncated{connection(), flag("read")};
    if (kind == "peer_ended") return PeerEnded{connection(), ending()};
    if (kind == "we_ended") return WeEnded{connection(), ending(), flag("half")};
    if (kind == "deadline_passed") {
      return DeadlinePassed{text("name"), text("waited_for"), millis("limit_ms")};
    }
    if (kind == "window_ended") {
      return WindowEnded{text("name"), millis("length_ms"), time("took_ns")};
    }
    if (kind == "marked") return Marked{text("name"), text("value")};
    if (kind == "declined") return Declined{text("why")};
    if (kind == "process_sampled") return sampled();
    if (kind == "memory_searched") return searched();
    if (kind == "process_line") return ProcessLine{bytes("text")};
    if (kind == "process_ended") return ended();
    if (kind == "process_ended_late") return ProcessEndedLate{ended()};
    if (kind == "cure_tried") {
      return CureTried{connection(), flag("done"), flag("was_set"), text("why_not")};
    }
    if (kind == "queue_watched") {
      return QueueWatched{connection(), number("looks"), number("held"), number("loose"),
                          number("most_unsent")};
    }
    if (kind == "harness_trouble") return HarnessTrouble{text("what")};
    complain("e", "a kind of event this version knows");
    return HarnessTrouble{};
  }
};

}  // namespace

std::string_view name_of(Ending ending) {
  return kEndings[static_cast<std::size_t>(ending)];
}

Json to_json(const Fact& fact) {
  Json out;
  out.set("n", fact.sequence);
  out.set("t", std::int64_t{fact.at.since_boot.count()});
  std::visit(FactWriter{out}, fact.event);
  return out;
}

Result<Fact> fact_from(const Json& json) {
  FactReader reader{json, {}};
  Fact fact;
  const auto sequence = reader.number("n");
  if (sequence < 1) reader.complain("n", "a number from 1");
  fact.sequence = static_cast<std::uint64_t>(sequence);
  fact.at = MonoTime{reader.time("t")};
  fact.event = reader.read(reader.text("e"));
  if (!reader.wrong.empty()) return trouble(reader.wrong);
  return fact;
}

}  // namespace tailrace
