// SPDX-License-Identifier: Apache-2.0
// `tailrace pair` as a user runs it, on the reference peers: the founding case, its cure, and what
// hides it.
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/cli/program.h"
#include "harness/wire/json.h"

namespace tailrace {
namespace {

struct Pair {
  std::string server, client, options;
};

Ran run_pair(const Workshop& workshop, const Pair& pair) {
  return workshop.run("{tailrace} pair --server '{server} {port} " + pair.server +
                      "' --client '{client} {url} " + pair.client + "' " + pair.options);
}

Json json_of(const Ran& ran) {
  auto json = parse_json(ran.out);
  EXPECT_TRUE(json) << ran.out << ran.err;
  return json ? *json : Json();
}

// A busy machine sends an ACK early now and then: most calls stall, not each.
constexpr std::int64_t kMost = 3;

void expect_stall(const Json& report, std::size_t calls) {
  const Json& pair = report["pair"];
  EXPECT_EQ(report["verdict"].as_string(), "nagle-delayed-ack");
  EXPECT_EQ(pair["hold"].as_string(), "shown");
  EXPECT_EQ(pair["holder"].as_string(), "server");
  EXPECT_EQ(pair["ack_delayer"].as_string(), "client");
  EXPECT_NE(pair["cure"].as_string().find("TCP_NODELAY"), std::string::npos);
  EXPECT_FALSE(pair["masked"].as_bool());
  EXPECT_FALSE(pair["server"]["no_delay"].as_bool(true));
  EXPECT_EQ(pair["client"]["exit"]["code"].as_int(-1), 0);
  EXPECT_EQ(pair["calls"].items().size(), calls);
  EXPECT_EQ(pair["connections_used"].as_int(), 1);
  EXPECT_GE(pair["stalled_calls"].as_int(), kMost);
  EXPECT_GE(pair["median_ms"].as_double(), 25.0);
}

TEST(Pair, TheFoundingCaseIsConvicted) {
  const Workshop workshop;
  for (const char* fault : {"--fault nagle_two_writes", "--fault nagle_three_writes"}) {
    // So many that a busy machine comes to look at their sockets meanwhile.
    const Ran ran = run_pair(workshop, {fault, "", "--calls 20 --format json"});
    EXPECT_EQ(ran.status, 1) << ran.err;
    const Json report = json_of(ran);
    expect_stall(report, 20);
    ASSERT_EQ(report["pair"]["connections"].items().size(), 1U) << fault;
    const Json& connection = report["pair"]["connections"].items().front();
    EXPECT_EQ(connection["client_process"]["program"].as_string(), "reference_clien");
    EXPECT_EQ(connection["server_process"]["program"].as_string(), "reference_serve");
  }
}

TEST(Pair, TheCureInPlaceAndTheSendQueueProveIt) {
  const Workshop workshop;
  const Ran ran =
      run_pair(workshop, {"--fault nagle_two_writes", "", "--calls 40 --cure --format json"});
  EXPECT_EQ(ran.status, 1) << ran.err;
  const Json pair = json_of(ran)["pair"];
  EXPECT_GE(pair["stalled_calls"].as_int(), kMost);
  EXPECT_GE(pair["send_queue"]["held"].as_int(), kMost) << to_text(pair["send_queue"]);
  EXPECT_EQ(pair["send_queue"]["loose"].as_int(-1), 0);
  const Json& cure = pair["cure_in_place"];
  if (cure["why_not"].is_string()) return;  // It is not permitted here, and that is said.
  EXPECT_GE(cure["sockets"].as_int(), 1) << to_text(cure);
  // The first ones may come before the socket is seen, on a busy machine several.
  EXPECT_EQ(cure["calls"].as_int() + cure["calls_before"].as_int(), 40) << to_text(cure);
  EXPECT_GE(cure["calls"].as_int(), 10) << to_text(cure);
  EXPECT_EQ(cure["stalled_calls"].as_int(99), 0) << to_text(cure);
}

TEST(Pair, WithNoDelayItIsSilent) {
  const Workshop workshop;
  const Ran ran = run_pair(workshop, {"", "", "--format json"});
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  const Json report = json_of(ran);
  EXPECT_EQ(report["pair"]["hold"].as_string(), "cured");
  EXPECT_EQ(report["pair"]["stalled_calls"].as_int(-1), 0);
  EXPECT_EQ(report["pair"]["calls"].items().size(), 5U);
  EXPECT_EQ(report["pair"]["send_queue"]["held"].as_int(-1), 0);
}

TEST(Pair, ANewConnectionForEachCallMasksIt) {
  const Workshop workshop;
  const Ran ran = run_pair(workshop, {"--fault nagle_three_writes",
                                      "--oddity new_connection_per_call", "--format json"});
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  const Json pair = json_of(ran)["pair"];
  EXPECT_EQ(pair["hold"].as_string(), "masked");
  EXPECT_TRUE(pair["masked"].as_bool());
  EXPECT_EQ(pair["masked_by"].as_string(), "new-connection-per-call");
  EXPECT_EQ(pair["connections_used"].as_int(), 5);
  EXPECT_EQ(pair["stalled_calls"].as_int(-1), 0);
}

TEST(Pair, ASlowServerHoldsNothing) {
  const Workshop workshop;
  const Ran ran = run_pair(workshop, {"--oddity thinks_40_ms", "", "--format json"});
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  const Json report = json_of(ran);
  EXPECT_EQ(report["pair"]["stalled_calls"].as_int(-1), 0);
  EXPECT_EQ(report["verdict"].as_string(), "server-think");
}

TEST(Pair, WhatIsKeptIsExplainedAlike) {
  const Workshop workshop;
  const Ran ran = run_pair(workshop, {"--fault nagle_two_writes", "", "--calls 4 --out kept"});
  EXPECT_EQ(ran.status, 1) << ran.err;
  for (const char* words : {"calls   4 on 1 connection,", "holder server, delayer of the ACK",
                            "Nagle's algorithm is on", "TCP_NODELAY", "POST tools/call"}) {
    EXPECT_NE(ran.out.find(words), std::string::npos) << words << "\n" << ran.out;
  }
  const auto kept = parse_json(Workshop::read(workshop.path("kept/pair.json")));
  ASSERT_TRUE(kept);
  EXPECT_NE(Workshop::read(workshop.path("kept/client.txt")).find("\"call\":4"), std::string::npos);
  const Json again = json_of(workshop.run("{tailrace} pcap kept/capture.pcap --format json"));
  EXPECT_EQ(again["capture"]["stalls"].as_int(-1), (*kept)["capture"]["stalls"].as_int());
  EXPECT_EQ(again["exchanges"].items().size(), (*kept)["exchanges"].items().size());
  const Ran told = workshop.run("{tailrace} report kept --format markdown");
  EXPECT_EQ(told.status, 0) << told.err;
  EXPECT_NE(told.out.find("delayed_ack"), std::string::npos) << told.out;
  EXPECT_EQ(run_pair(workshop, {"", "", "--out kept"}).status, 2);  // It is not written over.
}

TEST(Pair, WhatCannotBeWatchedIsNamed) {
  struct Case {
    const char *server, *client;
    int status;
    const char* says;
  };
  const Case table[] = {
      {"{server} {port}", "./no-such-client", 2, "no-such-client"},
      {"{server} {port}", "true", 2, "asked the server for nothing"},
      {"{server} {port}", "exit 7 #", 2, "asked the server for nothing, exit status 7;"},
      {"sh -c \"echo out of order; exit 3\"", "{client} {url}", 2, "out of order"},
      {"missing.json", "{client} {url}", 2, "missing.json"},
  };
  const Workshop workshop;
  for (const Case& each : table) {
    const Ran ran = workshop.run(std::string("{tailrace} pair --out kept --server '") +
                                 each.server + "' --client '" + each.client + "'");
    EXPECT_EQ(ran.status, each.status) << each.server << " " << each.client << ran.err;
    EXPECT_NE(ran.err.find(each.says), std::string::npos) << ran.err;
    EXPECT_EQ(workshop.run("ls kept").status, 2) << "the next attempt may have its name";
  }
  EXPECT_EQ(workshop.run("{tailrace} pair --server '{server} {port}'").status, 2);
}

// The client ends when the server is gone: its supervisor has seen it then.
TEST(Pair, AServerThatIsKilledWasNotSeenToTheEnd) {
  const Workshop workshop;
  Workshop::write(workshop.path("start.sh"), "echo $$ > pid\nexec \"$@\"\n");
  Workshop::write(workshop.path("kill.sh"),
                  "\"$@\"\nkill -9 $(cat pid)\nwhile kill -0 $(cat pid) 2>/dev/null; do :; done\n");
  const Ran ran = workshop.run("{tailrace} pair --server 'exec sh start.sh {server} {port}' "
                               "--client 'sh kill.sh {client} {url}'");
  EXPECT_EQ(ran.status, 3) << ran.out << ran.err;
  EXPECT_NE(ran.out.find("the server ended by itself, ended by signal 9"), std::string::npos)
      << ran.out;
}

TEST(Pair, AClientThatDoesNotEndIsEnded) {
  const Workshop workshop;
  const Ran ran =
      workshop.run("TAILRACE_LINGER_MS=60000 {tailrace} pair --server '{server} {port}' --client "
                   "'{client} {url}' --client-limit 1 --format json");
  EXPECT_EQ(ran.status, 3) << ran.err;
  const Json report = json_of(ran);
  EXPECT_TRUE(report["pair"]["client"]["exit"].is_null());
  EXPECT_EQ(report["pair"]["calls"].items().size(), 5U);
  const Ran idle = workshop.run("{tailrace} pair --server '{server} {port}' --client 'sleep 60 #' "
                                "--client-limit 1");
  EXPECT_EQ(idle.status, 2);
  EXPECT_NE(idle.err.find("asked the server for nothing, and had not ended within 1 s"),
            std::string::npos)
      << idle.err;
}

}  // namespace
}  // namespace tailrace
