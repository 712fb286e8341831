// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/manifest.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace tailrace {
namespace {

// A manifest with the least it needs, and one member more or another value of one.
std::string with(const std::string& member, const std::string& value) {
  Json json;
  json.set("schema", "tailrace.manifest/1");
  json.set("name", "small");
  json.set("version", "1.2");
  json.set("role", "server");
  json.set("start", Json(Json::Array{Json("serve")}));
  if (!member.empty()) json.set(member, parse_json(value).value());
  return to_text(json);
}

struct Bad {
  std::string member, value, place, why;
};

void PrintTo(const Bad& bad, std::ostream* out) {
  *out << bad.member << " = " << bad.value;
}

class BadManifest : public testing::TestWithParam<Bad> {};

TEST_P(BadManifest, NamesFilePlaceAndReason) {
  const Bad& bad = GetParam();
  const auto manifest = parse_manifest(with(bad.member, bad.value), "some.json");
  ASSERT_FALSE(manifest) << "it was accepted";
  EXPECT_NE(manifest.error().what.find("manifest some.json: '" + bad.place + "' " + bad.why),
            std::string::npos)
      << manifest.error().what;
}

INSTANTIATE_TEST_SUITE_P(
    TopLevel, BadManifest,
    testing::Values(
        Bad{"schema", R"("tailrace.manifest/2")", "schema", "is not \"tailrace"},
        Bad{"name", "7", "name", "is not text"}, Bad{"version", "1.0", "version", "is not text"},
        Bad{"role", R"("proxy")", "role", "is neither"}, Bad{"role", "null", "role", "is not text"},
        Bad{"start", "[]", "start", "names no program"},
        Bad{"start", R"([""])", "start[0]", "is empty, and should be the program (line 1)"},
        Bad{"start", R"(["", "serve"])", "start[0]", "is empty"},
        Bad{"start", R"("serve --now")", "start", "is not a list of texts"},
        Bad{"start", R"(["serve", 8080])", "start", "is not a list of texts"},
        Bad{"environment", R"(["A=1"])", "environment", "is not an object"},
        Bad{"environment", R"({"A": 1})", "environment.A", "is not text"},
        Bad{"endpoint", R"("mcp")", "endpoint", "does not begin with /"},
        Bad{"endpoint", "[]", "endpoint", "is not text"},
        Bad{"ready_ms", "0", "ready_ms", "is not a number of milliseconds"},
        Bad{"ready_ms", "600001", "ready_ms", "is not a number of milliseconds from 1 to 600000"},
        Bad{"ready_ms", R"("10s")", "ready_ms", "is not a number of milliseconds"},
        Bad{"ready_ms", "1.5", "ready_ms", "is not a number of milliseconds"},
        Bad{"redy_ms", "5", "redy_ms", "is not known here"}));

INSTANTIATE_TEST_SUITE_P(
    Nested, BadManifest,
    testing::Values(Bad{"modes", "[]", "modes", "is not an object"},
                    Bad{"modes", R"({"json": true})", "modes.json", "is not an object"},
                    Bad{"modes", R"({"default": {}})", "modes.default", "has the name"},
                    Bad{"modes", R"({"": {}})", "modes.", "has no name"},
                    Bad{"modes", R"({"a/b": {}, "a_b": {}})", "modes.a_b",
                        "would be written to the same files as 'modes.a/b' (line 1)"},
                    Bad{"modes", R"({"a\nb": {}})", "modes.a\nb", "has a control character"},
                    Bad{"modes", "{\"" + std::string(101, 'm') + "\": {}}",
                        "modes." + std::string(101, 'm'), "has a name of more than 100 bytes"},
                    Bad{"modes", R"({"a.2": {}, "a": {}})", "modes.a.2",
                        "has the name of a repetition of 'modes.a'"},
                    Bad{"modes", R"({"a": {}, "a #12": {}})", "modes.a #12",
                        "has the name of a repetition of 'modes.a'"},
                    Bad{"modes", R"({"default.2": {}})", "modes.default.2",
                        "has the name of a repetition of the plain one"},
                    Bad{"modes", R"({"json": {"args": []}})", "modes.json.args", "is not known"},
                    Bad{"modes", R"({"json": {"arguments": [1]}})", "modes.json.arguments",
                        "is not a list of texts"},
                    Bad{"modes", R"({"json": {"environment": {"A": 1}}})",
                        "modes.json.environment.A", "is not text"},
                    Bad{"tools", "[]", "tools", "is not an object"},
                    Bad{"tools", R"({"quick": {"name": "x"}})", "tools.quick", "is not known here"},
                    Bad{"tools", R"({"plain": "echo"})", "tools.plain", "is not an object"},
                    Bad{"tools", R"({"plain": {}})", "tools.plain.name", "is missing"},
                    Bad{"tools", R"({"plain": {"name": 1}})", "tools.plain.name", "is not text"},
                    Bad{"tools", R"({"plain": {"name": ""}})", "tools.plain.name", "is empty"},
                    Bad{"tools", R"({"plain": {"name": "x", "arguments": []}})",
                        "tools.plain.arguments", "is not an object"},
                    Bad{"tools", R"({"chatty": {"name": "x", "notifications": 0}})",
                        "tools.chatty.notifications", "is not a number from 1"},
                    Bad{"tools", R"({"sized": {"name": "x", "arguments": {"n": "bytes"}}})",
                        "tools.sized.arguments", R"(has no value "{bytes}")"},
                    Bad{"client", "true", "client", "is not an object"},
                    Bad{"client", R"({"closes": true})", "client", "is told of a server"},
                    Bad{"client", R"({"contract": "call"})", "client.contract", "is neither"},
                    Bad{"client", R"({"call_limit_ms": -1})", "client.call_limit_ms",
                        "is not a number of milliseconds"},
                    Bad{"client", R"({"closes": "yes"})", "client.closes", "is neither true"},
                    Bad{"client", R"({"close": true})", "client.close", "is not known here"},
                    Bad{"stop", "3000", "stop", "is not an object"},
                    Bad{"stop", R"({"kill_ms": 1})", "stop.kill_ms", "is not known here"},
                    Bad{"stop", R"({"term_ms": true})", "stop.term_ms",
                        "is not a number of milliseconds"}));

TEST(Manifest, AMistakeNamesItsLine) {
  const auto manifest = parse_manifest(
      "{ // \"stop\": {\n\"schema\": \"tailrace.manifest/1\", \"name\": \"a {\\\"\",\n"
      "\"version\": \"1\", \"role\": \"server\", \"start\": [\"term_ms\"],\n"
      "\"client\": {\"term_ms\": 1},\n\"stop\": {\n\"term_ms\": \"soon\"}}",
      "some.json");
  ASSERT_FALSE(manifest);
  EXPECT_NE(manifest.error().what.find("'client.term_ms' is not known"), std::string::npos);
  EXPECT_NE(manifest.error().what.find("(line 4)"), std::string::npos) << manifest.error().what;
}

TEST(Manifest, ModesThatAreToldApartAreTaken) {
  const auto manifest = parse_manifest(
      with("modes", R"({"a/b": {}, "http.1": {}, "v2": {}, "2": {}, "#2": {}, "default/2": {}})"),
      "some.json");
  ASSERT_TRUE(manifest) << manifest.error().what;
  EXPECT_EQ(manifest->modes.size(), 6u);
}

TEST(Manifest, TheLeastGivesTheDefaults) {
  const auto manifest = parse_manifest(with("", ""), "some.json");
  ASSERT_TRUE(manifest) << manifest.error().what;
  EXPECT_EQ(manifest->name, "small");
  EXPECT_EQ(manifest->version, "1.2");
  EXPECT_EQ(manifest->role, Side::kServer);
  EXPECT_EQ(manifest->start, std::vector<std::string>{"serve"});
  EXPECT_EQ(manifest->endpoint, "/mcp");
  EXPECT_EQ(manifest->ready, Millis(10000));
  EXPECT_EQ(manifest->call_limit, Millis(5000));
  EXPECT_EQ(manifest->term, Millis(3000));
  EXPECT_FALSE(manifest->counts_calls);
  EXPECT_FALSE(manifest->closes);
  EXPECT_FALSE(manifest->stateless);
  EXPECT_FALSE(manifest->parallel);
  EXPECT_FALSE(manifest->large);
  EXPECT_FALSE(manifest->serves);
  EXPECT_TRUE(manifest->modes.empty() && manifest->tools.empty() && manifest->folder.empty());
}

TEST(Manifest, EveryMemberIsRead) {
  const auto manifest = parse_manifest(R"({
    // What the author wants to say.
    "schema": "tailrace.manifest/1", "comment": ["anything"],
    "name": "sdk", "version": "2", "role": "client", "start": ["node", "c.js", "{url}"],
    "environment": {"B": "2", "A": "1"}, "endpoint": "/", "ready_ms": 600000,
    "answer_ms": 4000, "keep_alive_ms": 1000,
    "modes": {"json": {"environment": {"J": "1"}, "arguments": ["--json"]}, "bare": {}},
    "tools": {"slow": {"name": "wait", "arguments": {"ms": 5}}, "plain": {"name": "echo"},
              "chatty": {"name": "log", "notifications": 3}},
    "client": {"contract": "calls", "call_limit_ms": 1, "closes": true, "stateless": true,
               "parallel": true, "large": true, "serves": "json_lines"},
    "stop": {"term_ms": 250}})",
                                       "some.json");
  ASSERT_TRUE(manifest) << manifest.error().what;
  EXPECT_EQ(manifest->role, Side::kClient);
  EXPECT_EQ(manifest->start, (std::vector<std::string>{"node", "c.js", "{url}"}));
  const std::vector<std::pair<std::string, std::string>> in_order = {{"B", "2"}, {"A", "1"}};
  EXPECT_EQ(manifest->environment, in_order);
  EXPECT_EQ(manifest->endpoint, "/");
  EXPECT_EQ(manifest->ready, Millis(600000));
  EXPECT_EQ(manifest->times.answer, Millis(4000));
  EXPECT_EQ(manifest->times.keep_alive, Millis(1000));
  ASSERT_EQ(manifest->modes.size(), 2u);
  EXPECT_EQ(manifest->modes.at("json").arguments, std::vector<std::string>{"--json"});
  EXPECT_EQ(manifest->modes.at("json").environment.at(0).first, "J");
  ASSERT_EQ(manifest->tools.size(), 3u);
  EXPECT_EQ(manifest->tools.at("chatty").notifications, 3);
  EXPECT_EQ(manifest->tools.at("slow").name, "wait");
  EXPECT_EQ(manifest->tools.at("slow").arguments["ms"].as_int(), 5);
  EXPECT_TRUE(manifest->tools.at("plain").arguments.is_object());
  EXPECT_TRUE(manifest->counts_calls);
  EXPECT_TRUE(manifest->closes);
  EXPECT_TRUE(manifest->stateless);
  EXPECT_TRUE(manifest->parallel);
  EXPECT_TRUE(manifest->large);
  EXPECT_TRUE(manifest->serves);
  EXPECT_EQ(manifest->call_limit, Millis(1));
  EXPECT_EQ(manifest->term, Millis(250));
}

