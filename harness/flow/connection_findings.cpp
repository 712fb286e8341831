// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/connection_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace tailrace {
namespace {

// Below it every server is busy now and then; a path's round trip varies by a part of it.
constexpr Nanos kLeastThink = Millis(10);
constexpr Nanos kLeastClosedWindow = Millis(5);
// A stream whose end has not come so long after its last message is open, not late.
constexpr Nanos kLeftOpen = Millis(50);
// So many streams of a server, and none that it ended, were not left too early to see their end.
constexpr std::size_t kNeverEnded = 5;
constexpr std::size_t kMostLeftEarly = 256, kMostServers = 4096;
constexpr std::uint32_t kLoopbackMss = 16384;  // No path but loopback offers so much.
constexpr std::uint64_t kHeldOnAnyPath = 2 * 1448;

CaptureFinding on_connection(std::string_view kind, ConnectionId id, const Endpoint& client,
                             const Endpoint& server) {
  CaptureFinding finding;
  finding.kind = kind;
  finding.on_connection = true;
  finding.connection = id;
  finding.client = client;
  finding.server = server;
  return finding;
}

void add_frame(CaptureFinding& finding, const char* member, FrameNumber frame, std::string text,
               std::optional<RealTime> at = std::nullopt) {
  if (!frame) return;
  finding.details.set(member, frame.value);
  finding.frames.push_back({frame, finding.kind + ": " + std::move(text), at});
}

CaptureFinding hold_finding(std::string_view kind, const Stall& stall, const ConnectionFlow& flow,
                            ConnectionId id, Side holder) {
  CaptureFinding finding = on_connection(kind, id, flow.client, flow.server);
  finding.side = holder;
  const std::string who = name_of(holder), peer = name_of(other(holder));
  finding.details.set("holder", who).set("ack_delayer", peer);
  finding.details.set("direction", holder == Side::kServer ? "server-to-client"
                                                           : "client-to-server");
  add_frame(finding, "waiting_frame", stall.waiting_frame,
            fmt::format("the {} holds its next data until this small segment is acknowledged",
                        who),
            stall.waiting_at);
  add_frame(finding, "ack_frame", stall.ack_frame,
            fmt::format("the {}'s ACK, {} after the segment it acknowledges", peer,
                        in_millis(stall.ack_wait)),
            stall.ack_at);
  add_frame(finding, "release_frame", stall.release_frame,
            fmt::format("the data that the {} held", who), stall.release_at);
  finding.details.set("ack_wait_ms", millis_of(stall.ack_wait));
  finding.details.set("ack_delay_ms", millis_of(stall.ack_delay));
  // By the sender's clock it may have taken longer than it seems from here.
  const Nanos bound = std::max(stall.release_at - stall.held_since, stall.hold);
  finding.details.set("hold_bound_ms", millis_of(bound));
  finding.details.set("hold_ms", millis_of(stall.hold));
  finding.details.set("held_bytes", stall.release_length);
  finding.cost = stall.hold;
  return finding;
}

}  // namespace

double millis_of(Nanos duration) {
  return static_cast<double>(duration.count()) / 1e6;
}

Nanos least_think(Nanos rtt) {
  return std::max(kLeastThink, rtt / 4);
}

const ExchangeRecord* exchange_at(const ExchangeRecords& exchanges, RealTime at) {
  const auto after = std::ranges::upper_bound(
      exchanges, at, {}, [](const auto& record) { return record->start; });
  if (after == exchanges.begin()) return nullptr;
  const ExchangeRecord& record = **std::prev(after);
  return at <= record.end ? &record : nullptr;
}

namespace {

Span held_span(const Stall& stall, const ExchangeRecord& exchange) {
  return stall.holder == Side::kServer ? exchange.response : exchange.request;
}

}  // namespace

Nanos stall_cost(const Stall& stall, const ExchangeRecord* exchange) {
  return exchange != nullptr ? stall.hold : Nanos(0);
}

