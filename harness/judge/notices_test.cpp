// SPDX-License-Identifier: Apache-2.0
// Where notifications go, and where replays begin: each check with a story that it convicts and
// with legal ones that it spares.
#include "harness/judge/notices.h"

#include <gtest/gtest.h>

#include "harness/judge/replay.h"
#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

const std::string kSession = "Mcp-Session-Id: one-session\r\n";

std::string tool(int id, std::string_view name) {
  return fmt::format(
      R"({{"jsonrpc":"2.0","id":{},"method":"tools/call","params":{{"name":"{}"}}}})", id, name);
}

std::string log(std::string_view text) {
  return fmt::format(
      R"({{"jsonrpc":"2.0","method":"notifications/message","params":{{"data":"{}"}}}})", text);
}

void get(Story& story, std::uint32_t connection, std::string_view last = "") {
  const std::string resumes = last.empty() ? "" : fmt::format("Last-Event-ID: {}\r\n", last);
  story.open(connection)
      .from_client(connection, "GET /mcp HTTP/1.1\r\nHost: a\r\n" + resumes + kSession + "\r\n");
}

// One call alone, and the same again beside another that sends two log messages.
Story two_runs(bool on_both, const std::vector<std::string>& beside, double over_at = 700) {
  Story story;
  get(story.at(1), 1);
  story.sse_head(1);
  story.at(10).open(2).post(2, tool(1, "slow"), kSession).sse_head(2);
  story.at(300).result(2, 1).end(2);
  story.at(400).open(3).post(3, tool(2, "slow"), kSession).sse_head(3);
  if (over_at < 450) story.at(over_at).result(3, 2).end(3);
  story.at(450).open(4).post(4, tool(3, "chatty"), kSession).sse_head(4);
  for (const char* text : {"one", "two"}) {
    if (on_both) story.event(1, log(text));
    story.event(4, log(text));
  }
  story.result(4, 3).end(4);
  for (const std::string& text : beside) story.at(500).event(3, log(text));
  if (over_at >= 450) story.at(over_at).result(3, 2).end(3);
  return story;
}

TEST(Notifications, OnTheStreamOfAnotherCallAreFound) {
  const Check check = notifications_keep_to_their_call(req::kProgressAtHome);
  const Judgement astray = two_runs(false, {"three"}).judge(check);
  ASSERT_EQ(astray.outcome, Outcome::kBroken);
  EXPECT_EQ(astray.findings.front().level, Level::kShould);
  EXPECT_EQ(two_runs(false, {}).judge(check).outcome, Outcome::kHeld);
  EXPECT_EQ(two_runs(false, {}, 440).judge(check).outcome, Outcome::kInconclusive)
      << "it was over before the other began";
}

// Who notifies came first, and the stream that was opened last is of another session.
TEST(Notifications, OnTheLatestStreamAreFound) {
  const auto told = [](bool astray) {
    Story story;
    story.at(10).open(2).post(2, tool(1, "slow"), kSession).sse_head(2);
    story.at(300).result(2, 1).end(2);
    story.at(400).open(3).post(3, tool(2, "chatty"), kSession).sse_head(3);
    story.at(401).open(4).post(4, tool(3, "slow"), "Mcp-Session-Id: other\r\n").sse_head(4);
    story.at(420).event(astray ? 4 : 3, log("one")).at(450).result(3, 2).end(3);
    story.at(700).result(4, 3).end(4);
    return story.judge(notifications_keep_to_their_call(req::kProgressAtHome));
  };
  ASSERT_EQ(told(true).outcome, Outcome::kBroken);
  EXPECT_EQ(told(false).outcome, Outcome::kHeld);
}

TEST(Notifications, OfACallThatSendsSomeAloneProveNothing) {
  Story story;
  story.at(10).open(2).post(2, tool(1, "slow"), kSession).sse_head(2);
  story.at(110).event(2, log("working")).at(300).result(2, 1).end(2);
  story.at(400).open(3).post(3, tool(2, "slow"), kSession).sse_head(3);
  story.at(450).open(4).post(4, tool(3, "chatty"), kSession).sse_head(4);
  story.event(4, log("one")).result(4, 3).end(4);
  story.at(500).event(3, log("working")).event(3, log("working")).at(700).result(3, 2).end(3);
  EXPECT_EQ(story.judge(notifications_keep_to_their_call(req::kProgressAtHome)).outcome,
            Outcome::kNotApplicable);
}

