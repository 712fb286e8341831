// SPDX-License-Identifier: Apache-2.0
// ObserverThread: a FlowObserver that tells another one the same, in the same order, on a thread of
// its own, so that TCP and what is read of its bytes take turns no longer. Private to `flow`. The
// caller's thread waits where the other falls behind: memory is bounded.
#pragma once

#include <array>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "harness/flow/flow_observer.h"

namespace tailrace {

class ObserverThread final : public FlowObserver {
 public:
  // `observer` belongs to the new thread until finish() has returned.
  explicit ObserverThread(FlowObserver& observer);
  ~ObserverThread() override;
  // Returns when all was told, and the thread is no more.
  void finish();

  void on_open(ConnectionId connection, const Endpoint& client, const Endpoint& server,
               RealTime at) override;
  void on_packet(const PacketFacts& facts) override;
  void on_bytes(const StreamPlace& place, std::string_view bytes) override;
  void on_gap(const StreamPlace& place, std::uint64_t length) override;
  void on_end(const StreamPlace& place, bool reset) override;
  void on_done(ConnectionId connection, ConnectionFlow flow) override;

 private:
  enum class What : std::uint8_t { kOpen, kPacket, kBytes, kGap, kEnd, kReset, kDone };
  struct Opened {
    ConnectionId connection;
    Endpoint client, server;
    RealTime at;
  };
  struct Place {
    StreamPlace place;
    std::uint64_t length = 0;
  };
  struct Done {
    ConnectionId connection;
    ConnectionFlow flow;
  };
  // What was told, by kind; `order` puts the kinds together again.
  struct Batch {
    std::vector<What> order;
    std::vector<Opened> opened;
    std::vector<PacketFacts> packets;
    std::vector<Release> releases;  // Of those packets that have one.
    std::vector<Repeated> repeats;  // Likewise, by side.
    std::vector<Place> places;
    std::vector<Done> done;
    std::string bytes;
    void clear();
  };
  static constexpr std::size_t kBatches = 4;

  void add(What what);
  void hand_over();
  void run();
  void tell(Batch& batch);

  FlowObserver& observer_;
  std::array<Batch, kBatches> ring_;
  std::size_t filling_ = 0;  // The caller's thread alone.
  std::mutex mutex_;
  std::condition_variable changed_;
  void look_ahead(const Batch& batch, std::size_t packet);

  std::array<ConnectionId, 64> recent_;  // Of those told; the observer's thread alone.
  std::array<bool, 64> first_{};         // Whether a packet is the first of one, of the last ones.
  std::size_t filled_ = 0, told_ = 0;  // Batches so far; the ring holds those between.
  bool over_ = false;
  std::thread thread_;
};

}  // namespace tailrace