// No path cuts what is sent so that it would hold any of it: on loopback it does.
static bool is_of_loopback_only(const Stall& stall, const ExchangeRecord& exchange) {
  const Span span = held_span(stall, exchange);
  return stall.mss >= kLoopbackMss && span.end - span.begin > kHeldOnAnyPath;
}

Confidence stall_confidence(const Stall& stall, const ExchangeRecord* exchange) {
  if (exchange != nullptr && is_of_loopback_only(stall, *exchange)) {
    return std::min(stall.confidence, Confidence::kMedium);
  }
  if (exchange == nullptr || stall.confidence != Confidence::kLow) return stall.confidence;
  const Span span = held_span(stall, *exchange);
  const bool unfinished = stall.waiting_offset + stall.waiting_length < span.end;
  return unfinished ? Confidence::kMedium : stall.confidence;
}

CaptureFinding stall_finding(const Stall& stall, const ConnectionFlow& flow, ConnectionId id,
                             const ExchangeRecord* exchange) {
  CaptureFinding finding = hold_finding(kind::kStall, stall, flow, id, stall.holder);
  finding.confidence = stall_confidence(stall, exchange);
  finding.of_few = stall.of_few;
  finding.cost = stall_cost(stall, exchange);
  const bool by_server = stall.holder == Side::kServer;
  bool previous = false, loopback_only = false;
  if (exchange != nullptr) {
    finding.exchange = exchange->index;
    const Span span = held_span(stall, *exchange);
    previous = stall.waiting_offset < span.begin;
    loopback_only = is_of_loopback_only(stall, *exchange);
  }
  finding.details.set("waiting_is_previous_response", previous);
  finding.details.set("delays_a_call", exchange != nullptr);
  finding.details.set("loopback_only", loopback_only);
  finding.details.set("owner", by_server ? "the listener in the server's application or framework"
                                         : "the client's application or HTTP library");
  finding.details.set("cure", by_server
                                  ? "set TCP_NODELAY on accepted sockets, or send head and body "
                                    "in one write"
                                  : "set TCP_NODELAY on the socket, or send head and body in one "
                                    "write");
  return finding;
}

CaptureFinding hold_rtt_finding(const Stall& hold, const ConnectionFlow& flow, ConnectionId id,
                                Side holder, const ExchangeRecord* exchange) {
  CaptureFinding finding = hold_finding(kind::kHoldRtt, hold, flow, id, holder);
  finding.confidence = Confidence::kMedium;
  if (exchange != nullptr) finding.exchange = exchange->index;
  return finding;
}

CaptureFinding harmless_finding(const ConnectionFlow& flow, ConnectionId id, Side sender) {
  const DirectionFlow& direction = flow.from(sender);
  CaptureFinding finding = on_connection(kind::kHarmless, id, flow.client, flow.server);
  finding.side = other(sender);
  finding.details.set("ack_delayer", name_of(other(sender)));
  finding.details.set("count", direction.harmless_delays);
  add_frame(finding, "waiting_frame", direction.harmless_waiting,
            "nothing waited for the ACK of this segment");
  add_frame(finding, "ack_frame", direction.harmless_ack, "a delayed ACK, at nobody's cost");
  finding.details.set("ack_wait_ms", millis_of(direction.harmless_wait));
  return finding;
}