TEST(Notifications, OnTwoStreamsAreABroadcast) {
  const Check check = notifications_are_not_broadcast(req::kOneStreamPerMessage);
  EXPECT_EQ(two_runs(true, {}).judge(check).outcome, Outcome::kBroken);
  EXPECT_EQ(two_runs(false, {}).judge(check).outcome, Outcome::kHeld);
}

// A queue that whoever reads first sends from: each was sent once.
TEST(Notifications, OfTheSameWordsAtAnotherTimeAreNoBroadcast) {
  Story story;
  get(story.at(1), 1);
  story.sse_head(1);
  story.at(10).open(2).post(2, tool(1, "slow"), kSession).sse_head(2);
  story.at(100).event(1, log("step 1")).event(1, log("step 2")).at(300).result(2, 1).end(2);
  story.at(1400).open(3).post(3, tool(2, "slow"), kSession).sse_head(3);
  story.at(1500).event(3, log("step 1")).event(3, log("step 2")).at(1700).result(3, 2).end(3);
  EXPECT_EQ(story.judge(notifications_are_not_broadcast(req::kOneStreamPerMessage)).outcome,
            Outcome::kHeld);
}

// The same queue: the listener read what the next call said in the words of the one before.
TEST(Notifications, OfTheSameWordsOfTheNextCallAreNoBroadcast) {
  const auto told = [](bool twice) {
    Story story;
    get(story.at(1), 1);
    story.sse_head(1).at(10).open(2).post(2, tool(1, "slow"), kSession).sse_head(2);
    story.at(300).result(2, 1).end(2);
    for (std::uint32_t call : {3U, 4U}) {
      story.open(call).post(call, tool(static_cast<int>(call), "chatty"), kSession).sse_head(call);
      for (const char* text : {"one", "two"}) {
        if (call == 3 || twice) story.event(call, log(text));
        if (call == 4 || twice) story.event(1, log(text));
      }
      if (call == 4) story.result(3, 3).result(4, 4).end(3).end(4);
    }
    return story.judge(notifications_are_not_broadcast(req::kOneStreamPerMessage)).outcome;
  };
  EXPECT_EQ(told(false), Outcome::kHeld);
  EXPECT_EQ(told(true), Outcome::kBroken);
}

TEST(Notifications, ThatNeverComeAreToldOnce) {
  const auto called = [](bool on_get) {
    Story story;
    get(story.at(1), 1);
    story.sse_head(1).at(10).open(2).post(2, tool(1, "chatty"), kSession).sse_head(2).at(50);
    if (on_get) story.event(1, log("one"));
    story.result(2, 1).end(2);
    return story.judge(notifications_come());
  };
  ASSERT_EQ(called(false).outcome, Outcome::kBroken);
  EXPECT_EQ(called(false).findings.front().level, Level::kShould);
  EXPECT_EQ(called(true).outcome, Outcome::kHeld);
  Story json;
  json.at(1).open(1).post(1, tool(1, "chatty"), kSession).plain(1, 200);
  EXPECT_EQ(json.judge(notifications_come()).outcome, Outcome::kNotApplicable);
}

TEST(ClosedGet, GivesWayToAnother) {
  const auto answered = [](int status, int seconds) {
    Story story;
    get(story.at(1), 1);
    story.sse_head(1).at(10).tell(WeEnded{{1}, Ending::kFin, false});
    for (int i = 1; i <= seconds; ++i) {
      get(story.at(100 + 1000 * i), static_cast<std::uint32_t>(1 + i));
      story.plain(static_cast<std::uint32_t>(1 + i), status);
    }
    return story.judge(closed_get_gives_way());
  };
  ASSERT_EQ(answered(409, 6).outcome, Outcome::kBroken);
  ASSERT_EQ(answered(500, 6).outcome, Outcome::kBroken);
  EXPECT_NE(answered(500, 6).findings.front().likely_cause,
            answered(409, 6).findings.front().likely_cause);
  EXPECT_EQ(answered(409, 6).findings.front().level, Level::kShould);
  EXPECT_EQ(answered(409, 2).outcome, Outcome::kInconclusive);
  EXPECT_NE(answered(429, 6).outcome, Outcome::kBroken) << "too many requests, says the server";
}

