// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/stall.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/judge/story.h"

namespace tailrace {
namespace {

// Twenty calls on connection 1 (plain) and on connection 2 (quick ACKs), with so many stalls.
class Calls {
 public:
  Calls(std::size_t plain, std::size_t control, Millis ack_wait = Millis(43), int calls = 20,
        Side holder = Side::kServer) {
    for (std::uint32_t c : {1U, 2U}) {
      story_.tell(ConnectionOpened{{c},
                                   v4_endpoint({127, 0, 0, 1}, static_cast<std::uint16_t>(c)),
                                   v4_endpoint({127, 0, 0, 1}, 80),
                                   Side::kClient,
                                   true,
                                   c == 2,
                                   false});
      for (int id = 1; id <= calls; ++id) story_.call(c, id).sse_head(c).result(c, id).end(c);
    }
    flows_[0].stalls.resize(plain);
    flows_[1].stalls.resize(control);
    for (auto& flow : flows_) {
      for (auto& stall : flow.stalls) stall.ack_wait = ack_wait;
      for (auto& stall : flow.stalls) stall.holder = holder;
    }
  }

  Judgement judge(Side holder, bool lost = false, const std::string& why_none = "") {
    const Catalogue catalogue = *Catalogue::parse(catalogue_json());
    Evidence evidence{story_.timeline(), catalogue, "2025-11-25", {}, why_none, required, lost};
    evidence.packets = {{{1}, &flows_[0]}, {{2}, &flows_[1]}};
    return no_delayed_ack_stall(holder).judge(evidence);
  }

  bool required = false;

 private:
  Story story_;
  ConnectionFlow flows_[2];
};

TEST(Stall, ThreeOnOneConnectionAreHarmFewerAreANote) {
  const Judgement many = Calls(3, 0).judge(Side::kServer);
  ASSERT_EQ(many.outcome, Outcome::kBroken);
  EXPECT_EQ(many.findings.front().harm, "harm.stalls");
  EXPECT_NE(many.findings.front().observed.find("holder server"), std::string::npos);
  const Judgement few = Calls(2, 0).judge(Side::kServer);
  EXPECT_EQ(few.outcome, Outcome::kHeld);
  EXPECT_EQ(few.findings.front().level, Level::kNote);
  EXPECT_EQ(Calls(0, 0).judge(Side::kServer).outcome, Outcome::kHeld);
}

TEST(Stall, OfAClientThatLeavesItsConnectionsAllThatCouldWaitAreAShould) {
  const auto client = [](std::size_t stalls, int calls, Side holder = Side::kClient) {
    return Calls(stalls, 0, Millis(43), calls, holder).judge(holder);
  };
  ASSERT_EQ(client(2, 3).outcome, Outcome::kBroken);
  EXPECT_EQ(client(2, 3).findings.front().level, Level::kShould);
  EXPECT_EQ(client(2, 4).outcome, Outcome::kHeld);
  EXPECT_EQ(client(1, 2).outcome, Outcome::kHeld);
  EXPECT_EQ(client(2, 3, Side::kServer).outcome, Outcome::kHeld);
}

TEST(Stall, AnAckThatComesBeforeTheShortestDelayOfLinuxWasNotDelayed) {
  const Judgement early = Calls(3, 0, Millis(4)).judge(Side::kServer);
  EXPECT_EQ(early.outcome, Outcome::kHeld);
  EXPECT_TRUE(early.findings.empty());
}

TEST(Stall, WhereNoConnectionIsUsedAgainNothingCanWait) {
  Story story;
  ConnectionFlow flows[3];
  for (std::uint32_t c : {1U, 2U, 3U}) story.open(c).call(c, 1).sse_head(c).result(c, 1).end(c);
  const Catalogue catalogue = *Catalogue::parse(catalogue_json());
  Evidence evidence{story.timeline(), catalogue, "2025-11-25", {}, "", true, false};
  evidence.packets = {{{1}, &flows[0]}, {{2}, &flows[1]}, {{3}, &flows[2]}};
  const Judgement judged = no_delayed_ack_stall(Side::kServer).judge(evidence);
  EXPECT_EQ(judged.outcome, Outcome::kNotApplicable) << judged.reason;
}

TEST(Stall, OnlyTheSideUnderTestIsCharged) {
  EXPECT_EQ(Calls(19, 0).judge(Side::kClient).outcome, Outcome::kHeld);
}

// Our thread was late, and so was its ACK: packets show that the server held data there too.
TEST(Stall, AControlThatStallsTooIsNoProofAndNoExcuse) {
  const Judgement judged = Calls(19, 5).judge(Side::kServer);
  ASSERT_EQ(judged.outcome, Outcome::kBroken);
  EXPECT_TRUE(judged.findings.front().observed.ends_with("proofs: packets"))
      << judged.findings.front().observed;
}

TEST(Stall, WithoutPacketsNothingPasses) {
  Calls calls(0, 0);
  EXPECT_EQ(calls.judge(Side::kServer, false, "denied").outcome, Outcome::kNotApplicable);
  calls.required = true;
  EXPECT_EQ(calls.judge(Side::kServer, false, "denied").outcome, Outcome::kInconclusive);
  EXPECT_EQ(Calls(0, 0).judge(Side::kServer, true).outcome, Outcome::kInconclusive);
}

// Twenty calls that take 44 ms each, twenty where no ACK is delayed, and five with the cure.
class Proven {
 public:
  explicit Proven(double cured_ms, std::int64_t held = 5, std::int64_t loose = 0,
                  double prompt_ms = 0.3, bool end_alone = false)
      : held_(held), loose_(loose), end_alone_(end_alone) {
    for (std::uint32_t c : {1U, 2U}) {
      const Endpoint client = v4_endpoint({127, 0, 0, 1}, static_cast<std::uint16_t>(c));
      story_.tell(ConnectionOpened{
          {c}, client, v4_endpoint({127, 0, 0, 1}, 80), Side::kClient, true, c == 2, false});
    }
    for (int id = 1; id <= 20; ++id) call(1, id, 44);
    for (int id = 21; id <= 40; ++id) call(2, id, prompt_ms);
    story_.tell(CureTried{{1}, true, false, ""});
    cured_from_ = story_.timeline().exchanges.back().id.value;
    for (int id = 41; id <= 45; ++id) call(1, id, cured_ms);
  }
  // What the option was when the calls with the cure were over.
  Proven& at_the_end(bool set) {
    story_.tell(CureTried{{1}, true, set, ""});
    return *this;
  }

