// SPDX-License-Identifier: Apache-2.0
#include "harness/net/network.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/net/two_ends.h"

namespace tailrace {
namespace {

const Endpoint kV4 = v4_endpoint({127, 0, 0, 1}, 0);
constexpr std::string_view kRequest = "GET /mcp HTTP/1.1\r\nHost: a\r\n\r\n";

std::optional<ConnectionEnd> peer_end(const Timeline& timeline, const Link& link) {
  return timeline.connection(link.id())->peer_ended;
}

TEST(Network, BytesArriveAtTheOtherEndAndEachEndIsAConnectionOfItsOwn) {
  TwoEnds ends;
  ASSERT_TRUE(ends.connect(kV4));
  ASSERT_NE(ends.client.id(), ends.server.id());
  ends.client.write(std::string(kRequest));
  ASSERT_TRUE(ends.soon([&](const Timeline& timeline) {
    return timeline.last_on(ends.server.id()) != nullptr &&
           timeline.last_on(ends.server.id())->request_complete;
  }));
  ends.history().read([&](const Timeline& timeline) {
    EXPECT_EQ(timeline.connection(ends.client.id())->opened.we_are, Side::kClient);
    EXPECT_EQ(timeline.connection(ends.server.id())->opened.we_are, Side::kServer);
    EXPECT_EQ(timeline.last_on(ends.server.id())->request.target, "/mcp");
    EXPECT_EQ(timeline.connection(ends.client.id())->opened.remote, ends.listener->endpoint());
    EXPECT_EQ(timeline.connection(ends.client.id())->written_bytes, kRequest.size());
    EXPECT_EQ(timeline.connection(ends.client.id())->read_bytes, 0U);
    EXPECT_EQ(timeline.connection(ends.server.id())->written_bytes, 0U);
    EXPECT_EQ(timeline.connection(ends.server.id())->read_bytes, kRequest.size());
  });
}

TEST(Network, SpeaksIpv6) {
  TwoEnds ends;
  ASSERT_TRUE(ends.connect(*parse_endpoint("[::1]:0")));
  ends.server.write("x");
  EXPECT_TRUE(ends.soon(
      [&](const Timeline& t) { return t.connection(ends.client.id())->read_bytes == 1; }));
  EXPECT_EQ(ends.listener->endpoint().text().substr(0, 6), "[::1]:");
}

TEST(Network, ARefusedConnectionIsAFact) {
  TwoEnds ends;
  Endpoint nobody = kV4;
  {
    auto listener = ends.network().listen(ends.tap(), kV4, {}, [](Link) {});
    nobody = listener->endpoint();
  }  // Its port is free again, and nobody listens there.
  const Link link = ends.network().connect(ends.tap(), nobody, {}, {});
  ASSERT_TRUE(ends.soon([](const Timeline& timeline) { return !timeline.refused.empty(); }));
  ends.history().read([&](const Timeline& timeline) {
    EXPECT_EQ(timeline.refused.front().what.target, nobody.text());
    EXPECT_NE(timeline.refused.front().what.why.find("refused"), std::string::npos);
    EXPECT_EQ(timeline.connection(link.id()), nullptr);
  });
}

TEST(Network, FinAndResetAreToldApart) {
  TwoEnds by_fin, by_reset;
  ASSERT_TRUE(by_fin.connect(kV4));
  by_fin.server.close();
  EXPECT_TRUE(
      by_fin.soon([&](const Timeline& t) { return peer_end(t, by_fin.client).has_value(); }));
  ASSERT_TRUE(by_reset.connect(kV4));
  by_reset.server.reset();
  EXPECT_TRUE(
      by_reset.soon([&](const Timeline& t) { return peer_end(t, by_reset.client).has_value(); }));
  by_fin.history().read([&](const Timeline& timeline) {
    EXPECT_EQ(peer_end(timeline, by_fin.client)->how, Ending::kFin);
    EXPECT_EQ(timeline.connection(by_fin.server.id())->we_ended->how, Ending::kFin);
  });
  by_reset.history().read([&](const Timeline& timeline) {
    EXPECT_EQ(peer_end(timeline, by_reset.client)->how, Ending::kReset);
  });
}

TEST(Network, WhatWasWrittenBeforeACloseIsSentAndRecorded) {
  TwoEnds ends;
  ASSERT_TRUE(ends.connect(kV4));
  ends.server.write("first ");
  ends.server.write("second");
  ends.server.close();
  ASSERT_TRUE(ends.soon([&](const Timeline& t) { return peer_end(t, ends.client).has_value(); }));
  ends.network().quiesce(ends.history());
  EXPECT_EQ(ends.read_by(ends.client), 12U);
  ends.history().read([&](const Timeline& timeline) {
    EXPECT_EQ(timeline.connection(ends.server.id())->written_bytes, 12U);
  });
}

TEST(Network, AHalfCloseComesAfterWhatWasWrittenAndIsToldOnce) {
  TwoEnds ends;
  ASSERT_TRUE(ends.connect(kV4));
  const std::string much(4U << 20, 'x');  // More than the kernel takes at once.
  ends.client.write(much);
  ends.client.half_close();
  ends.client.half_close();
  ASSERT_TRUE(ends.soon([&](const Timeline& t) { return peer_end(t, ends.server).has_value(); }));
  EXPECT_EQ(ends.read_by(ends.server), much.size());
  const std::string text = ends.text();
  const std::string half = "\"half\":true";
  ASSERT_NE(text.find(half), std::string::npos);
  EXPECT_EQ(text.find(half), text.rfind(half));
}

TEST(Network, HalfACloseLeavesTheOtherDirectionOpen) {
  TwoEnds ends;
  ASSERT_TRUE(ends.connect(kV4));
  ends.client.half_close();
  ASSERT_TRUE(ends.soon([&](const Timeline& t) { return peer_end(t, ends.server).has_value(); }));
  ends.server.write("still here");
  EXPECT_TRUE(ends.soon([&](const Timeline& timeline) {
    const Connection& connection = *timeline.connection(ends.client.id());
    return connection.half_closed && connection.read_bytes == 10;
  }));
}

TEST(Network, APausedReaderStopsTheWriterUntilItReadsOn) {
  TwoEnds ends;
  ASSERT_TRUE(ends.connect(kV4, {.receive_buffer = 4096}));
  ends.client.pause_reading();
  const std::string much(8U << 20, 'x');
  ends.server.write(much);
  const auto all_written = [&](const Timeline& timeline) {
    return timeline.connection(ends.server.id())->written_bytes == much.size();
  };
  // As long as it is not read, the kernel takes what fits into its buffers and no more.
  EXPECT_FALSE(ends.history().wait_until(mono_now() + Millis(300), all_written));
  EXPECT_LE(ends.read_by(ends.client), 65536U);  // The buffer of the read that was under way.
  ends.client.resume_reading();
  EXPECT_TRUE(ends.soon([&](const Timeline& timeline) {
    return all_written(timeline) &&
           timeline.connection(ends.client.id())->read_bytes == much.size();
  }));
}

TEST(Network, NoFactComesAfterQuiesce) {
  TwoEnds ends;
  ASSERT_TRUE(ends.connect(kV4));
  ends.server.write(std::string(1U << 20, 'x'));
  ends.network().quiesce(ends.history());
  const std::string before = ends.text();
  EXPECT_NE(before.find("we_ended"), std::string::npos);
  ends.client.write("late");
  ends.client.half_close();
  ends.server.reset();
  ends.network().quiesce(ends.history());  // Returns after all of that was looked at.
  EXPECT_EQ(ends.text(), before);
}

TEST(Network, QuiesceLeavesTheLinksOfOtherHistoriesOpen) {
  TwoEnds ends;
  ASSERT_TRUE(ends.connect(kV4));
  const auto others = *History::create(ends.folder() + "/others.jsonl");
  {
    const TapContext tap{others.get(), &ends.vault};
    auto listener = ends.network().listen(tap, kV4, {}, [](Link) {});
    ASSERT_TRUE(listener);
    Link link = ends.network().connect(tap, listener->endpoint(), {}, {});
    const auto soon = [&](const std::function<bool(const Timeline&)>& holds) {
      return others->wait_until(mono_now() + stretched(kSoon), holds);
    };
    EXPECT_TRUE(soon([](const Timeline& timeline) { return timeline.connections.size() == 2; }));
    ends.network().quiesce(ends.history());
    link.write("x");
    EXPECT_TRUE(soon([&](const Timeline& timeline) {
      const auto has_it = [](const Connection& connection) { return connection.read_bytes == 1; };
      return std::any_of(timeline.connections.begin(), timeline.connections.end(), has_it);
    }));
  }
  ends.network().quiesce(*others);
}

TEST(Network, TheTapKeepsSoMuchAndSaysThatMoreCame) {
  TwoEnds ends;
  ASSERT_TRUE(ends.connect(kV4));
  constexpr std::size_t kKept = 8U << 20;
  ends.server.write(std::string(kKept, 'x'));
  ASSERT_TRUE(ends.soon(
      [&](const Timeline& t) { return t.connection(ends.client.id())->read_bytes == kKept; }));
  EXPECT_FALSE(ends.history().read(
      [&](const Timeline& t) { return t.connection(ends.client.id())->truncated; }));
  for (int i = 0; i < 3; ++i) ends.server.write("more");
  ends.server.close();
  ASSERT_TRUE(ends.soon([&](const Timeline& t) { return peer_end(t, ends.client).has_value(); }));
  ends.history().read([&](const Timeline& timeline) {
    EXPECT_TRUE(timeline.connection(ends.client.id())->truncated);
    EXPECT_TRUE(timeline.connection(ends.server.id())->truncated);
    EXPECT_EQ(timeline.connection(ends.client.id())->read_bytes, kKept);
  });
  const std::string text = ends.text();
  EXPECT_EQ(text.find("more"), std::string::npos);
  std::size_t told = 0;
  for (auto at = text.find("tap_truncated"); at != std::string::npos; ++told) {
    at = text.find("tap_truncated", at + 1);
  }
  EXPECT_EQ(told, 2U);  // Once by each end.
}

TEST(Network, SecretsNeverReachTheFile) {
  TwoEnds ends;
  ends.vault.protect("open-sesame-42");
  ASSERT_TRUE(ends.connect(kV4));
  ends.client.write("GET / HTTP/1.1\r\nAuthorization: Bearer open-sesame-42\r\nHost: a\r\n\r\n");
  ends.client.write("GET / HTTP/1.1\r\nX-Other: open-ses");  // Split between two writes.
  ends.client.write("ame-42\r\n\r\n");
  ASSERT_TRUE(ends.soon([&](const Timeline& timeline) {
    const Exchange* last = timeline.last_on(ends.server.id());
    return last != nullptr && last->index == 1;
  }));
  ends.network().quiesce(ends.history());
  EXPECT_EQ(ends.text().find("open-sesame-42"), std::string::npos);
  EXPECT_EQ(ends.text().find("ame-42"), std::string::npos);
}

TEST(Network, ResolvesNamesAndNamesWhatItCannot) {
  const auto here = resolve("127.0.0.1", 80);
  ASSERT_TRUE(here);
  EXPECT_EQ(here->front().text(), "127.0.0.1:80");
  const auto nowhere = resolve("no-such-host.invalid", 80);
  ASSERT_FALSE(nowhere);
  EXPECT_NE(nowhere.error().what.find("no-such-host.invalid"), std::string::npos);
}

}  // namespace
}  // namespace tailrace