std::optional<CaptureFinding> incident_finding(const IncidentRecord& incident,
                                               const Endpoint& client, const Endpoint& server) {
  std::string_view kind;
  const Nanos took = incident.at - incident.since;
  const std::string who = name_of(incident.side);
  std::string text;
  switch (incident.what) {
    case Incident::kRetransmission:
      if (incident.repeat == Repeat::kFast) return std::nullopt;
      kind = incident.repeat == Repeat::kTailProbe ? kind::kTailProbe : kind::kTimeout;
      if (incident.ack_lost) {
        text = fmt::format("held by the {} for {}, until its probe was due: the ACK was lost", who,
                           in_millis(took));
        break;
      }
      text = incident.unseen
                 ? fmt::format("sent before by the {}, {} ago, and lost before the capture: {}",
                               who, in_millis(took),
                               incident.counted ? "IP ids of it are missing"
                                                : "it acknowledged nothing meanwhile")
                 : fmt::format("sent again by the {} after {}", who, in_millis(took));
      break;
    case Incident::kZeroWindow:
      if (took < kLeastClosedWindow) return std::nullopt;
      kind = kind::kZeroWindow;
      text = fmt::format("the {}'s window was closed for {}", who, in_millis(took));
      break;
    case Incident::kSynAgain:
      kind = kind::kSetup;
      text = fmt::format("the {}'s SYN again, {} after the first", who, in_millis(took));
      break;
    case Incident::kResetUndrained:
      kind = kind::kReset;
      text = "the client resets the connection with data unread";
      break;
  }
  CaptureFinding finding = on_connection(kind, incident.connection, client, server);
  finding.exchange = incident.exchange;
  finding.side = incident.side;
  finding.details.set("side", who);
  const bool again = incident.what == Incident::kRetransmission;
  add_frame(finding, again ? "lost_frame" : "first_frame", incident.first_frame,
            again ? "lost, and sent again later" : "it begins here", incident.since);
  add_frame(finding, again ? "repeated_frame" : "frame", incident.frame, text, incident.at);
  if (incident.ack_lost) {
    finding.details.set("ack_lost", true);
    finding.confidence = Confidence::kMedium;
  }
  if (incident.unseen) {
    // Its repeat alone was seen.
    finding.details.set("lost_before_capture", true);
    finding.confidence = incident.counted ? Confidence::kMedium : Confidence::kLow;
  }
  finding.details.set("wait_ms", millis_of(took));
  finding.cost = incident.what == Incident::kResetUndrained ? Nanos(0) : took;
  return finding;
}

