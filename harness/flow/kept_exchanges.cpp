// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/kept_exchanges.h"

#include <algorithm>

namespace tailrace {
namespace {

constexpr std::size_t kSlack = 2;  // So many times what is kept, before the shorter ones go.

}  // namespace

KeptExchanges::KeptExchanges(CaptureReport& report, std::size_t most)
    : report_(report), most_(most) {
  report_.exchanges.reserve(most * kSlack);
}

void KeptExchanges::add(std::vector<ExchangeRecord> exchanges) {
  for (ExchangeRecord& record : exchanges) {
    ++report_.exchange_count;
    report_.causes += record.causes;
    report_.exchange_time += record.length();
    if (shortest_ && record.length() <= *shortest_) {
      ++report_.exchanges_left_out;
      continue;
    }
    report_.exchanges.push_back(std::move(record));
    if (report_.exchanges.size() >= most_ * kSlack) leave_out();
  }
}

void KeptExchanges::leave_out() {
  auto& kept = report_.exchanges;
  if (kept.size() <= most_) return;
  const auto end = kept.begin() + static_cast<std::ptrdiff_t>(most_);
  std::nth_element(kept.begin(), end, kept.end(),
                   [](const auto& a, const auto& b) { return a.length() > b.length(); });
  report_.exchanges_left_out += kept.size() - most_;
  shortest_ = end->length();
  kept.erase(end, kept.end());
}

}  // namespace tailrace
