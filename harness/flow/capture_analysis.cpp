// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/capture_analysis.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>

#include "harness/flow/connection_findings.h"
#include "harness/flow/connection_groups.h"
#include "harness/flow/exchange_account.h"
#include "harness/flow/fetch.h"
#include "harness/flow/flow_analyzer.h"
#include "harness/flow/hashed_pointers.h"
#include "harness/flow/kept_exchanges.h"
#include "harness/flow/kept_findings.h"
#include "harness/flow/observer_thread.h"
#include "harness/flow/proxy_legs.h"
#include "harness/flow/short_series.h"

namespace tailrace {
namespace {

constexpr std::size_t kMostAttempts = 256;  // Unanswered requests of ended connections.
constexpr std::chrono::seconds kRepeatedWithin{10};
constexpr Nanos kRepeatedAtOnce = Millis(20);  // Where the bytes cannot be compared.
constexpr std::size_t kFetched = 3;  // Exchanges ahead of the one that is looked at.
// Exchanges until they are settled, when their connection ends: of one connection, and of all.
constexpr std::size_t kMostWaiting = 1024, kMostWaitingInAll = 40'000, kFewWaiting = 64;
constexpr Nanos kMuchRepair = Millis(10);
constexpr int kPartOfTime = 20;  // Of all exchanges.

}  // namespace

class CaptureAnalysis::Body final : public FlowObserver, public ExchangeSink {
 public:
  explicit Body(const AnalysisOptions& options)
      : options_(options),
        findings_(report_, options.most_findings),
        kept_(report_, options.most_exchanges),
        thread_(options.threads > 1 ? std::make_unique<ObserverThread>(*this) : nullptr),
        analyzer_(flow_options(options), thread_ ? static_cast<FlowObserver&>(*thread_) : *this) {}
  ~Body() override {
    if (thread_) thread_->finish();
    accounts_.for_each([&](ExchangeAccount& account) { owned(account); });
  }

  void add(const Packet& packet) {
    ++progress_.packets;
    analyzer_.add(packet);
  }

  CaptureProgress progress() const {
    CaptureProgress now = progress_;
    accounts_.for_each([&](const ExchangeAccount& account) { now.exchanges += account.begun(); });
    return now;
  }

  CaptureReport finish(const std::string& file, bool truncated) {
    const FlowReport flow = analyzer_.finish();
    if (thread_) thread_->finish();
    report_.file = file;
    report_.frames = flow.frames;
    report_.segments = flow.segments;
    report_.second_copies = flow.second_copies;
    report_.cut_segments = flow.cut_segments;
    report_.with_told_server = flow.with_told_server;
    report_.incomplete_datagrams = flow.incomplete_datagrams;
    groups_.tell(findings_);
    short_series_.tell(report_);
    for (CaptureFinding& finding : left_early_.proven()) findings_.add(std::move(finding));
    if (truncated) {
      CaptureFinding finding;
      finding.kind = kind::kTruncated;
      finding.details.set("frames_read", flow.frames);
      findings_.add(std::move(finding));
    }
    kept_.finish();
    join_legs(report_);
    note_repairs();
    if (flow.clock_set_back > 0) {
      report_.notes.emplace_back("the capture's clock was set back: times are as if it were not");
    }
    if (flow.translated > 0) {
      report_.notes.push_back(fmt::format(
          "connections that are there twice, in front of and behind a translation of their "
          "addresses (NAT), and are told once: {}", flow.translated));
    }
    report_.verdict = verdict_of(report_);
    if (report_.verdict == kind::kClean || report_.verdict == kind::kInsufficient) {
      CaptureFinding finding;
      finding.kind = report_.verdict;
      findings_.add(std::move(finding));
    }
    sort_report();
    return std::move(report_);
  }

