// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/reassembly.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include "harness/flow/told_streams.h"

namespace tailrace {
namespace {

class InOrder : public testing::Test {
 protected:
  // `bytes` may be less than `length`: the rest was cut by the capture.
  void take(std::int64_t offset, std::string_view bytes, std::uint32_t length) {
    Segment segment;
    segment.payload = bytes;
    segment.length = length;
    reassembly.take(segment, offset, place(), told);
  }
  void take(std::int64_t offset, std::string_view bytes) {
    take(offset, bytes, static_cast<std::uint32_t>(bytes.size()));
  }
  StreamPlace place() { return {ConnectionId{1}, Side::kServer, RealTime{}, {++frame}}; }

  std::uint32_t frame = 0;
  Reassembly reassembly;
  ToldStreams told;
};

TEST_F(InOrder, EachByteIsToldWithItsSegment) {
  take(0, "abc");
  take(3, "de");
  EXPECT_EQ(told.text, "abc@1 de@2 ");
}

TEST_F(InOrder, EarlyDataWaits) {
  take(3, "de");
  take(5, "f");
  EXPECT_EQ(told.text, "");
  take(0, "abc");
  EXPECT_EQ(told.text, "abc@3 de@1 f@2 ");
}

TEST_F(InOrder, OverlapsAreToldOnce) {
  take(0, "abc");
  take(0, "abc");
  take(1, "bcde");
  take(7, "hi");
  take(6, "gh");
  take(4, "ef");
  EXPECT_EQ(told.text, "abc@1 de@3 f@6 gh@5 i@4 ");
}

TEST_F(InOrder, TheSamePlaceAgainKeepsTheLongerPiece) {
  take(2, "c");
  take(2, "cde");
  take(2, "cd");
  take(0, "ab");
  EXPECT_EQ(told.text, "ab@4 cde@2 ");
}

TEST_F(InOrder, WhatTheOtherSideHasAndWeHaveNotIsAGap) {
  take(0, "ab");
  take(5, "fg");
  reassembly.acknowledged(4, place(), told);  // Of the missing bytes one may still come.
  EXPECT_EQ(told.text, "ab@1 ");
  reassembly.acknowledged(5, place(), told);
  EXPECT_EQ(told.text, "ab@1 gap3@4 fg@2 ");
}

TEST_F(InOrder, SeveralGapsAreToldUpToTheAcknowledgement) {
  take(2, "c");
  take(4, "e");
  take(9, "j");
  reassembly.acknowledged(5, place(), told);
  EXPECT_EQ(told.text, "gap2@4 c@1 gap1@4 e@2 ");
}

TEST_F(InOrder, CutPayloadIsAGap) {
  take(0, "ab", 5);
  take(5, "", 3);
  take(8, "i");
  EXPECT_EQ(told.text, "ab@1 gap3@1 gap3@2 i@3 ");
}

TEST_F(InOrder, CutPayloadThatOverlapsIsNotCountedTwice) {
  take(0, "abcd");
  take(2, "c", 5);  // Up to 7, captured up to 3.
  EXPECT_EQ(told.text, "abcd@1 gap3@2 ");
}

TEST_F(InOrder, WhatWasSentBeforeTheCaptureIsLeftOut) {
  take(-3, "xyz");
  take(-2, "yzab");
  take(-100, "x", 103);  // Cut before offset 0: bytes 2 and 3 are unknown.
  reassembly.acknowledged(-5, place(), told);
  take(3, "d");
  EXPECT_EQ(told.text, "ab@2 gap1@3 d@5 ");
}

TEST_F(InOrder, WhatTheOtherSideHadAtTheEndIsAGap) {
  take(0, "ab");
  reassembly.acknowledged(7, place(), told);
  EXPECT_EQ(told.text, "ab@1 ") << "it may come yet";
  reassembly.finish(told);
  EXPECT_EQ(told.text, "ab@1 gap5@2 ");
}

TEST_F(InOrder, OneByteBeyondTheEndMayBeAnUnseenFin) {
  take(0, "ab");
  reassembly.acknowledged(3, place(), told);
  reassembly.finish(told);
  EXPECT_EQ(told.text, "ab@1 ");
}

TEST_F(InOrder, TheEndIsToldOnceBehindAllBytes) {
  take(2, "cd");
  reassembly.closed(4, place(), told);
  EXPECT_EQ(told.text, "");
  take(0, "ab");
  reassembly.closed(4, place(), told);
  reassembly.reset(place(), told);
  take(4, "ef");
  reassembly.finish(told);
  EXPECT_EQ(told.text, "ab@3 cd@1 end@2 ");
}

TEST_F(InOrder, AnAcknowledgedEndTellsOfBytesNeverSeen) {
  reassembly.closed(4, place(), told);
  reassembly.acknowledged(4, place(), told);
  EXPECT_EQ(told.text, "");
  reassembly.acknowledged(5, place(), told);
  EXPECT_EQ(told.text, "gap4@3 end@1 ");
}

TEST_F(InOrder, AResetEndsWhateverIsMissing) {
  take(0, "ab");
  take(3, "d");
  reassembly.reset(place(), told);
  reassembly.reset(place(), told);
  EXPECT_EQ(told.text, "ab@1 gap1@3 d@2 reset@3 ");
}

TEST_F(InOrder, TheEndOfTheCaptureTellsWhatWaited) {
  take(1, "b");
  take(3, "d");
  reassembly.finish(told);
  EXPECT_EQ(told.text, "gap1@1 b@1 gap1@2 d@2 ");
}

TEST_F(InOrder, EarlyDataIsBounded) {
  const std::string block(100'000, 'x');
  for (std::int64_t at = 1; at < 2'000'000; at += 100'000) take(at, block);
  EXPECT_NE(told.text, "");
  EXPECT_EQ(told.text.substr(0, 5), "gap1@");
}

TEST_F(InOrder, RepeatedEarlyDataDoesNotUseUpTheBound) {
  const std::string block(100'000, 'x');
  for (int time = 0; time < 30; ++time) take(1, block);
  EXPECT_EQ(told.text, "");
}

TEST_F(InOrder, AnyOrderTellsTheSameBytes) {
  const std::string whole = "The quick brown fox jumps over the lazy dog";
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    Reassembly shuffled;
    ToldStreams heard;
    std::vector<std::size_t> starts(whole.size());
    std::iota(starts.begin(), starts.end(), 0U);
    std::shuffle(starts.begin(), starts.end(), random);
    for (const std::size_t start : starts) {
      Segment segment;
      segment.payload = std::string_view(whole).substr(start, 1 + random() % 5);
      segment.length = static_cast<std::uint32_t>(segment.payload.size());
      shuffled.take(segment, static_cast<std::int64_t>(start), place(), heard);
    }
    EXPECT_EQ(heard.bytes, whole);
    EXPECT_EQ(heard.text.find("gap"), std::string::npos);
  }
}

}  // namespace
}  // namespace tailrace
