// SPDX-License-Identifier: Apache-2.0
// What no script can show is said, with the reason. Steps that repeat become a loop.
#include <gtest/gtest.h>

#include "reports/reproduce.h"
#include "reports/reproduce_parts.h"

namespace tailrace {
namespace {

ScenarioResult failed() {
  ScenarioResult result;
  result.id = "routing.server_returns_sockets";
  result.revision = "2025-11-25";
  result.role = "server";
  result.verdict = Verdict::kFail;
  Finding finding;
  finding.level = Level::kHarm;
  finding.evidence = {{Nanos{0}, "server", "9 descriptors", false}};
  result.findings = {finding};
  return result;
}

std::string why_not(const ScenarioResult& result, Event event) {
  const auto script = reproduction(result, {{1, MonoTime{}, std::move(event)}});
  return script ? "" : script.error().what;
}

TEST(Reproduction, RefusesWhatNoScriptCanShow) {
  ConnectionOpened encrypted;
  encrypted.tls = true;
  const auto says = [&](Event event, const char* why) {
    return why_not(failed(), std::move(event)).find(why) != std::string::npos;
  };
  EXPECT_TRUE(says(ProcessSampled{}, "/proc"));
  EXPECT_TRUE(says(TapTruncated{}, "not all bytes"));
  EXPECT_TRUE(says(encrypted, "encrypted"));
  EXPECT_EQ(why_not(failed(), ProcessLine{"a line"}), "");
  ScenarioResult without = failed();
  without.verdict = Verdict::kNotApplicable;
  EXPECT_NE(why_not(without, ProcessLine{"a line"}).find("not_applicable"), std::string::npos);
  without.verdict = Verdict::kInconclusive;
  without.findings.clear();
  EXPECT_NE(why_not(without, ProcessSampled{}).find("inconclusive"), std::string::npos);
}

// A script compares lines of answers and requests: what shows in none it would tell of any peer.
TEST(Reproduction, RefusesWhatShowsInNoLine) {
  ScenarioResult result = failed();
  result.findings.front().check = "client_exits_in_order";
  EXPECT_NE(why_not(result, ProcessLine{"a line"}).find("how its process ended"),
            std::string::npos);
  result = failed();
  result.findings.front().observed = "bytes came after the end of POST on connection 1";
  EXPECT_NE(why_not(result, ProcessLine{"a line"}).find("bytes too many"), std::string::npos);
}

// Samples of a client's process stand in the evidence by the name of who was asked.
TEST(Reproduction, RefusesWhatGrewInAClientToo) {
  ScenarioResult result = failed();
  result.role = "client";
  result.findings.front().evidence.front().actor = "client";
  for (const char* check : {"sockets_settle", "descriptors_do_not_grow"}) {
    result.findings.front().check = check;
    EXPECT_NE(why_not(result, ProcessSampled{}).find("/proc"), std::string::npos) << check;
    EXPECT_EQ(why_not(result, ProcessLine{"a line"}).find("/proc"), std::string::npos) << check;
  }
  result.findings.front().check = "call_returns";
  EXPECT_EQ(why_not(result, ProcessSampled{}).find("/proc"), std::string::npos);
}

TEST(Reproduction, RefusesAnswersToRequestsThatWereStillOnTheirWay) {
  ScenarioResult result = failed();
  result.role = "client";
  const auto answered_after = [&](const char* body) {
    const std::string head = "POST /mcp HTTP/1.1\r\nContent-Length: 4\r\n\r\n";
    const std::vector<Fact> facts = {{1, MonoTime{}, BytesRead{{1}, head + body}},
                                     {2, MonoTime{}, BytesWritten{{1}, "HTTP/1.1 413 a\r\n\r\n"}}};
    const auto script = reproduction(result, facts);
    return script ? "" : script.error().what;
  };
  EXPECT_NE(answered_after("{").find("before the request had come in full"), std::string::npos);
  EXPECT_EQ(answered_after("{  }"), "");
}

// A record may be somebody else's, and the script is run.
TEST(Reproduction, AnEnvironmentThatIsNoDictionaryOfTextsIsRefused) {
  ScenarioResult result = failed();
  result.role = "client";
  const auto told = [&](const char* environment) {
    return reproduction(
        result, {{1, MonoTime{}, Marked{"environment", environment}},
                 {2, MonoTime{}, ConnectionOpened{{1}, {}, {}}},
                 {3, MonoTime{}, BytesRead{{1}, "POST /mcp HTTP/1.1\r\n\r\n{\"id\":1}"}},
                 {4, MonoTime{}, ProcessEnded{}}});
  };
  for (const char* forged : {"print(1)", "{}; print(1)", R"({"A": 1})", R"(["A"])", "{"}) {
    const auto script = told(forged);
    ASSERT_FALSE(script) << forged;
    EXPECT_NE(script.error().what.find("environment"), std::string::npos) << script.error().what;
  }
  const auto script = told(R"({"A": "a\"\u0022\n", "B": ""})");
  ASSERT_TRUE(script) << script.error().what;
  EXPECT_NE(script->find(R"(ENVIRONMENT, WAIT = {"A":"a\"\"\n","B":""},)"), std::string::npos)
      << *script;
}

TEST(Reproduction, WhatAClientToldIsComparedAsJson) {
  const auto at = [](int ms) { return MonoTime{} + std::chrono::milliseconds(ms); };
  ScenarioResult result = failed();
  result.role = "client";
  const std::string line = R"({"call": 1, "outcome": "limit", "ms": 9.5e-05})";
  const auto script = reproduction(
      result, {{1, at(0), ConnectionOpened{{1}, {}, {}}},
               {2, at(1), BytesRead{{1}, "POST /mcp HTTP/1.1\r\n\r\n{\"id\":1}"}},
               {3, at(3), ProcessLine{line}},
               {4, at(9), ProcessEnded{}}});
  ASSERT_TRUE(script) << script.error().what;
  EXPECT_NE(script->find("CALLS = [b'" + line + "']"), std::string::npos) << *script;
  EXPECT_NE(script->find("json.loads(c), \"ms\": 0"), std::string::npos) << *script;
  EXPECT_NE(script->find("itertools, json, os"), std::string::npos) << *script;
}

TEST(Reproduction, WaitsAtTheEndAsLongAsTheScenarioDid) {
  const auto at = [](int ms) { return MonoTime{} + std::chrono::milliseconds(ms); };
  const std::vector<Fact> facts = {
      {1, at(0), ConnectionOpened{{1}, {}, {}}},
      {2, at(1), BytesWritten{{1}, "POST /mcp HTTP/1.1\r\n\r\n{\"id\":1}"}},
      {3, at(3), BytesRead{{1}, "HTTP/1.1 200 OK\r\n\r\ndata: {\"id\":1}\n\n"}},
      {4, at(5003), DeadlinePassed{"end", "the end", Millis(5000)}},
      {5, at(9000), ProcessEnded{}}};
  const auto script = reproduction(failed(), facts);
  ASSERT_TRUE(script) << script.error().what;
  EXPECT_NE(script->find(", 0.002, 5),\n"), std::string::npos) << *script;
}

// Whether the calls waited tells of stalls, and of nothing else that such a scenario found.
TEST(Reproduction, AsksHowLongCallsTookForStallsAlone) {
  const std::vector<Fact> facts = {
      {1, MonoTime{}, ConnectionOpened{{1}, {}, {}}},
      {2, MonoTime{}, BytesWritten{{1}, "POST /mcp HTTP/1.1\r\n\r\n{\"id\":1}"}},
      {3, MonoTime{}, BytesRead{{1}, "HTTP/1.1 200 OK\r\n\r\ndata: {\"id\":1}\n\n"}},
      {4, MonoTime{}, ProcessEnded{}}};
  ScenarioResult result = failed();
  result.id = "delayed_ack.server_accepts_without_stall";
  const auto asks = [&](const char* check) {
    result.findings.front().check = check;
    const auto script = reproduction(result, facts);
    return script && script->find("calls did not wait") != std::string::npos;
  };
  EXPECT_TRUE(asks("no_delayed_ack_stall"));
  EXPECT_FALSE(asks("nothing_follows_the_final_message"));
}

TEST(Reproduction, StepsThatCountOnAreALoop) {
  const auto entry = [](const ScriptStep& step, const std::string& n, const std::string& sent,
                        const std::string& wanted) {
    return "(" + n + ", " + sent + ", " + wanted + ", " + seconds(step.took) + ")";
  };
  std::vector<ScriptStep> steps;
  for (std::uint32_t i = 0; i < 3; ++i) {
    steps.push_back({2 + i, "100% of \"id\":" + std::to_string(4 + 2 * i), "its", 0.3, 0});
  }
  steps.push_back({9, std::string(70, 'x'), "", 0, 0});
  EXPECT_EQ(*script_steps(steps, "It", entry),
            "STEPS = [  # It\n"
            "    *(step for i in range(3) for step in [\n"
            "        (2 + i, b'100%% of \"id\":%d' % (4 + 2 * i,), b\"its\", 0.3)]),\n"
            "    (9, (b\"\" + b\"x\" * 70 + b\"\"), b\"\", 0),\n"
            "]\n");
  const std::string head = "POST /a/path HTTP/1.1\r\nHost: a.host\r\nContent-Length: ";
  steps = {{1, head + "1\r\n\r\na", "", 0, 0}, {1, head + "2\r\n\r\nbc", "", 0, 0}};
  EXPECT_EQ(*script_steps(steps, "It", entry),
            "HEAD_1 = b\"POST /a/path HTTP/1.1\\r\\nHost: a.host\\r\\n\"\n"
            "STEPS = [  # It\n"
            "    (1, HEAD_1 + b\"Content-Length: 1\\r\\n\\r\\na\", b\"\", 0),\n"
            "    (1, HEAD_1 + b\"Content-Length: 2\\r\\n\\r\\nbc\", b\"\", 0),\n"
            "]\n");
  steps.assign(70, ScriptStep{1, "", "", 0, 0});
  for (std::size_t i = 0; i < steps.size(); ++i) steps[i].pause = static_cast<double>(1 << (i % 9));
  EXPECT_FALSE(script_steps(steps, "It", entry));
}

TEST(Reproduction, WhatIsComparedLeavesOutWhatDiffersEachTime) {
  const std::vector<std::string> said = said_of(
      Said::kAnswers,
      "HTTP/1.1 200 OK\r\nDate: today\r\nContent-Type: text/event-stream\r\n"
      "Mcp-Session-Id: kC8OqCAZLdamgoMcIeyEmneYi\r\nTransfer-Encoding: chunked\r\n\r\n"
      "1c\r\nid: 7\ndata: {\"at\":\"2026-11-27T01:02:03.004Z\"}\n\n\r\n0\r\n\r\n");
  EXPECT_EQ(said, (std::vector<std::string>{"HTTP/1.1 200", "Content-Type: text/event-stream",
                                            "Mcp-Session-Id", "Transfer-Encoding: chunked",
                                            "{\"at\":\"2026-11-27T01:02:03.004Z\"}", "0"}));
  EXPECT_EQ(masked(said[4]), "{\"at\":\"*\"}");
  EXPECT_EQ(masked("io.modelcontextprotocol"), "io.modelcontextprotocol");
  EXPECT_EQ(shortened(std::string(130, 'a')), std::string(130, 'a'));
  EXPECT_EQ(shortened(std::string(2000, 'a')),
            std::string(80, 'a') + " ... " + std::string(40, 'a'));
  EXPECT_EQ(said_of(Said::kRequests, "GET /mcp HTTP/1.1\r\nHost: h\r\nLast-Event-ID: 7\r\n\r\n"),
            (std::vector<std::string>{"GET /mcp", "Last-Event-ID: 7"}));
}

TEST(Reproduction, ProgramsHoldWhatTheyNeed) {
  EXPECT_EQ(program_of("all\nhere  #x\nnot here  #y\nwithout  #!y\nsay  # so\n", "x"),
            "all\nhere\nwithout\nsay  # so\n");
}

}  // namespace
}  // namespace tailrace