// 24 calls with these numbers of notifications by turns, an Error, and one more call.
Judgement counted(const std::vector<int>& numbers, int behind_error, int told = 0) {
  Story story;
  story.open(1);
  if (told > 0) story.mark(kNoticesOfACall, std::to_string(told));
  int id = 1;
  const auto call = [&](int notices) {
    ++id;
    story.call(1, id).sse_head(1);
    for (int i = 0; i < notices; ++i) {
      story.event(1, R"({"jsonrpc":"2.0","method":"notifications/message"})");
    }
    story.result(1, id).end(1);
  };
  for (std::size_t i = 0; i < 24; ++i) call(numbers[i % numbers.size()]);
  ++id;
  story.call(1, id, "tailrace/none").sse_head(1).error(1, id).end(1);
  call(behind_error);
  return story.judge(notifications_are_as_many());
}

TEST(Notifications, AreAsManyEachTime) {
  EXPECT_EQ(counted({3}, 3).outcome, Outcome::kHeld);
  EXPECT_EQ(counted({3}, 4).outcome, Outcome::kHeld);
  const Judgement lost = counted({3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1}, 3);
  ASSERT_EQ(lost.outcome, Outcome::kBroken);
  EXPECT_EQ(lost.findings.front().level, Level::kShould);
  EXPECT_EQ(counted({3}, 0).outcome, Outcome::kBroken) << "behind the Error";
}

TEST(Notifications, AreAsManyAsTheirOwnerSays) {
  EXPECT_EQ(counted({3, 3, 2}, 3, 3).outcome, Outcome::kBroken);
  EXPECT_EQ(counted({3}, 3, 3).outcome, Outcome::kHeld);
  EXPECT_EQ(counted({3, 4}, 3, 3).outcome, Outcome::kHeld) << "more are none lost";
  EXPECT_EQ(counted({2}, 2, 3).outcome, Outcome::kHeld) << "the rest goes elsewhere each time";
  EXPECT_EQ(counted({0, 0, 0, 0, 0, 1}, 0, 3).outcome, Outcome::kBroken) << "most lost them all";
}

TEST(Notifications, OfAToolThatSendsAsItLikesTellNothing) {
  EXPECT_EQ(counted({3, 1}, 3).outcome, Outcome::kNotApplicable);
  EXPECT_EQ(counted({0}, 0).outcome, Outcome::kNotApplicable);
  EXPECT_EQ(counted({0, 0, 0, 0, 0, 1}, 0).outcome, Outcome::kNotApplicable);
}

// Events with these ids, and a resume from "a" that brings these.
Outcome replayed(const std::vector<std::string>& brought, bool whole = true,
                 std::string_view from = "a", bool unique = true) {
  Story story;
  story.at(10).open(2).post(2, tool(1, "chatty"), kSession).sse_head(2);
  story.event(2, log("one"), "a").event(2, log("two"), unique ? "b" : "a").result(2, 1, "c").end(2);
  get(story.at(50), 3, from);
  story.sse_head(3);
  for (const std::string& id : brought) story.event(3, log(id == "b" ? "two" : "one"), id);
  if (whole) story.result(3, 1, "c");
  story.end(3);
  return story.judge(replay_begins_behind()).outcome;
}

TEST(Replay, BeginsBehindTheEventThatIsNamed) {
  EXPECT_EQ(replayed({"b"}), Outcome::kHeld);
  EXPECT_EQ(replayed({"a", "b"}), Outcome::kBroken) << "the named event came once more";
  EXPECT_EQ(replayed({}), Outcome::kBroken) << "a message is missing";
  EXPECT_EQ(replayed({"b", "b"}), Outcome::kBroken) << "a message came twice";
}

// The resume brings all, under other ids or none, and one from such an id gets this status, and
// with 200 the rest.
Judgement renamed(const std::string& before, int status, bool rest = true) {
  Story story;
  story.at(10).open(2).post(2, tool(1, "chatty"), kSession).sse_head(2);
  story.event(2, log("one"), "a").event(2, log("two"), "b").result(2, 1, "c").end(2);
  get(story.at(50), 3, "a");
  const auto name = [&](const char* id) { return before.empty() ? "" : before + id; };
  story.sse_head(3).event(3, log("two"), name("b")).result(3, 1, name("c")).end(3);
  if (status == 0) return story.judge(replay_begins_behind());
  get(story.at(70), 4, name("b"));
  if (status != 200) return story.plain(4, status).judge(replay_begins_behind());
  story.sse_head(4);
  if (rest) story.result(4, 1, name("c"));
  return story.end(4).judge(replay_begins_behind());
}

