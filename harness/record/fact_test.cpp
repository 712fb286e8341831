// SPDX-License-Identifier: Apache-2.0
#include "harness/record/fact.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace tailrace {
namespace {

using namespace std::literals;

const Endpoint kLocal = v4_endpoint({127, 0, 0, 1}, 40001);
const Endpoint kRemote = v4_endpoint({127, 0, 0, 1}, 80);

std::string every_byte() {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  return bytes;
}

// One of each kind, every member other than its default.
std::vector<Event> one_of_each() {
  ConnectionOpened opened{ConnectionId{7}, kLocal, kRemote};
  opened.we_are = Side::kServer;
  opened.no_delay = false;
  opened.quick_ack = true;
  opened.tls = true;
  ProcessSampled sampled{"after", 11, 5, 4, 3, 2, 7, 1 << 20, Collector::kEager, {}};
  sampled.sockets.push_back({kLocal, kRemote, "CLOSE_WAIT"});
  sampled.sockets.push_back({kRemote, kLocal, "ESTABLISHED"});
  return {
      opened,
      ConnectFailed{"127.0.0.1:9", "refused"},
      BytesRead{ConnectionId{1}, every_byte()},
      BytesWritten{ConnectionId{UINT32_MAX}, every_byte()},
      TapTruncated{ConnectionId{2}, false},
      PeerEnded{ConnectionId{3}, Ending::kReset},
      WeEnded{ConnectionId{4}, Ending::kError, true},
      DeadlinePassed{"answer", "the answer to \"call\"\n", Millis(1500)},
      WindowEnded{"drain", Millis(300), Nanos(300123456)},
      Marked{"terminator", "20 ms \u00e9"},
      Declined{"it answered with JSON"},
      sampled,
      MemorySearched{1 << 20, {{"result", 3}, {"error_meta", 0}}, "why"},
      ProcessLine{"ready \x1b[31m\xff"},
      ProcessEnded{3, 9, true},
      ProcessEndedLate{{3, 0, true}},
      CureTried{ConnectionId{5}, true, true, "not \"permitted\""},
      QueueWatched{ConnectionId{6}, 9, 8, 7, 118},
      HarnessTrouble{"no route"},
  };
}

// Every member of an event as text, apart from to_json(): what that forgets is seen here.
struct Account {
  std::string operator()(const ConnectionOpened& e) const {
    return fmt::format("opened {} {} {} {} {} {} {}", e.connection.value, e.local.text(),
                       e.remote.text(), name_of(e.we_are), e.no_delay, e.quick_ack, e.tls);
  }
  std::string operator()(const ConnectFailed& e) const { return e.target + "|" + e.why; }
  std::string operator()(const BytesRead& e) const {
    return fmt::format("read {} {}", e.connection.value, e.bytes);
  }
  std::string operator()(const BytesWritten& e) const {
    return fmt::format("wrote {} {}", e.connection.value, e.bytes);
  }
  std::string operator()(const TapTruncated& e) const {
    return fmt::format("truncated {} {}", e.connection.value, e.read);
  }
  std::string operator()(const PeerEnded& e) const {
    return fmt::format("peer {} {}", e.connection.value, name_of(e.how));
  }
  std::string operator()(const WeEnded& e) const {
    return fmt::format("we {} {} {}", e.connection.value, name_of(e.how), e.half);
  }
  std::string operator()(const DeadlinePassed& e) const {
    return fmt::format("{}|{}|{}", e.name, e.waited_for, e.limit.count());
  }
  std::string operator()(const WindowEnded& e) const {
    return fmt::format("{}|{}|{}", e.name, e.length.count(), e.took.count());
  }
  std::string operator()(const Marked& e) const { return e.name + "=" + e.value; }
  std::string operator()(const Declined& e) const { return e.why; }
  std::string operator()(const MemorySearched& e) const {
    std::string text = std::to_string(e.bytes) + e.why_not;
    for (const auto& kind : e.kinds) text += kind.name + std::to_string(kind.found);
    return text;
  }
  std::string operator()(const ProcessSampled& e) const {
    auto text = fmt::format("{} {} {} {} {} {} {} {}", e.label, e.descriptors, e.files, e.pipes,
                            e.anonymous, e.children, e.threads, e.resident_bytes);
    for (const SocketFigure& s : e.sockets) {
      text += fmt::format(" {}>{} {}", s.local.text(), s.remote.text(), s.state);
    }
    return text;
  }
  std::string operator()(const ProcessLine& e) const { return e.text; }
  std::string operator()(const ProcessEnded& e) const {
    return fmt::format("{} {} {}", e.exit_code, e.signal, e.asked);
  }
  std::string operator()(const ProcessEndedLate& e) const { return "late " + (*this)(e.how); }
  std::string operator()(const CureTried& e) const {
    return fmt::format("cure {} {} {} {}", e.connection.value, e.done, e.was_set, e.why_not);
  }
  std::string operator()(const QueueWatched& e) const {
    return fmt::format("queue {} {} {} {} {}", e.connection.value, e.looks, e.held, e.loose,
                       e.most_unsent);
  }
  std::string operator()(const HarnessTrouble& e) const { return e.what; }
};

TEST(Fact, SurvivesJsonWhateverItsKind) {
  std::set<std::size_t> kinds;
  std::uint64_t sequence = 0;
  for (const Event& event : one_of_each()) {
    const Fact fact{++sequence, MonoTime{Nanos(123456789012345)}, event};
    const std::string line = to_text(to_json(fact));
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
    const auto json = parse_json(line);
    ASSERT_TRUE(json) << json.error().what << line;
    const auto back = fact_from(*json);
    ASSERT_TRUE(back) << back.error().what << line;
    EXPECT_EQ(back->sequence, fact.sequence);
    EXPECT_EQ(back->at, fact.at);
    ASSERT_EQ(back->event.index(), event.index()) << line;
    EXPECT_EQ(std::visit(Account{}, back->event), std::visit(Account{}, event)) << line;
    kinds.insert(event.index());
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<Event>);
}

TEST(Fact, BothValuesOfEachChoiceSurvive) {
  for (const Ending how : {Ending::kFin, Ending::kReset, Ending::kError}) {
    const auto back = fact_from(to_json(Fact{1, {}, PeerEnded{ConnectionId{1}, how}}));
    ASSERT_TRUE(back);
    EXPECT_EQ(std::get<PeerEnded>(back->event).how, how);
  }
  for (const Side side : {Side::kClient, Side::kServer}) {
    ConnectionOpened opened{ConnectionId{1}, kLocal, kRemote};
    opened.we_are = side;
    const auto back = fact_from(to_json(Fact{1, {}, opened}));
    ASSERT_TRUE(back);
    EXPECT_EQ(std::get<ConnectionOpened>(back->event).we_are, side);
  }
}

std::string refusal(const Json& json) {
  const auto fact = fact_from(json);
  return fact ? "taken" : fact.error().what;
}

Json without(const Json& json, const std::string& name) {
  Json out;
  for (const auto& [key, value] : json.members()) {
    if (key != name) out.set(key, value);
  }
  return out;
}

TEST(Fact, AMissingOrForeignMemberIsNamed) {
  for (const Event& event : one_of_each()) {
    const Json good = to_json(Fact{1, {}, event});
    for (const auto& [name, value] : good.members()) {
      if (name == "collector" || name == "threads") continue;  // Records of before lack them.
      const std::string named = "member '" + name + "'";
      EXPECT_EQ(refusal(without(good, name)).find(named), 0U)
          << refusal(without(good, name)) << " for " << to_text(without(good, name));
      Json foreign = good;
      foreign.set(name, Json{});
      EXPECT_EQ(refusal(foreign).find(named), 0U) << refusal(foreign) << to_text(foreign);
    }
  }
}

TEST(Fact, BadValuesAreRefused) {
  struct Row {
    const char* text;
    const char* why;
  };
  const Row rows[] = {
      {R"({"n":1,"t":0,"e":"exploded"})", "member 'e' is not a kind of event this version knows"},
      {R"({"n":1,"t":0,"e":"read","c":0,"bytes":""})",
       "member 'c' is not a connection number from 1"},
      {R"({"n":1,"t":0,"e":"read","c":4294967296,"bytes":""})",
       "member 'c' is not a connection number from 1"},
      {R"({"n":1,"t":0,"e":"read","c":1,"bytes":"\u0100"})",
       "member 'bytes' is not bytes as Latin-1 text"},
      {R"({"n":1.5,"t":0,"e":"declined","why":""})", "member 'n' is not a whole number"},
      {R"({"n":0,"t":0,"e":"declined","why":""})", "member 'n' is not a number from 1"},
      {R"({"n":1,"t":0,"e":"peer_ended","c":1,"how":"rst"})",
       "member 'how' is not fin, reset or error"},
      {R"({"n":1,"t":0,"e":"opened","c":1,"local":"here","remote":"127.0.0.1:1"})",
       "member 'local' is not an address and a port"},
      {R"({"n":1,"t":0,"e":"opened","c":1,"local":"127.0.0.1:2","remote":"127.0.0.1:1",)"
       R"("we_are":"proxy","no_delay":true,"quick_ack":true,"tls":false})",
       "member 'we_are' is not client or server"},
      {R"({"n":1,"t":0,"e":"process_ended","exit_code":4294967296,"signal":0,"asked":true})",
       "member 'exit_code' is not a small number"},
      {R"({"n":1,"t":-1,"e":"declined","why":""})", "member 't' is not a time from 0 to 73 years"},
      {R"({"n":1,"t":9000000000000000000,"e":"declined","why":""})",
       "member 't' is not a time from 0 to 73 years"},
      {R"({"n":1,"t":0,"e":"window_ended","name":"","length_ms":9000000000000,"took_ns":0})",
       "member 'length_ms' is not a time from 0 to 73 years"},
      {R"(null)", "member 'n' is not a whole number"},
      {R"([1])", "member 'n' is not a whole number"},
  };
  for (const Row& row : rows) EXPECT_EQ(refusal(parse_json(row.text).value()), row.why) << row.text;
}

TEST(Fact, ARowOfSocketsIsCheckedToo) {
  Json sampled = to_json(Fact{1, {}, ProcessSampled{}});
  EXPECT_EQ(refusal(sampled), "taken");
  Json row;
  row.set("local", "127.0.0.1:1");
  row.set("remote", "nowhere");
  row.set("state", "ESTABLISHED");
  sampled.set("sockets", Json{Json::Array{row}});
  EXPECT_EQ(refusal(sampled), "member 'sockets[0].remote' is not an address and a port");
  row.set("remote", "127.0.0.1:2");
  row.set("state", 1);
  sampled.set("sockets", Json{Json::Array{row}});
  EXPECT_EQ(refusal(sampled), "member 'sockets[0].state' is not text");
}

}  // namespace
}  // namespace tailrace
