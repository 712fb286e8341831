// SPDX-License-Identifier: Apache-2.0
// Each report of each sample record, byte by byte. TAILRACE_RENEW_GOLDEN=1 writes the files anew.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>

#include "harness/wire/utf8.h"
#include "reports/console.h"
#include "reports/diff.h"
#include "reports/html.h"
#include "reports/json.h"
#include "reports/junit.h"
#include "reports/markdown.h"
#include "reports/reproduce.h"

namespace tailrace {
namespace {

const std::string kFolder = std::string(TAILRACE_SOURCE_DIR) + "/reports/golden/";

std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

RunRecord typical() {
  const auto json = parse_json(file_text(kFolder + "typical.json"));
  EXPECT_TRUE(json) << json.error().what;
  auto record = run_record_from(json ? *json : Json());
  EXPECT_TRUE(record) << record.error().what;
  return record ? *record : RunRecord{};
}

// What a peer could try: control characters, bytes that are no text, markup of each report, names
// that are mentioned or linked, and length.
std::string vicious(const std::string& what) {
  using std::string_literals::operator""s;
  return what + ": \x1b[2J\x07\x00|`` ```\n]]></failure>&amp;<script>'\"\xFF\xC3(\xEF\xBF\xBF"s +
         "\xE2\x80\xAE** [a](http://b.example) @all #1 www.c.example <!-- \\| " +
         std::string(3000, 'x');
}

RunRecord hostile(std::size_t lines, std::size_t ids) {
  RunRecord record;
  record.role = vicious("role");
  record.name = vicious("name");
  record.version = vicious("version");
  record.profile = vicious("profile");
  record.network = vicious("network");
  record.packets = vicious("packets");
  record.started = vicious("started");
  Finding finding;
  finding.check = vicious("check");
  finding.level = Level::kMust;
  finding.harm = vicious("harm");
  finding.requirements.assign(ids, vicious("requirement"));
  finding.required = vicious("required");
  finding.observed = vicious("observed");
  finding.likely_cause = vicious("cause");
  finding.cure = vicious("cure");
  finding.evidence.assign(lines, {Nanos::min(), vicious("actor"), vicious("what"), true});
  ScenarioResult result;
  result.id = vicious("id");
  result.revision = vicious("revision");
  result.mode = vicious("mode");
  result.verdict = Verdict::kFail;
  result.requirements = {vicious("requirement")};
  result.findings = {finding};
  result.measurements = {{vicious("measurement"), vicious("value")}};
  result.history = vicious("history");
  result.command = vicious("command");
  record.scenarios = {result, result};
  record.scenarios[1].verdict = Verdict::kHarnessError;
  record.scenarios[1].reason = vicious("reason");
  record.stale = {{vicious("stale"), vicious("revision"), vicious("reason")}};
  record.not_asked = {vicious("not asked"), "", ": "};
  return record;
}

RunRecord empty() {
  RunRecord record;
  record.role = "client";
  record.source = "-- ./client";
  record.network = "host";
  record.profile = "full";
  record.packets = "no right to open a packet socket";
  record.started = "2026-11-24T13:23:26Z";
  return record;
}

// The version before: what broke, worsened, was mended, came and went.
RunRecord before() {
  RunRecord record = typical();
  record.version = "1.2.9";
  record.stale.clear();
  auto& all = record.scenarios;
  for (ScenarioResult& result : all) {
    const bool passed = result.verdict == Verdict::kPass;
    result.verdict = passed ? Verdict::kFail : Verdict::kPass;
    result.reason.clear();
  }
  all.back().verdict = Verdict::kWarn;
  all.front().id = "delayed_ack.server_was_asked_otherwise";
  return record;
}

std::string diff(std::string (*write)(const RunDiff&)) {
  const RunRecord old = before(), now = typical();
  return write(diff_of(old, now));
}

class Facts {
 public:
  void add(std::int64_t micros, Event event) {
    facts_.push_back({facts_.size() + 1, MonoTime{std::chrono::microseconds(micros)},
                      std::move(event)});
  }
  void open(Side we_are) {
    const Endpoint client = *parse_endpoint("127.0.0.1:40000");
    const Endpoint server = *parse_endpoint("127.0.0.1:80");
    const bool of_client = we_are == Side::kClient;
    add(0, ConnectionOpened{kOne, of_client ? client : server, of_client ? server : client, we_are,
                            true, of_client, false});
  }
  static std::string message(const std::string& head, const std::string& body) {
    return fmt::format("{}\r\nContent-Length: {}\r\n\r\n{}", head, body.size(), body);
  }
  std::string reproduced(const char* role) const {
    RunRecord record = typical();
    record.scenarios.front().role = role;
    for (Finding& finding : record.scenarios.front().findings) {
      finding.check = "no_delayed_ack_stall";
    }
    const auto text = reproduction(record.scenarios.front(), facts_);
    return text ? *text : text.error().what;
  }

