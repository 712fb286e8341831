// SPDX-License-Identifier: Apache-2.0
// Which cause each nanosecond of a connection is charged to: the first rule that holds, at every
// packet; what is learnt later (a loss, a hold) is charged anew.
#include <algorithm>

#include "harness/flow/exchange_account.h"
#include "harness/flow/http_reading.h"

namespace tailrace {
namespace {

// Who sent data so shortly before a reset was sending it, and left no silent stream open.
constexpr Nanos kStillSending = Millis(2);
// Between packets of one burst.
constexpr Nanos kMoving = std::chrono::microseconds(200);
constexpr std::size_t kMostSlices = 2048;
constexpr std::size_t kMostPromptHolds = 64;

// A gap behind a full segment: no link in use takes so long for one.
constexpr Nanos kLongestMove = Millis(100);

// What its way added to the server's packet is no time that the server thought.
Nanos late_of_server(const PacketFacts& facts) {
  return facts.from == Side::kServer ? facts.late : Nanos(0);
}

}  // namespace

void ExchangeAccount::on_packet(const PacketFacts& facts) {
  if (!begun_) ledger_.begin(facts.at);
  begun_ = true;
  holds_ = {facts.client_holds, facts.server_holds};
  rtt_ = facts.rtt_to_client + facts.rtt_to_server;
  for (const Side side : {Side::kClient, Side::kServer}) {
    if (facts.repeats[static_cast<std::size_t>(side)] != nullptr) take_repeat(facts, side);
  }
  charge(facts);
  seen_[static_cast<std::size_t>(facts.from)] = true;
  if (facts.syn_again) tell_syn_again(facts);
  if (facts.syn) last_syn_[static_cast<std::size_t>(facts.from)] = {facts.at, facts.frame};
  if (facts.syn && facts.from == Side::kClient && !syn_at_) {
    syn_at_ = facts.at;
    syn_frame_ = facts.frame;
  }
  if (!facts.syn && !established_) {
    established_ = true;
    established_at_ = facts.at;
  }
  if (facts.release != nullptr) take_release(*facts.release, facts.from);
  track_window(facts);
  if (facts.new_data) last_data_ = Data{facts.from, facts.at, facts.late, facts.frame, facts.full};
  if (facts.rst) take_reset(facts);
  if (facts.fin || facts.rst) {
    abandon(facts);
    fin_[static_cast<std::size_t>(facts.from)] = true;
  }
  if (ledger_.size() > kMostSlices) fold();
}

// Each for the time since the one before. What answers a SYN that came again is no wait of its own.
void ExchangeAccount::tell_syn_again(const PacketFacts& facts) {
  const Syn& own = last_syn_[static_cast<std::size_t>(facts.from)];
  const Syn& others = last_syn_[static_cast<std::size_t>(other(facts.from))];
  if (facts.from == Side::kServer && others.at > own.at) return;
  sink_.on_incident({Incident::kSynAgain, id_, std::nullopt, facts.from, Repeat::kTimeout, own.at,
                     facts.at, own.frame, facts.frame});
}

void ExchangeAccount::charge(const PacketFacts& facts) {
  if (facts.at <= ledger_.upto()) return;
  if (!established_ || (tls_ && !tls_open_)) return charge_setup(facts);
  if (!http_ && !was_read_ && !open_.empty()) return charge_turn(facts);
  Open* open = active();
  if (open == nullptr) return ledger_.charge(facts.at, Cause::kClientIdle);
  charge_http(*open, facts);
}

void ExchangeAccount::charge_setup(const PacketFacts& facts) {
  if (facts.syn_again) return ledger_.charge(facts.at, Cause::kConnectionSetup);
  if (established_) {  // TLS
    ledger_.charge(std::min(facts.at, ledger_.upto() + rtt_), Cause::kNetworkRtt);
    return ledger_.charge(facts.at, Cause::kConnectionSetup);
  }
  ledger_.charge(facts.at, Cause::kNetworkRtt);
}

void ExchangeAccount::charge_gap(const PacketFacts& facts, Cause silence, bool moving) {
  const Nanos gap = facts.at - ledger_.upto();
  const bool unacked =
      silence == Cause::kClientThink ? facts.client_unacked : facts.server_unacked;
  const bool moves = gap <= (moving ? kLongestMove : kMoving) || (moving && unacked);
  ledger_.charge(facts.at, moves ? Cause::kTransfer : silence);
  if (moves || facts.length == 0 || !last_data_ || last_data_->from != facts.from) return;
  // What its way added, beyond what it had added to the one before: it is slow, or varies.
  const Nanos later = facts.late - last_data_->late;
  const RealTime sent = std::max(last_data_->at, facts.at + (-later));
  if (later > Nanos(0)) ledger_.recharge(sent, facts.at, silence, Cause::kTransfer);
}

// A window that is small for its path is filled each round trip, however fast it is read: word of
// the room takes so long to come.
bool ExchangeAccount::is_of_path(Nanos full, bool closed) const {
  return !closed && full <= rtt_ + rtt_ / 4 + kMoving;
}

void ExchangeAccount::charge_window(const PacketFacts& facts, Side receiver) {
  const bool of_path = is_of_path(facts.at - ledger_.upto(), facts.is_closed(receiver));
  ledger_.charge(facts.at, of_path ? Cause::kTransfer : Cause::kZeroWindow);
}

void ExchangeAccount::charge_http(Open& open, const PacketFacts& facts) {
  const bool client_sends = !open.request_complete && !open.expects_continue;
  const Side receiver = client_sends ? Side::kServer : Side::kClient;
  const bool moving = last_data_ && last_data_->full && last_data_->from == other(receiver);
  if (!seen_[client_sends ? 0 : 1]) return ledger_.charge(facts.at, Cause::kUnexplained);
  if (facts.is_full(receiver)) return charge_window(facts, receiver);
  if (client_sends) {
    // It sends on when it has heard: of 100 (Continue).
    if (last_data_ && last_data_->from == Side::kServer) {
      const RealTime arrived = last_data_->at + facts.rtt_to_client;
      ledger_.charge(std::min(facts.at, arrived), Cause::kNetworkRtt);
    }
    note_silence(open, Side::kClient, facts);
    return charge_gap(facts, Cause::kClientThink, moving);
  }
  if (open.record->answered) {
    note_silence(open, Side::kServer, facts);
    const bool idle = open.record->listens() && open.record->is_event_stream;
    return charge_gap(facts, idle ? Cause::kClientIdle : Cause::kServerThink, moving);
  }
  // The request was still on its way.
  if (facts.partial_ack && facts.from == Side::kServer && open.request_complete) {
    return ledger_.charge(facts.at, Cause::kTransfer);
  }
  charge_answer(open.request_at, facts, open);
  if (!open.expects_continue || facts.from == Side::kServer || facts.length == 0) return;
  // It waited for 100 (Continue) for as long as it cared to, and did not get it.
  open.expects_continue = false;
  note_silence(open, Side::kClient, facts);
  ledger_.recharge(open.request_at, facts.at, Cause::kClientThink);
}

// The request travels; then its receiver thinks.
void ExchangeAccount::charge_answer(RealTime from, const PacketFacts& facts, Open& open) {
  const RealTime arrived = from + facts.rtt_to_server + late_of_server(facts);
  ledger_.charge(std::min(facts.at, std::max(arrived, ledger_.upto())), Cause::kNetworkRtt);
  note_silence(open, Side::kServer, facts);
  ledger_.charge(facts.at, Cause::kServerThink);
}

// Who was silent is told by who ends the silence.
void ExchangeAccount::charge_turn(const PacketFacts& facts) {
  Open& open = open_.back();
  const RealTime from = last_data_ ? last_data_->at : ledger_.upto();
  for (const Side receiver : {Side::kClient, Side::kServer}) {
    if (facts.is_full(receiver)) return charge_window(facts, receiver);
  }
  ledger_.charge(facts.at, Cause::kUnexplained);
  if (facts.length == 0 || !last_data_ || one_sided()) return;
  const bool by_client = facts.from == Side::kClient;
  if (!by_client && is_farewell(open)) {
    return ledger_.recharge(from, facts.at, Cause::kUnexplained, Cause::kClientIdle);
  }
  const bool short_gap = facts.at - from <= kMoving || last_data_->full;
  if (last_data_->from == facts.from) {
    const Cause silence = by_client ? Cause::kClientThink : Cause::kServerThink;
    if (!short_gap) note_silence(open, facts.from, facts);
    ledger_.recharge(from, facts.at, Cause::kUnexplained,
                     short_gap ? Cause::kTransfer : silence);
  } else if (by_client) {
    ledger_.recharge(from, facts.at, Cause::kUnexplained, Cause::kClientIdle);
  } else {
    const RealTime arrived =
        std::min(facts.at, from + facts.rtt_to_server + late_of_server(facts));
    note_silence(open, Side::kServer, facts);
    ledger_.recharge(from, arrived, Cause::kUnexplained, Cause::kNetworkRtt);
    ledger_.recharge(arrived, facts.at, Cause::kUnexplained, Cause::kServerThink);
  }
}

void ExchangeAccount::note_silence(Open& open, Side whose, const PacketFacts& facts) {
  if (!last_data_ || facts.length == 0 || facts.from != whose) return;
  Silence& longest =
      whose == Side::kServer ? open.record->server_silence : open.record->client_silence;
  const Nanos length = facts.at - last_data_->at;
  if (length > longest.length) longest = {length, last_data_->frame, facts.frame};
}

void ExchangeAccount::take_repeat(const PacketFacts& facts, Side from) {
  const Repeated& repeat = *facts.repeats[static_cast<std::size_t>(from)];
  if (repeat.how != Repeat::kFast && repeat.how != Repeat::kTailProbe &&
      repeat.how != Repeat::kTimeout) {
    return;
  }
  ledger_.recharge(repeat.since, repeat.at, Cause::kRetransmission);
  // A response that was complete here, and lost behind the capture, ends when it comes again.
  std::optional<std::uint32_t> exchange;
  if (!open_.empty()) {
    Open& last = open_.back();
    exchange = last.record->index;
    if (from == Side::kClient && !last.record->answered) last.request_at = repeat.at;
    const auto begin = static_cast<std::uint64_t>(std::max<std::int64_t>(repeat.offset, 0));
    const bool in_response = from == Side::kServer && last.record->answered &&
                             begin < last.record->response.end &&
                             begin + repeat.length > last.record->response.begin;
    if (in_response && repeat.at > last.record->end) {
      last.record->end = repeat.at;
      last.record->last_frame = repeat.frame;
    }
  }
  sink_.on_incident({Incident::kRetransmission, id_, exchange, from, repeat.how, repeat.since,
                     repeat.at, repeat.first_frame, repeat.frame, repeat.unseen, repeat.counted,
                     repeat.ack_lost});
}

void ExchangeAccount::take_release(const Release& release, Side holder) {
  const Stall& stall = release.stall;
  const RealTime from = stall.release_at + (-stall.hold);
  const Nanos delayed = release.on_prompt_ack ? Nanos(0) : std::min(stall.ack_delay, stall.hold);
  ledger_.hold(from, stall.release_at, delayed, holder);
  auto& prompt = prompt_[static_cast<std::size_t>(holder)];
  if (release.on_prompt_ack && prompt.size() < kMostPromptHolds) prompt.push_back(stall);
}

void ExchangeAccount::track_window(const PacketFacts& facts) {
  for (const Side receiver : {Side::kClient, Side::kServer}) {
    auto& closed = closed_window_[static_cast<std::size_t>(receiver)];
    if (facts.is_full(receiver)) {
      if (!closed) {
        const Open* open = active();
        closed = IncidentRecord{Incident::kZeroWindow,
                                id_,
                                open ? std::optional(open->record->index) : std::nullopt,
                                receiver,
                                Repeat::kNone,
                                last_at_,
                                facts.at,
                                last_frame_,
                                facts.frame};
      }
      closed->at = facts.at;
      closed->frame = facts.frame;
      closed->shut |= !is_of_path(facts.at - last_at_, facts.is_closed(receiver));
    } else if (closed) {
      if (closed->shut) sink_.on_incident(*closed);
      closed.reset();
    }
  }
  last_at_ = facts.at;
  last_frame_ = facts.frame;
}

// RFC 9293, 3.10.4: a side that closes with unread data resets, with its acknowledgement.
void ExchangeAccount::take_reset(const PacketFacts& facts) {
  if (facts.from != Side::kClient || !facts.ack || fin_[0] || fin_[1]) return;
  Open* open = open_.empty() ? nullptr : &open_.back();
  if (open == nullptr || !open->record->answered) return;
  ExchangeRecord& record = *open->record;
  const bool still_sending = facts.at - record.end <= kStillSending + 2 * rtt_;
  // A call is cancelled so, and a stream that listens left: nothing of theirs was to be read.
  const bool was_read = record.is_http && !record.degraded;
  const bool unanswered = was_read && !record.final_at && !record.complete;
  if ((record.listens() || unanswered) && !still_sending) return;
  const bool lacks_end = record.final_at && !record.complete;
  record.cut_in_data = lacks_end && record.end > *record.final_at && still_sending;
  if (lacks_end && !record.cut_in_data) return;
  sink_.on_incident({Incident::kResetUndrained, id_, open->record->index, Side::kClient,
                     Repeat::kNone, open->record->end, facts.at, open->record->last_frame,
                     facts.frame});
}

LedgerSums& ExchangeAccount::folded_of(Open& open) {
  if (!open.folded) open.folded = std::make_unique<LedgerSums>();
  return *open.folded;
}

void ExchangeAccount::fold() {
  const RealTime upto = ledger_.upto();
  for (Open& open : open_) {
    const RealTime from = std::max(open.local_start, open.folded_upto);
    const RealTime to = open.ended ? open.record->end : upto;
    if (to <= from) continue;
    folded_of(open) += ledger_.sum(from, to);
    open.folded_upto = to;
  }
  ledger_.drop_before(upto);
}

}  // namespace tailrace