TEST(Manifest, EachNeededMemberIsMissed) {
  const Json whole = parse_json(with("", "")).value();
  for (const auto& [left_out, value] : whole.members()) {
    Json less;
    for (const auto& [name, kept] : whole.members()) {
      if (name != left_out) less.set(name, kept);
    }
    const auto manifest = parse_manifest(to_text(less), "some.json");
    ASSERT_FALSE(manifest) << left_out;
    EXPECT_NE(manifest.error().what.find("'" + left_out + "'"), std::string::npos)
        << manifest.error().what;
  }
}

TEST(Manifest, AnUnknownMemberIsToldTheKnownOnes) {
  const auto manifest = parse_manifest(with("redy_ms", "5"), "some.json");
  ASSERT_FALSE(manifest);
  EXPECT_NE(manifest.error().what.find("ready_ms"), std::string::npos) << manifest.error().what;
}

TEST(Manifest, TextThatIsNoJsonNamesFileAndLine) {
  const auto manifest = parse_manifest("{\n\"schema\": }", "some.json");
  ASSERT_FALSE(manifest);
  EXPECT_NE(manifest.error().what.find("some.json"), std::string::npos) << manifest.error().what;
  EXPECT_NE(manifest.error().what.find("line 2"), std::string::npos) << manifest.error().what;
  const auto list = parse_manifest("[]", "some.json");
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().what, "manifest some.json: it is not a JSON object");
  EXPECT_FALSE(parse_manifest("", "some.json"));
}

