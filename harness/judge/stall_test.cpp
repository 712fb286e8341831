// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/stall.h"

#include <gtest/gtest.h>

#include "harness/judge/story.h"

namespace tailrace {
namespace {

// Twenty calls on connection 1 (plain) and on connection 2 (quick ACKs), with so many stalls.
class Calls {
 public:
  Calls(std::size_t plain, std::size_t control) {
    for (std::uint32_t c : {1U, 2U}) {
      story_.tell(ConnectionOpened{{c},
                                   v4_endpoint({127, 0, 0, 1}, static_cast<std::uint16_t>(c)),
                                   v4_endpoint({127, 0, 0, 1}, 80),
                                   Side::kClient,
                                   true,
                                   c == 2,
                                   false});
      for (int id = 1; id <= 20; ++id) story_.call(c, id).sse_head(c).result(c, id).end(c);
    }
    flows_[0].stalls.resize(plain);
    flows_[1].stalls.resize(control);
    for (auto& flow : flows_) {
      for (auto& stall : flow.stalls) stall.ack_wait = Millis(43);
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

TEST(Stall, OnlyTheSideUnderTestIsCharged) {
  EXPECT_EQ(Calls(19, 0).judge(Side::kClient).outcome, Outcome::kHeld);
}

TEST(Stall, AControlThatStallsTooExcusesTheServer) {
  EXPECT_EQ(Calls(19, 5).judge(Side::kServer).outcome, Outcome::kInconclusive);
}

TEST(Stall, WithoutPacketsNothingPasses) {
  Calls calls(0, 0);
  EXPECT_EQ(calls.judge(Side::kServer, false, "denied").outcome, Outcome::kNotApplicable);
  calls.required = true;
  EXPECT_EQ(calls.judge(Side::kServer, false, "denied").outcome, Outcome::kInconclusive);
  EXPECT_EQ(Calls(0, 0).judge(Side::kServer, true).outcome, Outcome::kInconclusive);
}

}  // namespace
}  // namespace tailrace
