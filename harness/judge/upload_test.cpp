// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/upload.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/judge/story.h"

namespace tailrace {
namespace {

const std::string kHead = "POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n";
const std::string kRest(200000, ' ');

Story begun() {
  Story story;
  story.open(1).from_client(1, kHead);
  return story;
}

TEST(RefusedUpload, ARefusalThatCanBeReadIsFineWhateverBecomesOfTheConnection) {
  const Check check = refused_upload_is_answered();
  EXPECT_EQ(begun().plain(1, 404).from_client(1, kRest).judge(check).outcome, Outcome::kHeld);
  EXPECT_EQ(begun().from_client(1, kRest).plain(1, 413).judge(check).outcome, Outcome::kHeld);
  Story closes = begun();
  closes.plain(1, 404, "Connection: close\r\n").tell(PeerEnded{{1}, Ending::kFin});
  EXPECT_EQ(closes.judge(check).outcome, Outcome::kHeld);
  Story resets = begun();
  resets.plain(1, 404).tell(PeerEnded{{1}, Ending::kReset});
  EXPECT_EQ(resets.judge(check).outcome, Outcome::kHeld) << "the answer had been read";
}

TEST(RefusedUpload, NoAnswerIsAShouldAndABodyTakenForARequestIsHarm) {
  const Check check = refused_upload_is_answered();
  Story gone = begun();
  gone.tell(PeerEnded{{1}, Ending::kReset});
  ASSERT_EQ(gone.judge(check).outcome, Outcome::kBroken);
  EXPECT_EQ(gone.judge(check).findings.front().level, Level::kShould);
  Story stray = begun();
  stray.plain(1, 404).from_client(1, kRest).plain(1, 400);
  EXPECT_EQ(stray.judge(check).findings.front().harm, "harm.body_taken_for_request");
  Story next = begun();
  next.plain(1, 404).from_client(1, kRest).call(1, 7).plain(1, 400);
  const Finding taken = next.judge(check).findings.front();
  EXPECT_EQ(taken.harm, "harm.body_taken_for_request");
  EXPECT_TRUE(std::any_of(taken.evidence.begin(), taken.evidence.end(), [](const auto& line) {
    return line.what.find("400") != std::string::npos;
  }));
  Story right = begun();
  right.plain(1, 404).from_client(1, kRest).call(1, 7).sse_head(1).result(1, 7).end(1);
  EXPECT_EQ(right.judge(check).outcome, Outcome::kHeld);
}

TEST(RefusedUpload, ANextRequestThatHangsIsHarm) {
  const Check check = refused_upload_is_answered();
  Story hangs = begun();
  hangs.plain(1, 404).from_client(1, kRest).at(1).call(1, 7).at(6000).mark("x", "");
  const Judgement told = hangs.judge(check);
  ASSERT_EQ(told.outcome, Outcome::kBroken);
  EXPECT_EQ(told.findings.front().harm, "harm.body_taken_for_request");
  Story brief = begun();
  brief.plain(1, 404).from_client(1, kRest).at(1).call(1, 7).at(2000).mark("x", "");
  EXPECT_EQ(brief.judge(check).outcome, Outcome::kHeld);
}

TEST(RefusedUpload, WithoutARefusalNothingIsJudged) {
  const Check check = refused_upload_is_answered();
  EXPECT_EQ(begun().from_client(1, kRest).plain(1, 202).judge(check).outcome,
            Outcome::kNotApplicable);
  EXPECT_EQ(begun().judge(check).outcome, Outcome::kInconclusive);
  EXPECT_EQ(Story().judge(check).outcome, Outcome::kInconclusive);
}

Story expecting() {
  Story story;
  story.open(1).from_client(
      1, "POST /mcp HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  return story;
}

TEST(Expectation, A100OrAFinalStatusMeetsIt) {
  const Check check = expectation_is_met();
  const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_EQ(expecting().at(5).from_server(1, go_on).at(6).from_client(1, "{}").judge(check).outcome,
            Outcome::kHeld);
  EXPECT_EQ(expecting().at(5).plain(1, 404).judge(check).outcome, Outcome::kHeld);
  EXPECT_EQ(expecting().at(5).plain(1, 417).judge(check).outcome, Outcome::kNotApplicable);
  const Judgement waits = expecting().at(1100).from_client(1, "{}").judge(check);
  ASSERT_EQ(waits.outcome, Outcome::kBroken);
  EXPECT_EQ(waits.findings.front().level, Level::kShould);
  EXPECT_EQ(expecting().at(100).from_client(1, "{}").judge(check).outcome, Outcome::kInconclusive);
  Story late = expecting();
  late.at(1100).from_client(1, "{}").at(2000).from_server(1, go_on).plain(1, 200);
  EXPECT_EQ(late.judge(check).outcome, Outcome::kHeld) << "it was said";
  Story slow;  // With all that it does.
  slow.open(2).call(2, 1).at(2000).plain(2, 200).open(1).from_client(
      1, "POST /mcp HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(slow.at(5900).from_client(1, "{}").judge(check).outcome, Outcome::kInconclusive);
  Story old = expecting();
  old.at(1100).from_client(1, "{}").from_server(1, "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(old.judge(check).outcome, Outcome::kNotApplicable);
  EXPECT_EQ(Story().judge(check).outcome, Outcome::kInconclusive);
}

}  // namespace
}  // namespace tailrace
