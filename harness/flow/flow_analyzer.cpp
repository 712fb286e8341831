// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/flow_analyzer.h"

#include <algorithm>
#include <cstring>
#include <list>
#include <string>
#include <unordered_map>
#include <vector>

#include "harness/base/queue.h"
#include "harness/flow/fragments.h"
#include "harness/flow/segment.h"
#include "harness/flow/tracked.h"

namespace tailrace {
namespace {

// Captures of several queues go backwards by microseconds: so many packets are sorted by time.
constexpr std::size_t kSorted = 64;
// Enough of a payload to know a request by.
constexpr std::size_t kStart = 8;

struct Held {
  Segment segment;
  std::string payload;
};

using Key = std::pair<Endpoint, Endpoint>;

Key key_of(const Segment& segment) {
  return std::minmax(segment.source, segment.destination);
}

struct KeyHash {
  std::size_t operator()(const Key& key) const {
    std::uint64_t sum = key.first.port * 65537ULL + key.second.port;
    for (const Endpoint* end : {&key.first, &key.second}) {
      std::uint64_t words[2];
      std::memcpy(words, end->address.data(), sizeof words);
      sum = (sum ^ words[0] ^ (words[1] << 1)) * 0x9e3779b97f4a7c15ULL;
    }
    return sum ^ (sum >> 32);
  }
};

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
      : options_(options), sink_(sink), observer_(observer) {
    current_.max_load_factor(0.5F);  // It is asked for each packet.
  }

  void add(const Packet& packet) {
    ++report_.frames;
    auto segment = decode_segment(packet);
    if (!segment || segment->first_fragment) {
      const auto whole = fragments_.take(packet);
      segment = whole ? decode_segment(*whole) : std::nullopt;
    }
    if (!segment) return;
    ++report_.segments;
    const std::size_t slot = free_slot();
    slots_[slot].segment = *segment;
    slots_[slot].payload = sink_ ? segment->payload : segment->payload.substr(0, kStart);
    // Nearly all packets are in order already.
    auto at = waiting_.end();
    while (at != waiting_.begin() && segment->time < slots_[*std::prev(at)].segment.time) --at;
    waiting_.insert(at, slot);
    if (waiting_.size() > kSorted) take_oldest();
  }

  FlowReport finish() {
    while (!waiting_.empty()) take_oldest();
    for (Entry& entry : over_) entry.over = false;
    open_.splice(open_.end(), over_);
    open_.sort([](const Entry& a, const Entry& b) { return a.number < b.number; });
    while (!open_.empty()) retire(open_.begin());
    report_.incomplete_datagrams = fragments_.incomplete();
    return std::move(report_);
  }

 private:
  struct Entry {
    Key key;
    std::uint32_t number;
    Tracked tracked;
    bool over = false;
  };
  using Entries = std::list<Entry>;

  std::size_t free_slot() {
    if (free_.empty()) {
      slots_.emplace_back();
      return slots_.size() - 1;
    }
    const std::size_t slot = free_.back();
    free_.pop_back();
    return slot;
  }

  void take_oldest() {
    const std::size_t slot = waiting_.front();
    waiting_.pop_front();
    free_.push_back(slot);
    Segment& segment = slots_[slot].segment;
    segment.payload = slots_[slot].payload;
    if (observer_) expire(segment.time);
    const auto entry = find(segment);
    if (!entry) return;
    if (!(*entry)->tracked.take(segment)) ++report_.second_copies;
    if (observer_) touch(*entry);
  }

  // The most recently heard of last.
  void touch(Entries::iterator entry) {
    Entries& from = entry->over ? over_ : open_;
    entry->over = entry->over || entry->tracked.is_over();
    Entries& to = entry->over ? over_ : open_;
    if (&to != &from || std::next(entry) != to.end()) to.splice(to.end(), from, entry);
  }

  void expire(RealTime now) {
    while (!over_.empty() && now - over_.front().tracked.last() > options_.linger) {
      retire(over_.begin());
    }
    while (!open_.empty() && now - open_.front().tracked.last() > options_.idle) {
      retire(open_.begin());
    }
  }

  void retire(Entries::iterator entry) {
    ConnectionFlow flow = entry->tracked.finish();
    if (observer_) {
      observer_->on_done({entry->number}, std::move(flow));
    } else {
      report_.connections.push_back(std::move(flow));
    }
    const auto current = current_.find(entry->key);
    if (current != current_.end() && current->second == entry) current_.erase(current);
    (entry->over ? over_ : open_).erase(entry);
  }

  std::optional<Entries::iterator> find(const Segment& segment) {
    const Key key = key_of(segment);
    if (const auto known = current_.find(key); known != current_.end()) {
      const auto entry = known->second;
      const bool expired = segment.time - entry->tracked.last() > options_.idle;
      if (!expired && !entry->tracked.is_begun_anew_by(segment)) return entry;
      if (observer_) retire(entry);
    }
    if (open_.size() + over_.size() >= options_.most_connections) {
      if (observer_ == nullptr) {
        ++report_.connections_left_out;
        return std::nullopt;
      }
      ++report_.connections_cut_short;
      retire(over_.empty() ? open_.begin() : over_.begin());
    }
    const std::uint32_t number = ++numbers_;
    const TrackedOptions options{options_.most_stalls, options_.server};
    open_.push_back({key, number, Tracked({number}, segment, options, sink_, observer_)});
    const auto entry = std::prev(open_.end());
    current_[key] = entry;
    return entry;
  }

  FlowOptions options_;
  StreamSink* sink_;
  FlowObserver* observer_;
  FlowReport report_;
  Fragments fragments_;
  std::vector<Held> slots_;
  std::vector<std::size_t> free_;
  Queue<std::size_t> waiting_;  // Slots, by time.
  std::uint32_t numbers_ = 0;
  std::unordered_map<Key, Entries::iterator, KeyHash> current_;
  Entries open_, over_;  // By their last packets.
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