  // FlowObserver
  void on_open(ConnectionId id, const Endpoint& client, const Endpoint& server,
               RealTime at) override {
    report_.first = std::min(report_.first.value_or(at), at);
    ++progress_.connections;
    latest_ = slabs_.make<ExchangeAccount>(id, client, server, *this, slabs_).release();
    latest_id_ = id;
    accounts_.insert(mixed(id.value), latest_);
    if (options_.also != nullptr) options_.also->on_open(id, client, server, at);
  }
  void on_ahead(ConnectionId id, bool next) override {
    const ExchangeAccount* of = accounts_.find(mixed(id.value));
    if (of == nullptr) return;
    if (next) return of->fetch_ahead();
    fetch(of, sizeof(ExchangeAccount));
  }
  void on_packet(const PacketFacts& facts) override {
    report_.last = std::max(report_.last.value_or(facts.at), facts.at);
    if (facts.release != nullptr && !facts.release->on_prompt_ack) note_hold(facts.release->stall);
    ExchangeAccount& of = account(facts.connection);
    of.on_packet(facts);
    const std::size_t most = waiting_ > kMostWaitingInAll ? kFewWaiting : kMostWaiting;
    if (of.waiting() > most) {
      waiting_ -= of.waiting();
      settle_early(of);
    }
    if (options_.also != nullptr) options_.also->on_packet(facts);
  }
  void on_bytes(const StreamPlace& place, std::string_view bytes) override {
    account(place.connection).on_bytes(place, bytes);
    if (options_.also != nullptr) options_.also->on_bytes(place, bytes);
  }
  void on_gap(const StreamPlace& place, std::uint64_t length) override {
    account(place.connection).on_gap(place, length);
    if (options_.also != nullptr) options_.also->on_gap(place, length);
  }
  void on_end(const StreamPlace& place, bool reset) override {
    account(place.connection).on_end(place, reset);
    if (options_.also != nullptr) options_.also->on_end(place, reset);
  }
  void on_done(ConnectionId id, ConnectionFlow flow) override {
    const auto done = owned(this->account(id));
    ExchangeAccount& account = *done;
    ExchangeRecords exchanges = account.finish(flow, *report_.last);
    waiting_ -= exchanges.size();
    forget_repeated(exchanges);
    add_connection(id, flow, account);
    add_holds(id, flow, account, exchanges);
    tell_each(exchanges, flow);
    groups_.note(id, flow, exchanges.size() + account.settled_early());
    short_series_.note(flow);
    kept_.add(std::move(exchanges));
    progress_.exchanges += account.begun();
    latest_ = nullptr;
    accounts_.erase(mixed(id.value), done.get());
    if (options_.also != nullptr) options_.also->on_done(id, std::move(flow));
  }

  // ExchangeSink
  void on_incident(const IncidentRecord& incident) override {
    const ExchangeAccount& of = account(incident.connection);
    if (auto finding = incident_finding(incident, of.client(), of.server())) {
      findings_.add(std::move(*finding));
    }
  }
  void on_unanswered(const StaleAttempt& attempt) override {
    if (attempts_.size() == kMostAttempts) attempts_.pop_front();
    attempts_.push_back(attempt);
  }
  void on_ended() override { ++waiting_; }
  void on_answered_late(ConnectionId connection) override {
    std::erase_if(attempts_,
                  [&](const StaleAttempt& a) { return a.connection == connection.value; });
  }
  std::optional<StaleAttempt> earlier_attempt(const StaleAttempt& now) override {
    for (auto at = attempts_.rbegin(); at != attempts_.rend(); ++at) {
      if (at->client.address != now.client.address || at->server != now.server) continue;
      if (at->connection == now.connection || at->comparable != now.comparable) continue;
      const Nanos apart = now.start - at->ended_at;
      if (apart > kRepeatedWithin || (!now.comparable && apart > kRepeatedAtOnce)) continue;
      if (now.comparable && at->likeness != now.likeness) continue;
      const StaleAttempt found = *at;
      attempts_.erase(std::next(at).base());
      repeated_.insert({found.connection, found.index});
      return found;
    }
    return std::nullopt;
  }

 private:
  static FlowOptions flow_options(const AnalysisOptions& options) {
    FlowOptions flow;
    flow.most_connections = options.most_connections;
    flow.server = options.server;
    return flow;
  }
  Slabs::Pointer<ExchangeAccount> owned(ExchangeAccount& account) {
    return Slabs::Pointer<ExchangeAccount>(&account, {&slabs_});
  }
  // What is told of one packet is told in a row.
  ExchangeAccount& account(ConnectionId id) {
    if (latest_ == nullptr || latest_id_ != id) {
      latest_ = accounts_.find(mixed(id.value));  // No two ids have one hash.
    }
    latest_id_ = id;
    return *latest_;
  }

  // An attempt that was repeated on another connection is told with that.
  void forget_repeated(ExchangeRecords& exchanges) const {
    if (repeated_.empty()) return;
    std::erase_if(exchanges, [&](const auto& record) {
      return repeated_.contains({record->connection.value, record->index});
    });
  }

  void tell_each(const ExchangeRecords& exchanges, const ConnectionFlow& flow) {
    for (std::size_t i = 0; i < exchanges.size(); ++i) {
      // The early ones of a connection have left the processor's caches.
      if (i + kFetched < exchanges.size()) fetch(&*exchanges[i + kFetched], sizeof(ExchangeRecord));
      left_early_.note(*exchanges[i]);
      add_exchange_findings(*exchanges[i], flow, *report_.last, left_early_, findings_);
    }
  }

