// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/kept_exchanges.h"

#include <algorithm>
#include <utility>

namespace tailrace {
namespace {

constexpr std::size_t kSlack = 4;  // A quarter more than is kept, before the shorter ones go.

}  // namespace

KeptExchanges::KeptExchanges(CaptureReport& report, std::size_t most)
    : report_(report), most_(most) {}

void KeptExchanges::add(ExchangeRecords exchanges) {
  for (auto& record : exchanges) {
    const Nanos length = record->length();
    ++report_.exchange_count;
    report_.causes += record->causes;
    report_.exchange_time += length;
    if (shortest_ && length <= *shortest_) {
      ++report_.exchanges_left_out;
      continue;
    }
    kept_.push_back({length, std::move(record)});
    if (kept_.size() > most_ + most_ / kSlack) leave_out();
  }
}

void KeptExchanges::finish() {
  leave_out();
  std::ranges::stable_sort(kept_, {}, [](const Kept& kept) {
    return std::pair(kept.record->start, kept.record->first_frame);
  });
  report_.exchanges.reserve(kept_.size());
  for (Kept& kept : kept_) report_.exchanges.push_back(std::move(*kept.record));
  kept_.clear();
}

void KeptExchanges::leave_out() {
  if (kept_.size() <= most_) return;
  const auto end = kept_.begin() + static_cast<std::ptrdiff_t>(most_);
  std::nth_element(kept_.begin(), end, kept_.end(),
                   [](const Kept& a, const Kept& b) { return a.length > b.length; });
  report_.exchanges_left_out += kept_.size() - most_;
  shortest_ = end->length;
  kept_.erase(end, kept_.end());
}

}  // namespace tailrace
