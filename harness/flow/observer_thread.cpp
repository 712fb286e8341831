// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/observer_thread.h"

#include <utility>

namespace tailrace {
namespace {

// Of a batch: small enough to stay in a processor's cache, large enough that handing it over costs
// nothing beside it.
constexpr std::size_t kMostTold = 1024;
constexpr std::size_t kMostBytes = 128 << 10;
// So many packets ahead memory is asked for: of a connection, and of what it keeps elsewhere.
constexpr std::size_t kSooner = 12, kNext = 6;

}  // namespace

ObserverThread::ObserverThread(FlowObserver& observer)
    : observer_(observer), thread_([this] { run(); }) {}

ObserverThread::~ObserverThread() {
  finish();
}

void ObserverThread::finish() {
  if (!thread_.joinable()) return;
  hand_over();
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void ObserverThread::on_open(ConnectionId connection, const Endpoint& client,
                             const Endpoint& server, RealTime at) {
  ring_[filling_].opened.push_back({connection, client, server, at});
  add(What::kOpen);
}

void ObserverThread::on_packet(const PacketFacts& facts) {
  Batch& batch = ring_[filling_];
  batch.packets.push_back(facts);
  batch.packets.back().payload = {};  // Lent; its bytes are told apart.
  if (facts.release != nullptr) batch.releases.push_back(*facts.release);
  for (const Repeated* repeat : facts.repeats) {
    if (repeat != nullptr) batch.repeats.push_back(*repeat);
  }
  add(What::kPacket);
}

void ObserverThread::on_bytes(const StreamPlace& place, std::string_view bytes) {
  Batch& batch = ring_[filling_];
  batch.places.push_back({place, bytes.size()});
  batch.bytes += bytes;
  add(What::kBytes);
}

void ObserverThread::on_gap(const StreamPlace& place, std::uint64_t length) {
  ring_[filling_].places.push_back({place, length});
  add(What::kGap);
}

void ObserverThread::on_end(const StreamPlace& place, bool reset) {
  ring_[filling_].places.push_back({place});
  add(reset ? What::kReset : What::kEnd);
}

void ObserverThread::on_done(ConnectionId connection, ConnectionFlow flow) {
  ring_[filling_].done.push_back({connection, std::move(flow)});
  add(What::kDone);
}

void ObserverThread::add(What what) {
  Batch& batch = ring_[filling_];
  batch.order.push_back(what);
  if (batch.order.size() >= kMostTold || batch.bytes.size() >= kMostBytes) hand_over();
}

void ObserverThread::hand_over() {
  std::unique_lock lock(mutex_);
  ++filled_;
  changed_.notify_all();
  changed_.wait(lock, [&] { return filled_ - told_ < kBatches; });
  filling_ = filled_ % kBatches;
}

void ObserverThread::run() {
  for (std::unique_lock lock(mutex_);;) {
    changed_.wait(lock, [&] { return filled_ != told_ || over_; });
    if (filled_ == told_) return;
    Batch& batch = ring_[told_ % kBatches];
    lock.unlock();
    tell(batch);
    batch.clear();
    lock.lock();
    ++told_;
    changed_.notify_all();
  }
}

// As the analyzer does for itself: what the packets after this one will ask for.
void ObserverThread::look_ahead(const Batch& batch, std::size_t packet) {
  if (const std::size_t at = packet + kSooner; at < batch.packets.size()) {
    const ConnectionId id = batch.packets[at].connection;
    ConnectionId& recent = recent_[id.value % recent_.size()];
    const bool is_first = std::exchange(recent, id) != id;
    first_[at % first_.size()] = is_first;
    if (is_first) observer_.on_ahead(id, false);
  }
  if (const std::size_t at = packet + kNext; at < batch.packets.size() && at >= kSooner) {
    if (first_[at % first_.size()]) observer_.on_ahead(batch.packets[at].connection, true);
  }
}

void ObserverThread::tell(Batch& batch) {
  std::size_t opened = 0, packet = 0, release = 0, repeat = 0, place = 0, done = 0, byte = 0;
  for (const What what : batch.order) {
    switch (what) {
      case What::kOpen: {
        const Opened& now = batch.opened[opened++];
        observer_.on_open(now.connection, now.client, now.server, now.at);
        break;
      }
      case What::kPacket: {
        look_ahead(batch, packet);
        PacketFacts& facts = batch.packets[packet++];
        if (facts.release != nullptr) facts.release = &batch.releases[release++];
        for (const Repeated*& again : facts.repeats) {
          if (again != nullptr) again = &batch.repeats[repeat++];
        }
        observer_.on_packet(facts);
        break;
      }
      case What::kBytes: {
        const Place& now = batch.places[place++];
        observer_.on_bytes(now.place, std::string_view(batch.bytes).substr(byte, now.length));
        byte += now.length;
        break;
      }
      case What::kGap: {
        const Place& now = batch.places[place++];
        observer_.on_gap(now.place, now.length);
        break;
      }
      case What::kEnd:
      case What::kReset:
        observer_.on_end(batch.places[place++].place, what == What::kReset);
        break;
      case What::kDone: {
        Done& now = batch.done[done++];
        observer_.on_done(now.connection, std::move(now.flow));
        break;
      }
    }
  }
}

void ObserverThread::Batch::clear() {
  order.clear();
  opened.clear();
  packets.clear();
  releases.clear();
  repeats.clear();
  places.clear();
  done.clear();
  bytes.clear();
}

}  // namespace tailrace
