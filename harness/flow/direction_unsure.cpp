// SPDX-License-Identifier: Apache-2.0
// What a direction saw before it was known how its path varies, judged as soon as that is known.
#include <algorithm>
#include <utility>

#include "harness/flow/direction.h"

namespace tailrace {
namespace {

// Until so many came a path has told how it varies.
constexpr std::size_t kMostUnsure = 4;

}  // namespace

void Direction::learn_unsure(const Path& path) {
  const Nanos varies = path.sender_varies().value_or(Nanos(0));
  // Both ways may have added to it.
  const Nanos doubt = 2 * (varies + kLeastLateness);
  for (auto& unsure : unsure_pause_) {
    if (unsure) learn_pause(*std::exchange(unsure, nullptr), doubt, path);
  }
  if (!unsure_holds_) return;
  std::erase_if(*unsure_holds_, [&](const Stall& stall) { return take_unsure_hold(stall, path); });
  if (unsure_holds_->empty()) unsure_holds_.reset();
}

void Direction::note_unsure_hold(const Stall& stall) {
  if (!unsure_holds_) unsure_holds_ = std::make_unique<std::vector<Stall>>();
  if (unsure_holds_->size() >= kMostUnsure) return;
  unsure_holds_->push_back(stall);
  unsure_holds_->back().charged = Nanos(0);
}

// It left on its ACK as far as such a path lets that be seen, unless its sender pauses for so long
// anyway. False: not as far as is known now.
bool Direction::take_unsure_hold(Stall stall, const Path& path) {
  const auto [most, close, sharp] = release_bounds(path);
  const Nanos apart = std::chrono::abs(stall.release_gap);
  const auto& least = least_pause_[stall.begins_turn];
  const Nanos pause = least ? least->length : Nanos(0);
  const Nanos whole = stall.hold + stall.pause;
  const Nanos varies = path.sender_varies().value_or(Nanos(0));
  const bool is_own = pause > Nanos(0) && std::chrono::abs(whole - pause) <= varies;
  if (apart > most) return false;
  if (is_own || stalls_.size() >= most_stalls_) return true;
  ++candidates_;
  ++flow_.held;
  close_ = std::max(close_, close);
  if (apart > close) most_gap_ = std::max(most_gap_, apart);
  loose_ += apart > close;
  blunt_ += apart > sharp;
  note_waking(stall.release_gap - path.to_sender, false);
  stall.set_pause(pause);
  stalls_.insert(stalls_.begin() + early_, stall);  // Its ACK is to be looked at again, too.
  ++early_;
  return true;
}

}  // namespace tailrace