  // Of a connection that goes on: by what is known of it so far.
  void settle_early(ExchangeAccount& of) {
    ExchangeRecords exchanges = of.take_settled();
    forget_repeated(exchanges);
    of.note_settled_early(exchanges.size());
    ConnectionFlow flow;
    flow.rtt = of.rtt();
    flow.last = *report_.last;
    tell_each(exchanges, flow);
    kept_.add(std::move(exchanges));
  }

  void note_hold(const Stall& stall) {
    ++progress_.holds;
    progress_.last_hold = stall.hold;
    progress_.last_holder = stall.holder;
    progress_.last_frame = stall.release_frame;
  }

  void add_connection(ConnectionId id, const ConnectionFlow& flow, const ExchangeAccount& account) {
    ++report_.connections;
    report_.tls_connections += account.is_tls();
    report_.http2_connections += account.is_http2();
    report_.one_sided_connections += account.one_sided() && account.has_data();
    report_.retransmissions += flow.from_client.retransmissions + flow.from_server.retransmissions;
    report_.missed_by_capture +=
        flow.from_client.missed_by_capture + flow.from_server.missed_by_capture;
    for (const Side sender : {Side::kClient, Side::kServer}) {
      report_.harmless_delays += flow.from(sender).harmless_delays;
      if (!flow.from(sender).harmless_waiting) continue;
      findings_.add(kind::kHarmless, Nanos(0), [&] { return harmless_finding(flow, id, sender); });
    }
  }

  void add_holds(ConnectionId id, const ConnectionFlow& flow, const ExchangeAccount& account,
                 const ExchangeRecords& exchanges) {
    for (const Stall& stall : flow.stalls) {
      if (!stall.pure_ack) continue;
      const ExchangeRecord* exchange = exchange_at(exchanges, stall.release_at);
      ++report_.stalls;
      report_.stalls_of_high_confidence +=
          stall_confidence(stall, exchange) == Confidence::kHigh;
      findings_.add(kind::kStall, stall_cost(stall, exchange),
                    [&] { return stall_finding(stall, flow, id, exchange); });
    }
    report_.stalls += flow.stalls_left_out;
    for (const Side holder : {Side::kClient, Side::kServer}) {
      if (!flow.from(holder).holds_data) continue;
      for (const Stall& hold : account.prompt_holds(holder)) {
        const ExchangeRecord* exchange = exchange_at(exchanges, hold.release_at);
        findings_.add(kind::kHoldRtt, hold.hold,
                      [&] { return hold_rtt_finding(hold, flow, id, holder, exchange); });
      }
    }
  }

  // Losses that need no timer are no finding each; what they take in all is said.
  void note_repairs() {
    Nanos rest = report_.causes[Cause::kRetransmission];
    for (const auto& [kind, cost] : report_.cost_by_kind) {
      if (kind == kind::kTimeout || kind == kind::kTailProbe) rest = rest - cost;
    }
    if (rest < kMuchRepair || rest * kPartOfTime < report_.exchange_time) return;
    report_.notes.push_back(fmt::format(
        "segments were lost and sent again at once, as the receiver told of it: {} of the calls' "
        "time", in_millis(rest)));
  }

  void sort_report() {
    const auto frame = [](const CaptureFinding& finding) {
      return finding.frames.empty() ? 0U : finding.frames.front().frame.value;
    };
    std::stable_sort(report_.findings.begin(), report_.findings.end(),
                     [&](const auto& a, const auto& b) { return frame(a) < frame(b); });
  }

  AnalysisOptions options_;
  Slabs slabs_;  // First: of what is kept below.
  CaptureReport report_;
  KeptFindings findings_;
  KeptExchanges kept_;
  CaptureProgress progress_;
  std::size_t waiting_ = 0;  // Exchanges that are not settled.
  HashedPointers<ExchangeAccount> accounts_;  // Owned here.
  ConnectionId latest_id_;
  ExchangeAccount* latest_ = nullptr;  // Of latest_id_.
  std::deque<StaleAttempt> attempts_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> repeated_;
  ConnectionGroups groups_;
  ShortSeries short_series_;
  LeftEarly left_early_;
  std::unique_ptr<ObserverThread> thread_;  // With two threads: all above is its own.
  FlowAnalyzer analyzer_;                   // Last: it tells the rest.
};

CaptureAnalysis::CaptureAnalysis(const AnalysisOptions& options)
    : body_(std::make_unique<Body>(options)) {}
CaptureAnalysis::~CaptureAnalysis() = default;

void CaptureAnalysis::add(const Packet& packet) {
  body_->add(packet);
}

CaptureProgress CaptureAnalysis::progress() const {
  return body_->progress();
}

CaptureReport CaptureAnalysis::finish(const std::string& file, bool truncated) {
  return body_->finish(file, truncated);
}

}  // namespace tailrace