TEST(Replay, KeepsTheIdsOrMakesOnesToResumeFrom) {
  const Judgement bare = renamed("", 0);
  ASSERT_EQ(bare.outcome, Outcome::kBroken);
  EXPECT_EQ(bare.findings.front().level, Level::kShould);
  EXPECT_NE(bare.findings.front().observed.find("2 of the 2"), std::string::npos);
  const Judgement unknown = renamed("new-", 400);
  ASSERT_EQ(unknown.outcome, Outcome::kBroken);
  EXPECT_NE(unknown.findings.front().observed.find("got 400"), std::string::npos);
  EXPECT_EQ(renamed("new-", 200).outcome, Outcome::kHeld);
  const Judgement empty = renamed("new-", 200, false);
  ASSERT_EQ(empty.outcome, Outcome::kBroken);
  EXPECT_NE(empty.findings.front().observed.find("got 200 and nothing"), std::string::npos);
  EXPECT_EQ(renamed("new-", 0).outcome, Outcome::kHeld) << "nobody asked from there";
}

// Two messages of one text and a Result followed the event that was named.
Outcome ordered(bool backwards) {
  Story story;
  story.at(10).open(2).post(2, tool(1, "chatty"), kSession).sse_head(2);
  story.event(2, log("one"), "a").event(2, log("two"), "b").event(2, log("two"), "c");
  story.result(2, 1, "d").end(2);
  get(story.at(50), 3, "a");
  story.sse_head(3);
  if (backwards) story.result(3, 1, "d");
  story.event(3, log("two"), "b").event(3, log("two"), "c");
  if (!backwards) story.result(3, 1, "d");
  story.end(3);
  return story.judge(replay_begins_behind()).outcome;
}

TEST(Replay, KeepsTheOrderOfItsStream) {
  EXPECT_EQ(ordered(false), Outcome::kHeld);
  EXPECT_EQ(ordered(true), Outcome::kBroken);
}

TEST(Replay, OfAnEventThatWasSentTwiceIsInOrderWhereItComesOnce) {
  Story story;
  story.at(10).open(2).post(2, tool(1, "chatty"), kSession).sse_head(2);
  story.event(2, log("one"), "a").result(2, 1, "b").result(2, 1, "b").end(2);
  get(story.at(50), 3, "a");
  story.sse_head(3).result(3, 1, "b").end(3);
  EXPECT_EQ(story.judge(replay_begins_behind()).outcome, Outcome::kHeld);
}

// A stream that is over brings nothing again; one that was cut behind "y" is resumed from there.
Outcome resumed_in_flight(const std::vector<std::string>& brought) {
  Story story;
  story.at(10).open(2).post(2, tool(1, "chatty"), kSession).sse_head(2);
  story.event(2, log("one"), "a").result(2, 1, "b").end(2);
  get(story.at(50), 3, "a");
  story.sse_head(3).end(3);
  story.at(60).open(4).post(4, tool(2, "chatty"), kSession).sse_head(4);
  story.event(4, log("one"), "x").event(4, log("two"), "y");
  get(story.at(70), 5, "y");
  story.sse_head(5);
  for (const std::string& id : brought) story.event(5, log(id), id);
  story.result(5, 2, "z").end(5);
  return story.judge(replay_begins_behind()).outcome;
}

TEST(Replay, OfACallInFlightIsJudgedWhereFinishedStreamsBringNothing) {
  EXPECT_EQ(resumed_in_flight({}), Outcome::kHeld);
  EXPECT_EQ(resumed_in_flight({"more"}), Outcome::kHeld);
  EXPECT_EQ(resumed_in_flight({"y"}), Outcome::kBroken) << "the last one that was seen";
  EXPECT_EQ(resumed_in_flight({"more", "more"}), Outcome::kBroken) << "a message came twice";
}

TEST(Replay, IsNotJudgedWhereNothingIsProven) {
  EXPECT_EQ(replayed({}, false), Outcome::kNotApplicable) << "it brought nothing, as it may";
  EXPECT_EQ(replayed({"b"}, false), Outcome::kInconclusive) << "the rest comes to who comes back";
  EXPECT_EQ(replayed({"d"}, false, "c"), Outcome::kNotApplicable) << "nothing had followed";
  EXPECT_EQ(replayed({"a"}, true, "a", false), Outcome::kNotApplicable) << "ids are not unique";
}

}  // namespace
}  // namespace tailrace
