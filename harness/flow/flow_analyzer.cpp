// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/flow_analyzer.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <queue>
#include <string>
#include <vector>

#include "harness/flow/clock_steps.h"
#include "harness/flow/fragments.h"
#include "harness/flow/fetch.h"
#include "harness/flow/hashed_pointers.h"
#include "harness/flow/segment.h"
#include "harness/flow/slabs.h"
#include "harness/flow/time_order.h"
#include "harness/flow/tracked.h"
#include "harness/flow/translated_legs.h"

namespace tailrace {
namespace {

// So many packets ahead memory is asked for: of a connection, of what it keeps elsewhere, and of
// what that keeps elsewhere. At one time what a processor can wait for must not be exceeded.
constexpr std::size_t kSoon = 24, kSooner = 12, kNext = 6;
// Enough of a payload to know a request by.
constexpr std::size_t kStart = 8;

// The same for both directions.
std::uint64_t hash_of(const Segment& segment) {
  std::uint64_t sum = 0;
  for (const Endpoint* end : {&segment.source, &segment.destination}) {
    std::uint64_t words[2];
    std::memcpy(words, end->address.data(), sizeof words);
    sum += mixed(words[0] ^ mixed(words[1] + end->port));
  }
  return mixed(sum);
}

}  // namespace

const char* name_of(Confidence confidence) {
  switch (confidence) {
    case Confidence::kLow:
      return "low";
    case Confidence::kMedium:
      return "medium";
    case Confidence::kHigh:
      return "high";
  }
  return "";
}

class FlowAnalyzer::Body {
 public:
  Body(const FlowOptions& options, StreamSink* sink, FlowObserver* observer)
      : options_(options), sink_(sink), observer_(observer) {}

  void add(const Packet& packet) {
    ++report_.frames;
    TimeOrder::Held& held = order_.next();
    if (!decode(packet, held.segment)) return;
    ++report_.segments;
    report_.cut_segments += held.segment.payload.size() < held.segment.length;
    held.hash = hash_of(held.segment);
    held.segment.time = clock_.take(held.hash + held.segment.source.port, held.segment.time);
    held.payload = sink_ ? held.segment.payload : held.segment.payload.substr(0, kStart);
    current_.prefetch(held.hash);
    order_.add();
    if (order_.is_full()) take_oldest();
  }

  FlowReport finish() {
    while (!order_.empty()) take_oldest();
    std::vector<Entry*> left;
    for (const auto& entry : entries_) {
      if (entry) left.push_back(entry.get());
    }
    std::ranges::sort(left, {}, &Entry::number);
    for (Entry* entry : left) retire(*entry);
    report_.incomplete_datagrams = fragments_.incomplete();
    report_.clock_set_back = clock_.steps();
    return std::move(report_);
  }

 private:
  struct Entry {
    Endpoint one, other;  // Its ends.
    std::uint64_t hash;
    std::uint32_t number, place;  // The latter in entries_.
    std::uint64_t heard = 0;      // The turn of its last packet.
    bool over = false, current = true;
    bool is_copy = false;  // Of a connection that is told with other addresses.
    Tracked tracked;  // Last.

    Entry(const Segment& first, std::uint64_t of_hash, std::uint32_t at, Tracked connection)
        : one(first.source),
          other(first.destination),
          hash(of_hash),
          number(connection.id().value),
          place(at),
          tracked(std::move(connection)) {}
    void fetch_ahead() const {
      fetch(this, sizeof(Entry) - sizeof(Tracked) + Tracked::hot_size());
    }
    bool carries(const Segment& segment) const {
      return (segment.source == one && segment.destination == other) ||
             (segment.source == other && segment.destination == one);
    }
  };
  // Who was silent longest stands in front. None moves at each packet: one that comes to the front
  // is asked whether it was heard of since.
  struct Silent {
    std::uint64_t heard;
    RealTime at;
    std::uint32_t number, place;
    bool operator<(const Silent& other) const { return heard > other.heard; }
  };
  using Silents = std::priority_queue<Silent>;

  bool decode(const Packet& packet, Segment& segment) {
    if (decode_segment(packet, segment) && !segment.first_fragment) return true;
    const auto whole = fragments_.take(packet);
    return whole && decode_segment(*whole, segment);
  }

  // Of a connection that was silent for a while nothing is near the processor, and its packets come
  // in a row: what they will ask for is fetched while those before them are taken.
  void look_ahead() {
    TimeOrder::Held* held = order_.ahead(kSoon);
    if (held == nullptr) return;
    std::uint64_t& recent = recent_[held->hash % recent_.size()];
    held->is_first = recent != held->hash;
    if (held->is_first) {
      recent = held->hash;
      if (const Entry* entry = current_.find(held->hash)) entry->fetch_ahead();
    }
    held = order_.ahead(kSooner);
    if (held->is_first) {
      if (const Entry* entry = current_.find(held->hash)) {
        entry->tracked.fetch_ahead();
        if (observer_) observer_->on_ahead({entry->number}, false);
      }
    }
    held = order_.ahead(kNext);
    if (held->is_first && observer_) {
      if (const Entry* entry = current_.find(held->hash)) {
        observer_->on_ahead({entry->number}, true);
      }
    }
  }

  void take_oldest() {
    look_ahead();
    TimeOrder::Held& held = order_.take_oldest();
    Segment& segment = held.segment;
    segment.payload = held.payload;
    if (observer_) expire(segment.time);
    Entry* entry = find(segment, held.hash);
    if (entry == nullptr) return;
    entry->heard = ++turns_;
    if (entry->is_copy || !entry->tracked.take(segment)) {
      ++report_.second_copies;
    } else if (segment.syn && segment.ack_flag) {
      find_copies(segment, *entry);
    }
    if (!entry->over && entry->tracked.is_over()) {
      entry->over = true;
      over_.push(silence_of(*entry));
    }
  }

