// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/flow_analyzer.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <list>
#include <string>
#include <unordered_map>
#include <vector>

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
      : options_(options), sink_(sink), observer_(observer) {}

  void add(const Packet& packet) {
    ++report_.frames;
    auto segment = decode_segment(packet);
    if (!segment || segment->first_fragment) {
      const auto whole = fragments_.take(packet);
      segment = whole ? decode_segment(*whole) : std::nullopt;
    }
    if (!segment) return;
    ++report_.segments;
    Held held{*segment, std::string(sink_ ? segment->payload : segment->payload.substr(0, kStart))};
    // Nearly all packets are in order already.
    auto at = waiting_.end();
    while (at != waiting_.begin() && segment->time < std::prev(at)->segment.time) --at;
    waiting_.insert(at, std::move(held));
    if (waiting_.size() > kSorted) take_oldest();
  }

  FlowReport finish() {
    while (!waiting_.empty()) take_oldest();
    std::vector<std::uint32_t> left;
    for (const auto& entry : entries_) left.push_back(entry.first);
    std::sort(left.begin(), left.end());
    for (const std::uint32_t number : left) retire(number);
    report_.incomplete_datagrams = fragments_.incomplete();
    return std::move(report_);
  }

 private:
  struct Entry {
    Key key;
    Tracked tracked;
    bool over = false;
    std::list<std::uint32_t>::iterator place;  // In open_ or over_.
  };

  void take_oldest() {
    Held held = std::move(waiting_.front());
    waiting_.pop_front();
    held.segment.payload = held.payload;
    if (observer_) expire(held.segment.time);
    Entry* entry = find(held.segment);
    if (entry == nullptr) return;
    if (!entry->tracked.take(held.segment)) ++report_.second_copies;
    if (observer_) touch(*entry);
  }

  // The most recently heard of last.
  void touch(Entry& entry) {
    auto& from = entry.over ? over_ : open_;
    entry.over = entry.over || entry.tracked.is_over();
    auto& to = entry.over ? over_ : open_;
    to.splice(to.end(), from, entry.place);
  }

  void expire(RealTime now) {
    while (!over_.empty() && now - entries_.at(over_.front()).tracked.last() > options_.linger) {
      retire(over_.front());
    }
    while (!open_.empty() && now - entries_.at(open_.front()).tracked.last() > options_.idle) {
      retire(open_.front());
    }
  }

  void retire(std::uint32_t number) {
    const auto found = entries_.find(number);
    Entry& entry = found->second;
    ConnectionFlow flow = entry.tracked.finish();
    if (observer_) {
      observer_->on_done({number}, std::move(flow));
    } else {
      report_.connections.push_back(std::move(flow));
    }
    (entry.over ? over_ : open_).erase(entry.place);
    const auto current = current_.find(entry.key);
    if (current != current_.end() && current->second == number) current_.erase(current);
    entries_.erase(found);
  }

  Entry* find(const Segment& segment) {
    const Key key = key_of(segment);
    if (const auto known = current_.find(key); known != current_.end()) {
      Entry& entry = entries_.at(known->second);
      const bool expired = segment.time - entry.tracked.last() > options_.idle;
      if (!expired && !entry.tracked.is_begun_anew_by(segment)) return &entry;
      if (observer_) retire(known->second);
    }
    if (entries_.size() >= options_.most_connections) {
      if (observer_ == nullptr) {
        ++report_.connections_left_out;
        return nullptr;
      }
      ++report_.connections_cut_short;
      retire(over_.empty() ? open_.front() : over_.front());
    }
    const std::uint32_t number = ++numbers_;
    current_[key] = number;
    const auto place = open_.insert(open_.end(), number);
    const TrackedOptions options{options_.most_stalls, options_.server};
    return &entries_
                .emplace(number, Entry{key,
                                       Tracked({number}, segment, options, sink_, observer_),
                                       false, place})
                .first->second;
  }

  FlowOptions options_;
  StreamSink* sink_;
  FlowObserver* observer_;
  FlowReport report_;
  Fragments fragments_;
  std::deque<Held> waiting_;
  std::uint32_t numbers_ = 0;
  std::unordered_map<Key, std::uint32_t, KeyHash> current_;
  std::unordered_map<std::uint32_t, Entry> entries_;
  std::list<std::uint32_t> open_, over_;
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
