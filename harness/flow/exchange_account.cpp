// SPDX-License-Identifier: Apache-2.0
// The exchanges of a connection; their time is charged in exchange_charging.cpp.
#include "harness/flow/exchange_account.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "harness/flow/fetch.h"
#include "harness/flow/hashed_pointers.h"
#include "harness/flow/http_reading.h"

namespace tailrace {
namespace {

// A connection opened so long before its first request was not opened for it.
constexpr Nanos kOpenedForIt = Millis(10);
// A FIN that a client sends so soon is of its request.
constexpr Nanos kWithRequest = Millis(2);
constexpr std::size_t kCompared = 512;        // Bytes of a request to know it again by.
constexpr std::size_t kEnoughToCompare = 16;
constexpr std::size_t kMostOpen = 256;        // Pipelined, none of them answered.
// First bytes of records of TLS (RFC 8446, 5.1).
constexpr char kTlsHandshake = 22, kTlsChangeCipher = 20, kTlsData = 23, kTlsMajor = 3;

constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;

std::uint64_t folded(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = Wide{a} * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t likeness_of(std::string_view bytes) {
  std::uint64_t likeness = bytes.size();
  std::string_view left = bytes.substr(0, kCompared);
  // Each step waits for the one before: as many bytes a step as one multiplication takes.
  std::uint64_t words[2];
  for (; left.size() >= sizeof words; left.remove_prefix(sizeof words)) {
    std::memcpy(words, left.data(), sizeof words);
    likeness = folded(likeness ^ words[0], kOdd ^ words[1]);
  }
  std::uint64_t word = 0;
  for (; left.size() >= sizeof word; left.remove_prefix(sizeof word)) {
    std::memcpy(&word, left.data(), sizeof word);
    likeness = mixed(likeness ^ word);
  }
  word = 0;
  if (!left.empty()) std::memcpy(&word, left.data(), left.size());
  return mixed(likeness ^ word);
}

bool begins_tls(std::string_view bytes) {
  return bytes.size() > 2 && bytes[0] == kTlsHandshake && bytes[1] == kTlsMajor;
}

}  // namespace

ExchangeAccount::ExchangeAccount(ConnectionId id, const Endpoint& client, const Endpoint& server,
                                 ExchangeSink& sink, Slabs& slabs)
    : id_(id), client_(client), server_(server), sink_(sink), slabs_(slabs) {}
ExchangeAccount::~ExchangeAccount() = default;

void ExchangeAccount::fetch_ahead() const {
  ledger_.fetch_ahead();
  if (http_) fetch(http_.get(), sizeof(HttpReading));
  fetch(open_.empty() ? open_.place_of_next() : &open_.front(), sizeof(Open));
  if (latest_ != nullptr) fetch(latest_, sizeof(ExchangeRecord));
  fetch(done_.data() + done_.size(), 1);
}

ExchangeAccount::Open* ExchangeAccount::active() {
  for (Open& open : open_) {
    if (!open.ended) return &open;
  }
  return nullptr;
}

void ExchangeAccount::on_bytes(const StreamPlace& place, std::string_view bytes) {
  if (bytes.empty()) return;
  const bool by_client = place.from == Side::kClient;
  if (by_client && offset_[0] == 0) {
    tls_ = begins_tls(bytes);
    http2_ = bytes.starts_with("PRI * HTTP/2.0");
  }
  if (by_client && !http_ && begins_request(bytes) && !tls_ && !http2_) {
    const Open* open = active();
    if (open == nullptr || open->record->answered) {
      if (open != nullptr) active()->ended = true;
      http_ = slabs_.make<HttpReading>(*this, offset_[0], offset_[1]);
    }
  }
  const bool read = http_ && (by_client ? http_->from_client(place, bytes)
                                        : http_->from_server(place, bytes));
  if (http_ && !read) {
    degrade();
    if (!by_client && active() != nullptr) extend_response(*active(), place, bytes.size());
  } else if (!http_) {
    take_turn(place, bytes, bytes.size());
  }
  offset_[by_client ? 0 : 1] += bytes.size();
}

void ExchangeAccount::on_gap(const StreamPlace& place, std::uint64_t length) {
  if (http_) degrade();
  take_turn(place, {}, length);
  offset_[place.from == Side::kClient ? 0 : 1] += length;
}

// From here on in turns; the exchange that is open goes on as one.
void ExchangeAccount::degrade() {
  http_.reset();
  Open* current = active();
  if (current == nullptr) return;
  for (Open& open : open_) open.ended = open.ended || &open != current;
  current->record->degraded = true;
  current->request_complete = false;
  current->expects_continue = false;
}

void ExchangeAccount::on_end(const StreamPlace& place, bool reset) {
  const bool by_client = place.from == Side::kClient;
  if (http_ && !reset) by_client ? http_->client_ended(place) : http_->server_ended(place);
  over_[by_client ? 0 : 1] = true;
  // Nothing comes to be read any more: its memory is near, and another connection takes it.
  if (!http_ || !over_[0] || !over_[1]) return;
  http_.reset();
  was_read_ = true;
}

// What the server sends after the client's FIN, such as TLS's close_notify, is no part of an answer
// that had come.
bool ExchangeAccount::is_farewell(const Open& open) const {
  return fin_[0] && open.record->answered;
}

void ExchangeAccount::take_turn(const StreamPlace& place, std::string_view bytes,
                                std::uint64_t length) {
  Open* open = active();
  if (place.from == Side::kServer) {
    if (open != nullptr && !is_farewell(*open)) extend_response(*open, place, length);
    return;
  }
  if (tls_ && !tls_open_) {
    const bool handshake =
        bytes.empty() || bytes[0] == kTlsHandshake || bytes[0] == kTlsChangeCipher;
    if (handshake) return;
    tls_open_ = bytes[0] == kTlsData;
  }
  if (open == nullptr || open->record->answered) {
    if (open != nullptr) open->ended = true;
    open = &begin(place, bytes);
  }
  extend_request(*open, place, length);
}

ExchangeAccount::Open& ExchangeAccount::begin(const StreamPlace& place, std::string_view bytes) {
  emit_ended();
  if (open_.size() >= kMostOpen) open_.front().ended = true;
  emit_ended();
  Open& open = open_.emplace_back();
  open.record = slabs_.make<ExchangeRecord>();
  latest_ = open.record.get();
  open.record->connection = id_;
  open.record->client = client_;
  open.record->server = server_;
  open.record->index = exchanges_;
  open.record->start = open.record->end = place.at;
  open.record->first_frame = open.record->last_frame = place.frame;
  open.record->request.begin = open.record->request.end = offset_[0];
  open.record->response.begin = open.record->response.end = offset_[1];
  open.request_at = place.at;
  if (exchanges_ == 0 && syn_at_ && established_at_ &&
      (tls_ || place.at - *established_at_ <= std::max(kOpenedForIt, rtt_ * 2))) {
    open.record->start = *syn_at_;
    open.record->first_frame = syn_frame_;
    open.record->setup = place.at - *syn_at_;
  }
  open.local_start = open.folded_upto = open.record->start;
  ++exchanges_;
  find_earlier(open, place, bytes);
  return open;
}

void ExchangeAccount::find_earlier(Open& open, const StreamPlace& place, std::string_view bytes) {
  StaleAttempt now;
  now.client = client_;
  now.server = server_;
  now.connection = id_.value;
  now.index = open.record->index;
  now.likeness = likeness_of(bytes);
  now.comparable = bytes.size() >= kEnoughToCompare && !tls_;
  now.start = place.at;
  now.frame = place.frame;
  open.likeness = now.likeness;
  open.comparable = now.comparable;
  const auto earlier = sink_.earlier_attempt(now);
  if (!earlier || earlier->start >= open.local_start) return;
  open.record->stale = std::make_shared<const StaleAttempt>(*earlier);
  open.record->start = earlier->start;
  open.record->first_frame = earlier->frame;
  folded_of(open).plain[Cause::kStaleFallback] += open.local_start - open.record->start;
}

void ExchangeAccount::extend_request(Open& open, const StreamPlace& place, std::uint64_t length) {
  open.request_at = std::max(open.request_at, place.at);
  open.record->request_end_frame = place.frame;
  open.record->request.end = std::max(open.record->request.end, offset_[0] + length);
  open.record->end = std::max(open.record->end, place.at);
  open.record->last_frame = place.frame;
}

void ExchangeAccount::extend_response(Open& open, const StreamPlace& place, std::uint64_t length) {
  open.record->never_answered = false;
  if (!open.record->answered) open.record->response_frame = place.frame;
  open.record->answered = true;
  open.record->response.end = std::max(open.record->response.end, offset_[1] + length);
  open.record->end = std::max(open.record->end, place.at);
  open.record->last_frame = place.frame;
  if (open.told) {
    open.told = false;
    sink_.on_answered_late(id_);
  }
}

void ExchangeAccount::emit_ended() {
  while (!open_.empty() && open_.front().ended) {
    emit(open_.front());
    open_.pop_front();
  }
  if (open_.empty() && exchanges_ > 0) ledger_.drop_before(ledger_.upto());
}

void ExchangeAccount::emit(Open& open) {
  ExchangeRecord& record = *open.record;
  // A stream left open: the call ended when its answer had come.
  if (record.final_at && !record.complete && open.folded_upto < *record.final_at) {
    record.end = *record.final_at;
  }
  const RealTime from = std::max(open.local_start, open.folded_upto);
  // Nearly always nothing was held, and the sums of that are left alone.
  if (open.folded || !ledger_.add_plain(from, record.end, record.causes)) {
    sum_held(open, from);
  } else {
    record.causes[Cause::kUnexplained] += record.length() - record.causes.total();
  }
  done_.push_back(std::move(open.record));
  sink_.on_ended();
}

void ExchangeAccount::sum_held(Open& open, RealTime from) {
  ExchangeRecord& record = *open.record;
  LedgerSums sums = ledger_.sum(from, record.end);
  if (open.folded) sums += *open.folded;
  // What the bounded ledger let go.
  sums.plain[Cause::kUnexplained] += record.length() - sums.settled({true, true}).total();
  if (sums.any_held()) held_.push_back({done_.size(), sums});
  record.causes = sums.plain;
}

ExchangeRecords ExchangeAccount::take_settled() {
  for (const Held& held : held_) done_[held.at]->causes = held.sums.settled(holds_);
  held_.clear();
  return std::exchange(done_, {});
}

// What was charged for it when it was seen was not its hold, as is known by now.
void ExchangeAccount::correct(const Stall& stall) {
  if (stall.charged == stall.hold) return;
  const auto in = std::ranges::lower_bound(done_, stall.release_at, {},
                                           [](const auto& record) { return record->end; });
  if (in == done_.end() || (*in)->start >= stall.release_at) return;
  const auto at = static_cast<std::size_t>(in - done_.begin());
  auto held = std::ranges::lower_bound(held_, at, {}, &Held::at);
  if (held == held_.end() || held->at != at) {
    held = held_.insert(held, Held{at, LedgerSums{(*in)->causes, {}}});
  }
  const Nanos delayed_now = std::min(stall.ack_delay, stall.hold);
  const Nanos delayed_then = std::min(stall.ack_delay, stall.charged);
  held->sums.change_held(stall.holder, delayed_now - delayed_then,
                         stall.hold - stall.charged - (delayed_now - delayed_then));
}

ExchangeRecords ExchangeAccount::finish(const ConnectionFlow& flow, RealTime upto) {
  holds_ = {flow.from_client.holds_data, flow.from_server.holds_data};
  const bool goes_on = !fin_[0] && !fin_[1] && !one_sided();
  if (Open* open = active(); goes_on && open != nullptr && open->request_complete) {
    if (upto > ledger_.upto()) ledger_.charge(upto, Cause::kServerThink);
    note_unanswered(*open, upto, last_frame_);
  }
  for (int side = 0; side < 2; ++side) {
    const auto& window = closed_window_[side];
    if (window && window->shut) sink_.on_incident(*window);
  }
  for (Open& open : open_) open.ended = true;
  emit_ended();
  for (const auto* stalls : {&flow.stalls, &flow.not_held}) {
    for (const Stall& stall : *stalls) correct(stall);
  }
  for (const Side side : {Side::kClient, Side::kServer}) {
    const bool delayed =
        flow.stalls_left_out > 0 ||
        std::ranges::any_of(flow.stalls, [&](const Stall& stall) { return stall.holder == side; });
    // No ACK was late by more than the path: held for a round trip, whatever that took.
    for (Held& held : held_) {
      HeldSums& sums = held.sums.held[static_cast<std::size_t>(side)];
      if (!delayed) sums.network_rtt += std::exchange(sums.delayed_ack, Nanos(0));
    }
  }
  return take_settled();
}

// A call that hangs is over when its connection is, or the capture: it waited until then.
void ExchangeAccount::note_unanswered(Open& open, RealTime at, FrameNumber frame) {
  ExchangeRecord& record = *open.record;
  const bool was_read = http_ != nullptr && record.is_http && !record.degraded;
  if (!was_read || record.listens() || record.final_at || record.complete) return;
  if (at <= record.end || !last_data_) return;
  record.never_answered = true;
  record.end = at;
  record.last_frame = frame;
  const Nanos silent = at - last_data_->at;
  if (silent > record.server_silence.length) {
    record.server_silence = {silent, last_data_->frame, frame};
  }
}

// The connection ends and requests have no answer: they may come again on another one.
void ExchangeAccount::abandon(const PacketFacts& facts) {
  Open* const waiting = active();
  const bool by_client = facts.from == Side::kClient;
  // Some clients end their direction with the request, and wait on.
  const bool leaves = waiting != nullptr && waiting->request_complete &&
                      (!by_client || facts.at > waiting->request_at + kWithRequest + 2 * rtt_);
  if (leaves && !left_) note_unanswered(*waiting, facts.at, facts.frame);
  left_ = left_ || (leaves && by_client);
  for (Open& open : open_) {
    if (open.ended || open.record->answered || open.told) continue;
    open.told = true;
    StaleAttempt attempt;
    attempt.client = client_;
    attempt.server = server_;
    attempt.connection = id_.value;
    attempt.index = open.record->index;
    attempt.likeness = open.likeness;
    attempt.comparable = open.comparable;
    attempt.start = open.record->start + open.record->setup;
    attempt.frame = open.record->first_frame;
    attempt.ended_at = facts.at;
    attempt.end_frame = facts.frame;
    attempt.silent = facts.from == Side::kClient && !fin_[1];
    sink_.on_unanswered(attempt);
  }
}

}  // namespace tailrace