TEST(Manifest, AFileSetsTheFolderItsCommandRunsIn) {
  std::string folder = (std::filesystem::temp_directory_path() / "manifest-XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const std::string path = folder + "/server.json";
  std::ofstream(path) << with("", "");
  const auto manifest = load_manifest(path);
  std::filesystem::remove_all(folder);
  ASSERT_TRUE(manifest) << manifest.error().what;
  EXPECT_EQ(manifest->folder, folder);
  const auto gone = load_manifest(path);
  ASSERT_FALSE(gone);
  EXPECT_NE(gone.error().what.find(path), std::string::npos) << gone.error().what;
}

TEST(Manifest, AFolderIsNoManifest) {
  const auto manifest = load_manifest(TAILRACE_SOURCE_DIR);
  ASSERT_FALSE(manifest);
  EXPECT_NE(manifest.error().what.find(TAILRACE_SOURCE_DIR), std::string::npos);
}

TEST(Manifest, EveryManifestWeShipIsGood) {
  int seen = 0;
  const std::filesystem::path root = std::filesystem::path(TAILRACE_SOURCE_DIR) / "fixtures/sut";
  for (const auto& sdk : std::filesystem::directory_iterator(root)) {
    if (!sdk.is_directory()) continue;
    for (const auto& file : std::filesystem::directory_iterator(sdk)) {
      if (!file.is_regular_file()) continue;
      std::ifstream text(file.path());
      const std::string whole{std::istreambuf_iterator<char>(text), {}};
      if (whole.find("tailrace.manifest/1") == std::string::npos) continue;
      ++seen;
      const auto manifest = load_manifest(file.path().string());
      EXPECT_TRUE(manifest) << manifest.error().what;
    }
  }
  EXPECT_GT(seen, 0);
}

TEST(Manifest, ACommandLineGetsTheDefaults) {
  const Manifest manifest = manifest_for_command(Side::kClient, {"client", "--fast"});
  EXPECT_EQ(manifest.role, Side::kClient);
  EXPECT_EQ(manifest.start, (std::vector<std::string>{"client", "--fast"}));
  EXPECT_EQ(manifest.endpoint, "/mcp");
  EXPECT_EQ(manifest.folder, "");
}

}  // namespace
}  // namespace tailrace