  // As many stalls, and as many with the cure in place.
  Proven& stalls(std::size_t count, std::size_t cured = 0) {
    Stall stall;
    stall.ack_wait = Millis(43);
    flows_[0].stalls.assign(count + cured, stall);
    const auto& asked = story_.timeline().exchanges.at(cured_from_);
    for (std::size_t i = count; i < count + cured; ++i) {
      flows_[0].stalls[i].waiting_offset = asked.response_span.begin;
    }
    return *this;
  }

  Judgement judge(const std::string& why_none = "") const {
    const Catalogue catalogue = *Catalogue::parse(catalogue_json());
    Evidence evidence{story_.timeline(), catalogue, "2025-11-25", {}, why_none, false, false};
    if (why_none.empty()) evidence.packets = {{{1}, &flows_[0]}, {{2}, &flows_[1]}};
    return no_delayed_ack_stall(Side::kServer).judge(evidence);
  }

 private:
  void call(std::uint32_t connection, int id, double ms) {
    story_.at(now_).call(connection, id);
    if (!end_alone_) story_.at(now_ + ms);
    story_.sse_head(connection).result(connection, id);
    now_ += ms;
    story_.at(now_).end(connection);
    if (ms > 3) story_.tell(QueueWatched{{connection}, 20, held_, loose_, 118});
    now_ += 1;
    story_.at(now_);
  }

