// SPDX-License-Identifier: Apache-2.0
// ExchangeAccount: one connection of a capture as exchanges, each nanosecond of them charged to one
// cause. Private to `flow`; one thread at a time; bounded.
//
// It reads HTTP/1.x, SSE and JSON-RPC from the reassembled bytes. What it cannot read (TLS, bytes
// that the capture cut or lost) is told in turns: a turn ends when the client sends again.
#pragma once

#include <memory>
#include <vector>

#include "harness/base/queue.h"
#include "harness/flow/exchange_record.h"
#include "harness/flow/flow_observer.h"

namespace tailrace {

class HttpReading;

class ExchangeSink {
 public:
  virtual ~ExchangeSink() = default;
  virtual void on_incident(const IncidentRecord& incident) = 0;
  // A request on a connection that has ended, not answered (yet).
  virtual void on_unanswered(const StaleAttempt& attempt) = 0;
  virtual void on_answered_late(ConnectionId connection) = 0;
  // The attempt that this request repeats, if there was one.
  virtual std::optional<StaleAttempt> earlier_attempt(const StaleAttempt& now) = 0;
  virtual void on_ended() = 0;  // One more waits to be settled.
};

class ExchangeAccount {
 public:
  ExchangeAccount(ConnectionId id, const Endpoint& client, const Endpoint& server,
                  ExchangeSink& sink, Slabs& slabs);
  ~ExchangeAccount();
  ConnectionId id() const { return id_; }
  const Endpoint& client() const { return client_; }
  const Endpoint& server() const { return server_; }
  std::uint32_t begun() const { return exchanges_; }

  void fetch_ahead() const;  // What it keeps elsewhere.
  void on_packet(const PacketFacts& facts);
  void on_bytes(const StreamPlace& place, std::string_view bytes);
  void on_gap(const StreamPlace& place, std::uint64_t length);
  void on_end(const StreamPlace& place, bool reset);
  // All that is left; causes are settled by the verdict on either direction. `upto`: when the last
  // packet of the capture so far came.
  ExchangeRecords finish(const ConnectionFlow& flow, RealTime upto);

  // Exchanges that ended, for connections with many: settled by what is known of both directions.
  std::size_t waiting() const { return done_.size(); }
  ExchangeRecords take_settled();
  void note_settled_early(std::size_t exchanges) { settled_early_ += exchanges; }
  std::uint64_t settled_early() const { return settled_early_; }
  Nanos rtt() const { return rtt_; }
  const std::vector<Stall>& prompt_holds(Side side) const {
    return prompt_[static_cast<std::size_t>(side)];
  }
  bool is_tls() const { return tls_; }
  bool is_http2() const { return http2_; }
  bool one_sided() const { return !seen_[0] || !seen_[1]; }
  bool has_data() const { return last_data_.has_value(); }

 private:
  friend class HttpReading;
  struct Open {
    Slabs::Pointer<ExchangeRecord> record;
    RealTime local_start;  // Of its part on this connection.
    RealTime request_at;   // Last bytes of the request.
    bool request_complete = false, ended = false, expects_continue = false, told = false;
    std::uint32_t unanswered = 1;  // Of a batch, so many of its requests.
    std::uint64_t likeness = 0;
    bool comparable = false;
    std::unique_ptr<LedgerSums> folded;  // Rare.
    RealTime folded_upto;
  };
  struct Held {  // Time of an exchange in done_, until both directions are judged.
    std::size_t at = 0;
    LedgerSums sums;
  };
  struct Data {
    Side from = Side::kClient;
    RealTime at;
    Nanos late{0};
    FrameNumber frame;
    bool full = false;
  };

  struct Syn {
    RealTime at;
    FrameNumber frame;
  };

  // Charging.
  void tell_syn_again(const PacketFacts& facts);
  void charge(const PacketFacts& facts);
  void charge_setup(const PacketFacts& facts);
  bool is_of_path(Nanos full, bool closed) const;
  void charge_window(const PacketFacts& facts, Side receiver);
  void charge_http(Open& open, const PacketFacts& facts);
  void charge_turn(const PacketFacts& facts);
  void charge_answer(RealTime from, const PacketFacts& facts, Open& open);
  void charge_gap(const PacketFacts& facts, Cause silence, bool moving);
  void note_silence(Open& open, Side whose, const PacketFacts& facts);
  void take_repeat(const PacketFacts& facts, Side from);
  void take_release(const Release& release, Side holder);
  void track_window(const PacketFacts& facts);
  void take_reset(const PacketFacts& facts);
  void fold();
  static LedgerSums& folded_of(Open& open);

  // Exchanges.
  Open* active();
  Open& begin(const StreamPlace& place, std::string_view bytes);
  void find_earlier(Open& open, const StreamPlace& place, std::string_view bytes);
  void extend_request(Open& open, const StreamPlace& place, std::uint64_t length);
  void extend_response(Open& open, const StreamPlace& place, std::uint64_t length);
  bool is_farewell(const Open& open) const;
  void take_turn(const StreamPlace& place, std::string_view bytes, std::uint64_t length);
  void degrade();
  void emit(Open& open);
  void sum_held(Open& open, RealTime from);
  void correct(const Stall& stall);
  void emit_ended();
  void abandon(const PacketFacts& facts);
  void note_unanswered(Open& open, RealTime at, FrameNumber frame);

  ConnectionId id_;
  Endpoint client_, server_;
  ExchangeSink& sink_;
  Slabs& slabs_;
  Ledger ledger_;
  bool begun_ = false, established_ = false, tls_ = false, tls_open_ = false, http2_ = false;
  std::array<bool, 2> holds_ = {true, true};
  bool seen_[2] = {false, false}, fin_[2] = {false, false};
  bool over_[2] = {false, false};  // All bytes of it were told.
  bool was_read_ = false;          // By http_, to the end of both.
  std::optional<RealTime> syn_at_, established_at_;
  FrameNumber syn_frame_;
  Syn last_syn_[2];
  std::optional<Data> last_data_;
  RealTime last_at_;
  FrameNumber last_frame_;
  std::optional<IncidentRecord> closed_window_[2];
  Nanos rtt_{0};
  std::uint64_t offset_[2] = {0, 0};
  Slabs::Pointer<HttpReading> http_;  // None where it cannot be read.
  Queue<Open> open_;
  const void* latest_ = nullptr;  // Its record: an address to fetch, which may be another's by now.
  ExchangeRecords done_;
  std::vector<Held> held_;  // Of a few.
  std::vector<Stall> prompt_[2];
  std::uint32_t exchanges_ = 0;
  std::uint64_t settled_early_ = 0;
  bool left_ = false;  // By a client that had waited.
};

}  // namespace tailrace