namespace {

CaptureFinding think_finding(const ExchangeRecord& record, Side side, Nanos took) {
  const bool by_server = side == Side::kServer;
  const Silence& silence = by_server ? record.server_silence : record.client_silence;
  CaptureFinding finding =
      on_connection(by_server ? kind::kServerThink : kind::kClientThink, record.connection,
                    record.client, record.server);
  finding.exchange = record.index;
  finding.side = side;
  finding.confidence = Confidence::kMedium;
  finding.details.set("side", name_of(side));
  add_frame(finding, "after_frame", silence.after,
            fmt::format("the {} is silent from here", name_of(side)));
  const std::string next = record.never_answered && by_server
                               ? "no response until here"
                               : fmt::format("what the {} sends next", name_of(side));
  add_frame(finding, "before_frame", silence.before,
            fmt::format("{}, {} later", next, in_millis(silence.length)));
  finding.details.set("think_ms", millis_of(took));
  if (record.never_answered && by_server) finding.details.set("answered", false);
  finding.cost = took;
  return finding;
}

void add_think(const ExchangeRecord& record, Side side, const ConnectionFlow& flow,
               KeptFindings& findings) {
  const Nanos rtt = flow.rtt;
  const bool by_server = side == Side::kServer;
  const Nanos took = record.causes[by_server ? Cause::kServerThink : Cause::kClientThink];
  if (by_server && record.listens() && record.is_event_stream) return;
  // A stream that stays open after its answer is silent for another reason; one that is ended late
  // keeps a client waiting that reads to the end.
  if (by_server && record.final_at && !record.complete) return;
  const Silence& silence = by_server ? record.server_silence : record.client_silence;
  // The way to the one that thinks varies unseen.
  if (took < least_think(rtt) + flow.varies || silence.length < least_think(rtt) / 4) return;
  findings.add(by_server ? kind::kServerThink : kind::kClientThink, took,
               [&] { return think_finding(record, side, took); });
}

// How long the stream was seen open after its answer; none where it ended.
std::optional<Nanos> open_for(const ExchangeRecord& record, const ConnectionFlow& flow,
                              RealTime capture_end) {
  if (!record.is_event_stream || !record.final_at || record.complete || record.degraded) {
    return std::nullopt;
  }
  if (record.http_method != "POST" || record.cut_in_data) return std::nullopt;
  const auto& client = flow.from_client;
  const auto& server = flow.from_server;
  std::optional<RealTime> client_left = client.fin_at;
  if (client.rst_at && (!client_left || *client.rst_at < *client_left)) client_left = client.rst_at;
  // The server closed it first: that is an end, if a rude one.
  if (server.fin_at && (!client_left || *server.fin_at < *client_left)) {
    return std::nullopt;
  }
  const Nanos open = client_left.value_or(capture_end) - *record.final_at;
  if (!client_left && open < kLeftOpen) return std::nullopt;
  return open;
}

CaptureFinding left_open_finding(const ExchangeRecord& record, const ConnectionFlow& flow) {
  CaptureFinding finding =
      on_connection(kind::kLeftOpen, record.connection, record.client, record.server);
  finding.exchange = record.index;
  finding.side = Side::kServer;
  add_frame(finding, "final_frame", record.final_frame,
            "the answer is here; the stream should end, and does not");
  finding.details.set("open_ms", millis_of(flow.last - *record.final_at));
  return finding;
}

CaptureFinding stale_finding(const ExchangeRecord& record) {
  CaptureFinding finding =
      on_connection(kind::kStale, record.connection, record.client, record.server);
  finding.exchange = record.index;
  finding.side = Side::kClient;
  finding.details.set("sub_kind", record.stale->silent ? "silent" : "closed");
  finding.details.set("first_attempt", record.stale->client.text());
  add_frame(finding, "first_attempt_frame", record.stale->frame,
            "this request gets no answer on this connection");
  add_frame(finding, "first_attempt_end_frame", record.stale->end_frame,
            "the connection of the first attempt ends");
  add_frame(finding, "repeated_frame", record.request_end_frame, "the same request once more");
  finding.cost = record.causes[Cause::kStaleFallback];
  finding.details.set("wait_ms", millis_of(finding.cost));
  return finding;
}

}  // namespace

void add_exchange_findings(const ExchangeRecord& record, const ConnectionFlow& flow,
                           RealTime capture_end, LeftEarly& left_early, KeptFindings& findings) {
  add_think(record, Side::kServer, flow, findings);
  add_think(record, Side::kClient, flow, findings);
  const auto open = open_for(record, flow, capture_end);
  // A client that leaves with its answer in hand has not waited for the end.
  if (open && *open < kLeftOpen) {
    CaptureFinding finding = left_open_finding(record, flow);
    finding.confidence = Confidence::kMedium;
    left_early.keep(std::move(finding));
  } else if (open) {
    findings.add(kind::kLeftOpen, Nanos(0), [&] { return left_open_finding(record, flow); });
  }
  if (record.stale) findings.add(stale_finding(record));
}

void LeftEarly::note(const ExchangeRecord& record) {
  const bool answered = record.is_event_stream && record.final_at;
  if (!answered || (servers_.size() >= kMostServers && !servers_.contains(record.server))) return;
  servers_[record.server].ends |= record.complete;
}

void LeftEarly::keep(CaptureFinding finding) {
  const auto known = servers_.find(finding.server);
  const bool wanted = known != servers_.end() && !known->second.ends;
  if (wanted && known->second.streams.size() < kMostLeftEarly) {
    known->second.streams.push_back(std::move(finding));
  }
}

std::vector<CaptureFinding> LeftEarly::proven() {
  std::vector<CaptureFinding> proven;
  for (auto& [endpoint, server] : servers_) {
    if (server.ends || server.streams.size() < kNeverEnded) continue;
    std::move(server.streams.begin(), server.streams.end(), std::back_inserter(proven));
  }
  return proven;
}

}  // namespace tailrace
