// SPDX-License-Identifier: Apache-2.0
// What a direction amounts to when all of it was seen: whether its sender held data at all, which
// of its stalls are some, and how sure that is.
#include <algorithm>

#include "harness/flow/direction.h"
#include "harness/flow/own_time.h"

namespace tailrace {
namespace {

constexpr double kMoreThanChance = 5;
constexpr Nanos kLeastFarthest = std::chrono::microseconds(100);  // From the ACK, of what is close.
// So many delays say what the receiver's timer takes; less than that part of it is none of its.
constexpr std::size_t kEnoughToKnowTimer = 5;
// Ticks of a capture's clock that a timer's delay is but a few of: two writers look like one.
constexpr Nanos kBluntClock = Millis(5);
constexpr std::uint64_t kFewBlunt = 8;  // One in so many may be.
constexpr double kOftenHeld = 0.75;
// No timer of an ACK is known to be set to less (Windows: 10 ms at least; TCP_DELACK_MIN of Linux:
// 40): an ACK that waited for a shorter time may have waited for its reader.
constexpr Nanos kLeastTimer = Millis(8);
constexpr std::uint64_t kLateThatTell = 4;    // One in so many of what was held.
constexpr std::uint64_t kSoonerThatTell = 8;  // More of them than that show shorter pauses.
constexpr double kSeriesHeld = 0.5;  // A busy sender is late with some of its writes.

}  // namespace

// Held data leaves on the ACK itself. Where it mostly came a while later, chance brought it there.
bool Direction::released_by_chance() const {
  return loose_ * 2 > flow_.held;
}

// A timer takes its time: an ACK that came much sooner was sent at once, by a busy receiver. Where
// most did, those that took equally long, and by far the longest, show what the timer takes.
Nanos Direction::usual_delay() const {
  if (stalls_.size() < kEnoughToKnowTimer) return Nanos(0);
  if (usual_of_ == stalls_.size()) return usual_;  // Asked at each packet.
  usual_of_ = stalls_.size();
  std::vector<Nanos> delays;
  for (const Stall& stall : stalls_) delays.push_back(stall.ack_delay);
  const auto nth = [&](std::size_t n) {
    std::ranges::nth_element(delays, delays.begin() + static_cast<std::ptrdiff_t>(n));
    return delays[n];
  };
  const Nanos middle = nth(delays.size() / 2);
  const Nanos long_one = nth(delays.size() - kHighConfidence);
  const Nanos longest = std::ranges::max(delays);
  const bool alike = longest <= long_one + long_one / kPartOfTimer;
  usual_ = alike && long_one > middle * kPartOfTimer ? long_one : middle;
  return usual_;
}

// The delays are as long as those of timers.
bool Direction::may_be_timer() const {
  const Nanos usual = usual_delay();
  if (usual > Nanos(0)) return usual >= kLeastTimer;
  return std::ranges::any_of(
      stalls_, [](const Stall& stall) { return stall.ack_delay >= kLeastTimer; });
}

// What was taken for a timer's delay turned out to be one of the path: later, by what prompt ACKs
// reach, or where the stall was seen before it was known how the ways vary, by both of them.
bool Direction::is_by_path(const Stall& stall, Nanos usual) const {
  // The first of a connection whose handshake was not seen.
  const bool way_is_known = !stall.way_known && ack_times_ > 1;
  const Nanos delay = stall.ack_delay - (way_is_known ? least_ack_time_ : Nanos(0));
  if (delay * kPartOfTimer < usual) return true;
  if (way_is_known && stall.ack_at - stall.held_since - kLeastAckDelay < least_ack_time_) {
    return true;
  }
  if (!stands_apart(stall.ack_delay)) return true;
  const bool early = &stall < stalls_.data() + early_;
  const Nanos varies = receiver_varies_.value_or(Nanos(0));
  return early && varies > Nanos(0) && stall.ack_delay < 2 * varies + kLeastLateness;
}

std::uint64_t Direction::late_by_path() const {
  const Nanos usual = usual_delay();
  return static_cast<std::uint64_t>(
      std::ranges::count_if(stalls_, [&](const Stall& stall) { return is_by_path(stall, usual); }));
}

// More of what came after a delayed ACK came so close to it than chance would bring there.
bool Direction::is_improbable() const {
  Nanos farthest = kLeastFarthest;
  for (const Stall& stall : stalls_) {
    const Nanos gap = std::chrono::abs(stall.release_gap);
    if (gap <= close_) farthest = std::max(farthest, gap);
  }
  const double window = 2 * static_cast<double>(farthest.count());
  const double range = std::max(static_cast<double>(most_gap_.count()), window);
  const double expected = static_cast<double>(candidates_) * window / range;
  const auto close = static_cast<double>(flow_.held - loose_);
  return flow_.held - loose_ >= kHighConfidence && close >= kMoreThanChance * expected;
}

bool Direction::has_held(double part) const {
  return static_cast<double>(flow_.held) >= part * static_cast<double>(candidates_);
}

// Some packets are late on any path. Chance brings no others to ACKs that vary, and so close.
bool Direction::is_series() const {
  return has_held(kMostlyHeld) || is_improbable() ||
         (has_held(kOftenHeld) && keep_time_of_acks(stalls_, tick_));
}

// One or two of many.
bool Direction::is_accident() const {
  return flow_.held < kHighConfidence && candidates_ >= kEnoughToSeeWaking &&
         !has_held(kSeriesHeld);
}

// Within what the path hides, all that a sender writes by its own clock follows an ACK: delays that
// are to be told from it are longer.
bool Direction::outlasts_path() const {
  if (close_ == kCloseRelease) return true;
  const auto longer = std::ranges::count_if(
      stalls_, [&](const Stall& stall) { return stall.ack_delay > 2 * close_; });
  return static_cast<std::uint64_t>(longer) >= kHighConfidence;
}

// The option can be set while the connection lives: what proves it then says nothing of a series of
// holds before.
bool Direction::has_proofs() const {
  const bool series = flow_.held >= kHighConfidence && has_held(kSeriesHeld);
  const std::uint64_t proofs = count_of(series ? proofs_at_hold_ : proofs_);
  return proofs * kHoldsPerProof > flow_.held;
}

// A hold now would end a series that nothing spoke against when it was last held: the option was
// set since, and a machine that stood still lets the ACK and the next write go at one time. Where
// that is no accident, the series was one of such accidents itself.
bool Direction::is_chance_since_option() {
  constexpr std::uint8_t kAccidents = 2;
  const auto speaks_against = [&](const Proofs& proofs, std::uint64_t held) {
    return count_of(proofs) * kHoldsPerProof > held;
  };
  const bool series = flow_.held >= kEnoughToSeeWaking && loose_ == 0 && has_held(kMostlyHeld);
  const bool set_since = series && !speaks_against(proofs_at_hold_, flow_.held) &&
                         speaks_against(proofs_, flow_.held + 1);
  if (!set_since || since_option_ == kAccidents) return false;
  ++since_option_;
  return true;
}

// Held data would have waited until its ACK came: twice it left unheard, as late as ACKs come. That
// is no write for which the option was set and which came soon.
bool Direction::left_late_unheard() const {
  const Nanos usual = usual_delay();
  return usual > Nanos(0) && flow_.longest_proofs.next() * kPartOfDelay >= usual;
}

// Some set it for a part of their messages only (Tornado: for the end of each). Where all that
// followed a delayed ACK left on it, and sharply, it was held all the same.
bool Direction::all_left_on_acks() const {
  const bool sharp = loose_ == 0 && blunt_ * kFewBlunt <= flow_.held;
  return sharp && !is_woken(quick_, flow_.held) && flow_.held >= kEnoughToSeeWaking &&
         has_held(kMostlyHeld) && !left_late_unheard();
}

// What its sender takes for itself there, where that shows by writes that nothing held and one
// prompt ACK at most spoke of another time.
std::optional<Nanos> Direction::written_after(bool begins_turn) const {
  const LateWrites& late = late_writes_[begins_turn];
  const bool tells = late.times >= kHighConfidence && late.times * kLateThatTell >= flow_.held;
  const auto& pause = least_pause_[begins_turn];
  if (!tells || (pause && !(pause->alone && pause->length > late.least))) return std::nullopt;
  // Who thinks now and then only lets some of it go sooner.
  const auto sooner = std::ranges::count_if(stalls_, [&](const Stall& stall) {
    return stall.begins_turn == begins_turn &&
           stall.hold + stall.pause + kCloseRelease < late.least;
  });
  if (static_cast<std::uint64_t>(sooner) * kSoonerThatTell > flow_.held) return std::nullopt;
  return late.least;
}

DirectionFlow Direction::finish(Side holder, ConnectionFlow& connection) const {
  DirectionFlow flow = flow_;
  flow.mss = mss();
  flow.nodelay_proofs = count_of(proofs_);
  flow.nodelay_proven = has_proofs();
  if (pending_ && pending_->delayed && flow.harmless_delays++ == 0) {
    flow.harmless_waiting = pending_->waiting.frame;
    flow.harmless_ack = pending_->ack_frame;
    flow.harmless_wait = pending_->ack_at - pending_->waiting.at;
  }
  flow.held -= late_by_path();
  flow.candidates = candidates_;
  flow.least_waking = least_waking_;
  const bool by_acks = !flow.nodelay_proven || keep_time_of_acks(stalls_, tick_);
  flow.holds_data = !is_acquitted() && !is_accident() && !keep_own_time(stalls_) && by_acks;
  if (!flow.holds_data) {
    flow.harmless_delays += flow_.held;  // Data that followed a delayed ACK did so by chance.
    return flow;
  }
  Confidence confidence = Confidence::kLow;
  if (flow.held >= 2) confidence = Confidence::kMedium;
  const bool at_sender = holds_at_sender_ * 2 > flow_.held;
  const bool woken = at_sender && is_woken(quick_, flow_.held);
  const bool sharp = blunt_ * 2 <= flow_.held && !woken;
  const bool clear = !has_coarse_clock() ||
                     (tick_ < kBluntClock && keep_time_of_acks(stalls_, tick_));
  // Where the path hides whether they follow their ACKs, a handler may sleep for as long each time.
  const bool by_timer = may_be_timer() && like_slow_pause_ * 2 <= flow.held;
  const bool sure =
      sharp && clear && by_timer && !left_late_unheard() && outlasts_path() && is_series();
  if (flow.held >= kHighConfidence && sure) confidence = Confidence::kHigh;
  const bool few = !woken && !has_coarse_clock() && by_timer && flow.held < kHighConfidence;
  const OfFew of_few = loose_ == 0 && blunt_ == 0 ? OfFew::kSharp : OfFew::kBlunt;
  connection.stalls_left_out += stalls_left_out_;
  const Nanos usual = usual_delay();
  // Where the capture is at S, whose kernel lets go at once, what came later was written later.
  const bool is_prompt = close_ == kCloseRelease && flow_.held >= loose_ + kHighConfidence;
  const std::optional<Nanos> own_pauses[] = {written_after(false), written_after(true)};
  for (const Stall& seen : stalls_) {
    Stall stall = seen;
    if (const auto& pause = own_pauses[seen.begins_turn]) stall.set_pause(*pause);
    stall.holder = holder;
    stall.ack_delayer = other(holder);
    // A series says nothing of what came near an ACK only.
    const bool close = std::chrono::abs(seen.release_gap) <= close_;
    // Who pauses for so long when nothing holds its data did so here.
    if (is_by_path(seen, usual) || stall.hold == Nanos(0) || (is_prompt && !close)) {
      stall.hold = Nanos(0);
      connection.not_held.push_back(stall);
      continue;
    }
    // What S took for itself is most of some: a hold of less than any timer's delay harms nobody.
    const bool harms = stall.hold >= kLeastAckDelay;
    stall.confidence = close && harms ? confidence : std::min(confidence, Confidence::kMedium);
    const bool outlasts = close_ == kCloseRelease || stall.ack_delay > 2 * close_;
    if (few && close && harms && outlasts) stall.of_few = of_few;
    connection.stalls.push_back(stall);
  }
  return flow;
}

}  // namespace tailrace