  static constexpr ConnectionId kOne{1};

 private:
  std::vector<Fact> facts_;
};

// A session, three calls that are answered wrong the same way, a connection that the server ends.
std::string reproduced_server() {
  const std::string post = "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:80";
  const std::string good = "HTTP/1.1 200 OK";
  Facts facts;
  facts.open(Side::kClient);
  facts.add(10, BytesWritten{Facts::kOne, Facts::message(post, R"({"jsonrpc":"2.0","id":1,)"
                                                               R"("method":"initialize"})")});
  facts.add(300, BytesRead{Facts::kOne, Facts::message(good + "\r\nMcp-Session-Id: a-secret",
                                                       R"({"jsonrpc":"2.0","id":1})")});
  for (int id = 2; id < 5; ++id) {
    const std::string ping = fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"ping"}})", id);
    facts.add(1000 * id, BytesWritten{Facts::kOne, Facts::message(
                                                       post + "\r\nMcp-Session-Id: a-secret",
                                                       ping)});
    facts.add(1000 * id + 200,
              BytesRead{Facts::kOne, Facts::message(good, R"({"jsonrpc":"2.0","id":9})")});
  }
  facts.add(6000, PeerEnded{Facts::kOne, Ending::kFin});
  return facts.reproduced("server");
}

// A call that is answered after a pause, and a session that the client ends.
std::string reproduced_client() {
  Facts facts;
  facts.open(Side::kServer);
  facts.add(100, BytesRead{Facts::kOne,
                           Facts::message("POST /mcp HTTP/1.1",
                                          R"({"jsonrpc":"2.0","id":1,"method":"ping"})")});
  facts.add(30'100, BytesWritten{Facts::kOne, Facts::message("HTTP/1.1 200 OK",
                                                             R"({"jsonrpc":"2.0","id":1})")});
  facts.add(31'000, BytesRead{Facts::kOne, "DELETE /mcp HTTP/1.1\r\n\r\n"});
  facts.add(32'000, WeEnded{Facts::kOne, Ending::kFin, false});
  return facts.reproduced("client");
}

// Six facts of a call that was held for 40 ms, as a history keeps them.
ScenarioStory story() {
  const auto at = [](std::int64_t micros) { return MonoTime{std::chrono::microseconds(micros)}; };
  const Endpoint client = *parse_endpoint("127.0.0.1:40000");
  const Endpoint server = *parse_endpoint("127.0.0.1:80");
  const ConnectionId one{1};
  const std::string call = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
  const std::string answer = R"({"jsonrpc":"2.0","id":1,"result":{}})";
  std::uint64_t sequence = 0;
  TimelineBuilder builder;
  const auto apply = [&](std::int64_t micros, Event event) {
    builder.apply({++sequence, at(micros), std::move(event)});
  };
  apply(0, ConnectionOpened{one, client, server, Side::kClient, true, false, false});
  for (int i = 0; i < 3; ++i) {
    const std::int64_t then = 1000 + i * 50'000;
    apply(then, BytesWritten{one, "POST / HTTP/1.1\r\nContent-Type: application/json\r\n"
                                  "Content-Length: 40\r\n\r\n" + call});
    apply(then + 300, BytesRead{one, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                                     "Transfer-Encoding: chunked\r\n\r\n"});
    apply(then + 41'000, BytesRead{one, "2c\r\ndata: " + answer + "\n\n\r\n0\r\n\r\n"});
    ProcessSampled sample;
    sample.descriptors = 9 + i;
    sample.resident_bytes = 4 << 20;
    apply(then + 41'500, sample);
  }
  ScenarioStory story{builder.timeline(), {}};
  story.held = {{one, at(1300), at(42'000)}, {one, at(51'300), at(92'000)}};
  return story;
}

HtmlSources sources() {
  return {[](const ScenarioResult& result) -> std::optional<ScenarioStory> {
            if (result.history.empty()) return std::nullopt;
            return story();
          },
          {{"RPC-RES-01", "must", "server", "basic", "covered", ""},
           {"RPC-RES-06", "must", "server", "basic", "covered", ""},
           {"SH-SESS-08", "should", "server", "transports", "covered", ""},
           {"SH-OLD-01", "may", "server", "transports", "excluded", "a permission binds nobody"},
           {"SH-NEW-01", "must", "client", "transports", "open", ""}}};
}

struct Golden {
  const char* file;
  std::function<std::string()> write;
};

std::string console(const RunRecord& record, ConsoleOptions options) {
  return console_report(record, options);
}

std::vector<Golden> goldens() {
  return {
      {"typical.txt", [] { return console(typical(), {.exit_status = 1}); }},
      {"typical.colour.txt",
       [] {
         return console(typical(), {true, true, 72, 1});
       }},
      {"typical.md", [] { return markdown_report(typical()); }},
      {"typical.xml", [] { return junit_report(typical()); }},
      {"typical.results.json", [] { return json_report(typical()); }},
      {"typical.html", [] { return html_report(typical(), sources()); }},
      {"diff.txt", [] { return diff([](const RunDiff& d) { return console_diff(d, 100); }); }},
      {"diff.md", [] { return diff(&markdown_diff); }},
      {"diff.xml", [] { return diff(&junit_diff); }},
      {"diff.json", [] { return diff(&json_diff); }},
      {"diff.html", [] { return diff(&html_diff); }},
      {"reproduce.server.txt", &reproduced_server},
      {"reproduce.client.txt", &reproduced_client},
      {"hostile.html", [] { return html_report(hostile(2, 1), sources()); }},
      {"empty.html", [] { return html_report(empty(), {}); }},
      {"hostile.txt", [] { return console(hostile(2, 1), {.verbose = true}); }},
      {"hostile.md", [] { return markdown_report(hostile(2, 1)); }},
      {"hostile.xml", [] { return junit_report(hostile(2, 1)); }},
      {"empty.txt", [] { return console(empty(), {.exit_status = 2}); }},
      {"empty.md", [] { return markdown_report(empty()); }},
      {"empty.xml", [] { return junit_report(empty()); }},
  };
}

std::size_t first_difference(const std::string& a, const std::string& b) {
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first -
                                  a.begin());
}

std::string around(const std::string& text, std::size_t at) {
  const std::size_t from = at < 60 ? 0 : at - 60;
  return text.substr(std::min(from, text.size()), 120);
}

TEST(Golden, EveryReportIsByteByByteAsKept) {
  const char* renew = std::getenv("TAILRACE_RENEW_GOLDEN");
  for (const Golden& golden : goldens()) {
    const std::string path = kFolder + golden.file, text = golden.write();
    if (renew != nullptr && std::string_view(renew) == "1") {
      std::ofstream(path, std::ios::binary) << text;
    }
    const std::string kept = file_text(path);
    const std::size_t at = first_difference(text, kept);
    EXPECT_TRUE(text == kept) << golden.file << " differs from byte " << at << " on.\n"
                              << "  kept: " << around(kept, at) << "\n"
                              << "  now:  " << around(text, at) << "\n"
                              << "If this is meant: TAILRACE_RENEW_GOLDEN=1 "
                              << "build/PRESET/reports/reports_test, then read the diff.";
  }
}

TEST(Golden, EveryFileKeptBelongsToAReport) {
  std::vector<std::string> known = {"typical.json"};
  for (const Golden& golden : goldens()) known.emplace_back(golden.file);
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    const std::string name = entry.path().filename();
    EXPECT_NE(std::find(known.begin(), known.end(), name), known.end()) << name;
  }
}

// Markdown without its fenced blocks, whose fences stand at the beginning of a line.
std::string without_blocks(const std::string& markdown) {
  std::istringstream lines(markdown);
  std::string out, line;
  for (bool inside = false; std::getline(lines, line);) {
    if (line.starts_with("```")) inside = !inside;
    if (!inside) out += line + "\n";
  }
  return out;
}

TEST(Reports, OfAHostileRecordStayTextAndSmall) {
  constexpr std::size_t kComment = 65'536;  // Characters of a pull request's comment.
  constexpr std::size_t kSome = 300'000;    // Of 200 MB in the record.
  const RunRecord record = hostile(10'000, 1'000);
  const std::string markdown = markdown_report(record);
  const std::string xml = junit_report(record);
  const std::string plain = console(record, {.verbose = true});
  const std::string html = html_report(record, {});
  EXPECT_LT(markdown.size(), kComment);
  EXPECT_LT(xml.size(), kSome);
  EXPECT_LT(plain.size(), kSome);
  EXPECT_LT(html.size(), 2 * kSome);
  for (const std::string& text : {markdown, xml, plain, html}) {
    EXPECT_TRUE(std::none_of(text.begin(), text.end(), [](char c) {
      return (static_cast<unsigned char>(c) < ' ' && c != '\n') || c == '\x7F';
    }));
    EXPECT_EQ(text.find("\xE2\x80\xAE"), std::string::npos) << "turns the order of the text";
    EXPECT_TRUE(is_valid_utf8(text));
  }
  EXPECT_EQ(xml.find("<script"), std::string::npos);
  EXPECT_EQ(html.find("<script>'"), std::string::npos);
  EXPECT_EQ(html.find("<script", html.find("<script") + 1), std::string::npos) << "only ours";
  const std::string outside = without_blocks(markdown);
  EXPECT_EQ(outside.find("<!--"), std::string::npos);
  EXPECT_EQ(outside.find("<script"), std::string::npos);
  EXPECT_NE(markdown.find("Run again"), std::string::npos) << "the finding was left out";
}

TEST(Reports, ManyFailuresStayWithinAComment) {
  RunRecord record = typical();
  const auto some = record.scenarios;
  for (int i = 0; i < 300; ++i) {
    record.scenarios.insert(record.scenarios.end(), some.begin(), some.end());
  }
  const std::string markdown = markdown_report(record);
  EXPECT_LT(markdown.size(), 65'536U);
  EXPECT_NE(markdown.find("more findings in results.json"), std::string::npos);
  EXPECT_NE(markdown.find("301 fail"), std::string::npos) << "the summary counts them all";
}

TEST(Reports, TheConsolesSummaryFitsOneScreen) {
  constexpr std::ptrdiff_t kScreen = 24;  // Lines of the smallest terminal.
  RunRecord record = typical();
  record.packets = "no right to capture";
  const auto some = record.scenarios;
  for (int i = 0; i < 100; ++i) {
    for (ScenarioResult result : some) {
      for (Finding& finding : result.findings) finding.likely_cause += std::to_string(i);
      record.scenarios.push_back(std::move(result));
    }
    record.stale.push_back(record.stale.front());
    record.not_asked.push_back(fmt::format("area.server_scenario_{}: reason {}", i, i % 5));
  }
  const std::string text = console(record, {.width = 80, .exit_status = 1});
  const std::string summary = text.substr(text.rfind("\n\n") + 2);
  EXPECT_LE(std::count(summary.begin(), summary.end(), '\n'), kScreen) << summary;
  EXPECT_NE(summary.find("more that failed in results.json"), std::string::npos) << summary;
  EXPECT_GT(console(record, {.verbose = true, .width = 80}).size(), text.size());
}

TEST(Reports, WithoutPacketsEveryReportSaysSo) {
  RunRecord record = typical();
  record.packets = "no right to capture";
  for (const std::string& text :
       {console(record, {}), markdown_report(record), junit_report(record),
        html_report(record, {})}) {
    EXPECT_NE(text.find("no packets: no right to capture; stalls told by experiment"),
              std::string::npos);
  }
}

TEST(Reports, PassNeverHidesWhatDidNotRun) {
  for (const std::string& text :
       {console(typical(), {}), markdown_report(typical()), junit_report(typical()),
        html_report(typical(), {})}) {
    EXPECT_NE(text.find("a URL shows no process"), std::string::npos);
    EXPECT_NE(text.find("judges a client"), std::string::npos);
    EXPECT_NE(text.find("tale"), std::string::npos) << "the stale entry of the baseline";
  }
}

}  // namespace
}  // namespace tailrace