  // The server's answer comes to the leg behind a translation first. Told is the one in front, or
  // the one whose server the user named.
  void find_copies(const Segment& segment, Entry& entry) {
    for (const auto& leg : legs_.answered(segment, {entry.number, entry.place})) {
      Entry* other = entries_[leg.place].get();
      if (other == nullptr || other->number != leg.number || other->is_copy) continue;
      const bool named = options_.server && (other->one == *options_.server ||
                                             other->other == *options_.server);
      (named ? entry : *other).is_copy = true;
      ++report_.translated;
    }
  }

  static Silent silence_of(const Entry& entry) {
    return {entry.heard, entry.tracked.last(), entry.number, entry.place};
  }

  // The one that was silent longest, or null.
  Entry* front(Silents& silents, bool over) {
    while (!silents.empty()) {
      const Silent first = silents.top();
      Entry* entry = entries_[first.place].get();
      const bool listed = entry != nullptr && entry->number == first.number && entry->over == over;
      if (listed && entry->heard == first.heard) return entry;
      silents.pop();
      if (listed) silents.push(silence_of(*entry));
    }
    return nullptr;
  }

  void expire(RealTime now, Silents& silents, bool over, Nanos patience) {
    while (!silents.empty() && now - silents.top().at > patience) {
      Entry* entry = front(silents, over);
      if (entry == nullptr || now - entry->tracked.last() <= patience) return;
      retire(*entry);
      // The one that goes next was silent for as long: nothing of it is near.
      if (!silents.empty()) fetch_to_retire(silents.top());
    }
  }
  void fetch_to_retire(const Silent& next) const {
    if (const Entry* entry = entries_[next.place].get()) entry->fetch_ahead();
    if (observer_) observer_->on_ahead({next.number}, false);
  }
  void expire(RealTime now) {
    expire(now, over_, true, options_.linger);
    expire(now, open_, false, patience());
  }
  std::size_t open_entries() const { return entries_.size() - free_entries_.size(); }
  // An eighth of the table takes little memory.
  Nanos patience() const {
    return open_entries() < options_.most_connections / 8 ? options_.idle_with_room : options_.idle;
  }

  void retire(Entry& entry) {
    ConnectionFlow flow = entry.tracked.finish();
    if (observer_) {
      observer_->on_done({entry.number}, std::move(flow));
    } else {
      report_.connections.push_back(std::move(flow));
    }
    if (entry.current) current_.erase(entry.hash, &entry);
    free_entries_.push_back(entry.place);
    entries_[entry.place].reset();
  }

  Entry* find(const Segment& segment, std::uint64_t hash) {
    Entry* known =
        current_.find(hash, [&](const Entry& entry) { return entry.carries(segment); });
    if (known != nullptr) {
      const bool expired = segment.time - known->tracked.last() > patience();
      if (!expired && !known->tracked.is_begun_anew_by(segment)) return known;
      if (observer_) retire(*known);
    }
    if (open_entries() >= options_.most_connections) {
      if (observer_ == nullptr) {
        ++report_.connections_left_out;
        return nullptr;
      }
      ++report_.connections_cut_short;
      Entry* over = front(over_, true);
      retire(over != nullptr ? *over : *front(open_, false));
    }
    if (known != nullptr && !observer_) {
      known->current = false;
      current_.erase(hash, known);
    }
    return &open(segment, hash);
  }

  Entry& open(const Segment& segment, std::uint64_t hash) {
    if (free_entries_.empty()) {
      free_entries_.push_back(static_cast<std::uint32_t>(entries_.size()));
      entries_.emplace_back();
    }
    const std::uint32_t place = free_entries_.back();
    free_entries_.pop_back();
    const ConnectionId id{++numbers_};
    report_.with_told_server += segment.is_of(options_.server);
    const TrackedOptions options{options_.most_stalls, options_.server, &ways_};
    entries_[place] = slabs_.make<Entry>(segment, hash, place,
                                         Tracked(id, segment, options, sink_, observer_));
    Entry& entry = *entries_[place];
    current_.insert(hash, &entry);
    if (observer_) open_.push({turns_ + 1, segment.time, entry.number, place});
    return entry;
  }

  FlowOptions options_;
  StreamSink* sink_;
  FlowObserver* observer_;
  FlowReport report_;
  Fragments fragments_;
  ClockSteps clock_;
  TimeOrder order_;
  std::array<std::uint64_t, 64> recent_{};  // Connections, by hash.
  std::uint32_t numbers_ = 0;
  std::uint64_t turns_ = 0;
  KnownWays ways_;
  Slabs slabs_;
  std::vector<Slabs::Pointer<Entry>> entries_;
  std::vector<std::uint32_t> free_entries_;
  HashedPointers<Entry> current_;  // The latest of their addresses.
  TranslatedLegs legs_;
  Silents open_, over_;            // The latter ended by both sides; with an observer only.
};

FlowAnalyzer::FlowAnalyzer(const FlowOptions& options, StreamSink* sink)
    : body_(std::make_unique<Body>(options, sink, nullptr)) {}
FlowAnalyzer::FlowAnalyzer(const FlowOptions& options, FlowObserver& observer)
    : body_(std::make_unique<Body>(options, &observer, &observer)) {}
FlowAnalyzer::~FlowAnalyzer() = default;

void FlowAnalyzer::add(const Packet& packet) {
  body_->add(packet);
}

FlowReport FlowAnalyzer::finish() {
  return body_->finish();
}

}  // namespace tailrace