  Story story_;
  std::int64_t held_, loose_;  // Looks at each slow call
  bool end_alone_;             // The response comes at once.
  double now_ = 0;
  std::size_t cured_from_ = 0;
  ConnectionFlow flows_[2];
};

std::string measured(const Judgement& judgement, std::string_view name) {
  const auto found = std::ranges::find(judgement.measurements, name, &Measurement::name);
  return found == judgement.measurements.end() ? "" : found->value;
}

TEST(Stall, ThreeProofsAgree) {
  const Judgement judged = Proven(0.3).stalls(19).judge();
  ASSERT_EQ(judged.outcome, Outcome::kBroken);
  const std::string& observed = judged.findings.front().observed;
  EXPECT_NE(observed.find("packets, prompt ACKs, cure in place, send queue"), std::string::npos);
  for (const char* words : {", 0.30 ms with prompt ACKs", ", 0.30 ms with TCP_NODELAY set"}) {
    EXPECT_NE(observed.find(words), std::string::npos) << observed;
  }
  EXPECT_NE(measured(judged, "cure_in_place").find("median 44.00 ms before and 0.30 ms after"),
            std::string::npos);
  EXPECT_NE(measured(judged, "send_queue").find("up to 118 bytes"), std::string::npos);
  EXPECT_NE(observed.find("19 of 20 calls"), std::string::npos) << observed;
}

TEST(Stall, OfTheEndOfAStreamAloneIsToldAsThat) {
  const Judgement judged = Proven(0.3, 5, 0, 0.3, true).stalls(19).judge();
  ASSERT_EQ(judged.outcome, Outcome::kBroken);
  const std::string& observed = judged.findings.front().observed;
  EXPECT_NE(observed.find("came after 0.00 ms, the end of its stream 44.00 ms later"),
            std::string::npos)
      << observed;
  EXPECT_EQ(Proven(0.3).stalls(19).judge().findings.front().observed.find("the end of its stream"),
            std::string::npos);
}

// A server that thinks for as long as ACKs are delayed: now and then it answers close behind one.
TEST(Stall, AFewThatNoSendQueueHeldAreChance) {
  const Judgement few = Proven(44, 0, 5).stalls(4).judge();
  EXPECT_EQ(few.outcome, Outcome::kHeld);
  EXPECT_TRUE(few.findings.empty());
  EXPECT_EQ(measured(few, "stalls"), "4");
  EXPECT_EQ(Proven(44, 0, 5).stalls(11).judge().outcome, Outcome::kInconclusive);
  // Nor does that explain why others waited with the cure in place.
  EXPECT_EQ(Proven(44, 0, 5).at_the_end(true).stalls(4, 4).judge().outcome,
            Outcome::kInconclusive);
}

TEST(Stall, WhatTheCureDoesNotCureIsNoProof) {
  const Judgement judged = Proven(44).stalls(19).judge();
  ASSERT_EQ(judged.outcome, Outcome::kBroken);
  EXPECT_NE(judged.findings.front().observed.find("packets, prompt ACKs, send queue"),
            std::string::npos);
  const auto held_with_it = [](bool set) {
    return Proven(44).at_the_end(set).stalls(19, 4).judge();
  };
  EXPECT_EQ(held_with_it(true).outcome, Outcome::kInconclusive);
  const Judgement turned_off = held_with_it(false);
  ASSERT_EQ(turned_off.outcome, Outcome::kBroken);
  EXPECT_NE(measured(turned_off, "cure_in_place").find("turns TCP_NODELAY off again"),
            std::string::npos);
}

TEST(Stall, AHoldOfWhatCameLateByItselfIsToldAndNoMore) {
  const Judgement judged = Proven(41, 5, 0, 41).stalls(19).judge();
  EXPECT_EQ(judged.outcome, Outcome::kHeld);
  ASSERT_EQ(judged.findings.size(), 1U);
  EXPECT_NE(judged.findings.front().observed.find("came late by itself"), std::string::npos);
  EXPECT_FALSE(judged.findings.front().fails());
}

TEST(Stall, ProofsThatContradictEachOtherConvictNobody) {
  const Judgement elsewhere = Proven(0.3, 0).stalls(19).judge();
  EXPECT_EQ(elsewhere.outcome, Outcome::kInconclusive);
  EXPECT_NE(elsewhere.reason.find("another leg"), std::string::npos) << elsewhere.reason;
  EXPECT_EQ(Proven(0.3).judge().outcome, Outcome::kInconclusive);
}

TEST(Stall, DataThatACorkHoldsIsNoProof) {
  const Judgement judged = Proven(44, 5, 9).judge();
  EXPECT_EQ(judged.outcome, Outcome::kHeld);
  EXPECT_TRUE(judged.findings.empty());
  EXPECT_EQ(Proven(44, 5, 9).judge("denied").outcome, Outcome::kNotApplicable);
}

TEST(Stall, WithoutPacketsTheSendQueueConvicts) {
  const Judgement judged = Proven(0.3).judge("denied");
  ASSERT_EQ(judged.outcome, Outcome::kBroken);
  EXPECT_NE(judged.findings.front().observed.find("proofs: prompt ACKs, cure in place, send queue"),
            std::string::npos);
}

}  // namespace
}  // namespace tailrace
