// SPDX-License-Identifier: Apache-2.0
#include "harness/record/run_record.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace tailrace {
namespace {

namespace fs = std::filesystem;

// Every member holds something that no default gives.
RunRecord full_record() {
  Finding finding{"stream_ends",
                  Level::kHarm,
                  "harm.open_streams",
                  {"SH-CLOSE-02"},
                  "it ends",
                  "it stays",
                  "no end is ever written",
                  "end it",
                  {{Nanos{-5}, "client", "POST", false},
                   {Nanos{5'000'000'000}, "harness", "nothing \"for\" 5 s\n\x7F", true}}};
  finding.breaks_must = true;
  ScenarioResult result;
  result.id = "stream_closure.server_ends_stream_after_result";
  result.title = "Does the stream end?";
  result.revision = "2025-06-18";
  result.mode = "stateless";
  result.role = "server";
  result.verdict = Verdict::kFail;
  result.reason = "for a reason";
  result.requirements = {"SH-CLOSE-02", "SH-CLOSE-07"};
  Finding note;
  note.check = "other";
  result.findings = {finding, note};
  result.measurements = {{"calls", "20"}};
  result.ms = 12.25;
  result.repeat = 3;
  result.frames = 4'000'000'000'000;
  result.history = "histories/a.jsonl";
  result.shard = "2/3";
  result.command = "tailrace server --only a -- ./b";
  result.baseline = "expected";
  result.baseline_reason = "known";
  return {"0.1.0",
          "server",
          "sdk",
          "1.2",
          "-- ./b",
          "full",
          "own",
          "captured",
          "2026-01-02T03:04:05Z",
          "77", "--tool x",
          {"1/3", "2/3"},
          {"3/3"}, 4,
          99.5,
          {result, result},
          {{"a.b", "2025-06-18", "was mended"}},
          {"a.c: not chosen"},
          Json(Json::Object{{"schema", "tailrace.capture/1"}})};
}

std::string file_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The schema's complaint about `json`, "" where it has none.
std::string schema_complaint(const std::string& json) {
  const std::string text =
      file_text(fs::path(TAILRACE_SOURCE_DIR) / "harness/record/results.schema.json");
  rapidjson::Document schema_json, document;
  if (schema_json.Parse(text.c_str(), text.size()).HasParseError()) return "the schema is no JSON";
  if (document.Parse(json.c_str(), json.size()).HasParseError()) return "this is no JSON";
  const rapidjson::SchemaDocument schema(schema_json);
  rapidjson::SchemaValidator validator(schema);
  if (document.Accept(validator)) return "";
  rapidjson::StringBuffer where;
  validator.GetInvalidDocumentPointer().StringifyUriFragment(where);
  return std::string(where.GetString()) + ": " + validator.GetInvalidSchemaKeyword();
}

Json parsed(const std::string& text) {
  auto json = parse_json(text);
  EXPECT_TRUE(json) << text;
  return json ? *json : Json();
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(RunRecord, EveryMemberComesBack) {
  const Json json = to_json(full_record());
  const auto back = run_record_from(parsed(to_pretty_text(json)));
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(to_text(to_json(*back)), to_text(json));
  EXPECT_EQ(back->scenarios[1].findings[0].evidence[1].at, Nanos{5'000'000'000});
  EXPECT_TRUE(back->scenarios[1].findings[0].evidence[1].gap);
  EXPECT_EQ(back->scenarios[0].frames, 4'000'000'000'000U);
  EXPECT_EQ(back->scenarios[0].repeat, 3);
  EXPECT_EQ(back->stale[0].reason, "was mended");
}

TEST(RunRecord, FullAndEmptyRecordsKeepToTheSchema) {
  EXPECT_EQ(schema_complaint(to_text(to_json(full_record()))), "");
  RunRecord empty;
  empty.role = "client";
  empty.network = "host";
  empty.profile = "safe";
  EXPECT_EQ(schema_complaint(to_text(to_json(empty))), "");
}

TEST(RunRecord, SchemaKnowsWhatTheReaderKnows) {
  const std::string good = to_text(to_json(full_record()));
  const std::pair<const char*, const char*> damages[] = {
      {R"("verdict":"fail")", R"("verdict":"failed")"},
      {R"("level":"harm")", R"("level":"worse")"},
      {R"("at_ns":5000000000)", R"("at_ns":"soon")"},
      {R"("frames":4000000000000)", R"("frames":-1)"},
      {R"("repeat":3)", R"("repeat":0)"},
      {R"(["SH-CLOSE-02","SH-CLOSE-07"])", R"([1])"},
      {R"("observed":"it stays")", R"("observed":null)"},
      {R"("tailrace.results/1")", R"("tailrace.results/2")"},
  };
  for (const auto& [from, to] : damages) {
    const std::string bad = replaced(good, from, to);
    EXPECT_NE(schema_complaint(bad), "") << to;
    EXPECT_FALSE(run_record_from(parsed(bad))) << to;
  }
}

TEST(RunRecord, ErrorsNameThePathOfTheMember) {
  const std::string good = to_text(to_json(full_record()));
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {R"("verdict":"fail")", R"("verdict":1)", "scenarios[0].verdict"},
      {R"("level":"note")", R"("level":"")", "scenarios[0].findings[1].level"},
      {R"("actor":"harness")", R"("actor":[])", "scenarios[0].findings[0].evidence[1].actor"},
      {R"("value":"20")", R"("value":20)", "scenarios[0].measurements[0].value"},
      {R"("SH-CLOSE-07")", R"({})", "scenarios[0].requirements[1]"},
      {R"("scenarios":[)", R"("others":[)", "scenarios"},
      {R"("role":"server","source")", R"("source")", "implementation.role"},
      {R"("not_asked":["a.c: not chosen"])", R"("not_asked":"a")", "not_asked"},
      {R"({"id":"a.b",)", R"({)", "stale_baseline[0].id"},
  };
  for (const auto& [from, to, path] : cases) {
    const auto record = run_record_from(parsed(replaced(good, from, to)));
    ASSERT_FALSE(record) << to;
    EXPECT_NE(record.error().what.find("'" + std::string(path) + "'"), std::string::npos)
        << record.error().what;
  }
}

TEST(RunRecord, UnknownMembersAndMissingOptionalOnesAreFine) {
  const auto record = run_record_from(parsed(R"({
    "schema": "tailrace.results/1", "tool": {"version": "9", "build": {}}, "later": [1],
    "implementation": {"role": "client"},
    "scenarios": [{"id": "a.b", "revision": "2026-07-28", "mode": "default", "role": "client",
                   "verdict": "pass", "later": true}]})"));
  ASSERT_TRUE(record) << record.error().what;
  ASSERT_EQ(record->scenarios.size(), 1U);
  EXPECT_EQ(record->scenarios[0].repeat, 1);
  EXPECT_EQ(record->scenarios[0].verdict, Verdict::kPass);
}

TEST(RunRecord, WhateverTheFileHoldsIsAnError) {
  for (const char* text : {"[]", "null", "{}", R"({"schema": 1})", R"({"schema":"\u001b[2J/1"})",
                           R"({"schema": "tailrace.results/1", "scenarios": {}, "tool": []})"}) {
    const auto record = run_record_from(parsed(text));
    ASSERT_FALSE(record) << text;
    EXPECT_EQ(record.error().what.find('\x1b'), std::string::npos);
  }
}

class RunRecordFile : public testing::Test {
 protected:
  RunRecordFile() { fs::create_directories(folder_); }
  ~RunRecordFile() override { fs::remove_all(folder_); }

  const fs::path folder_ =
      fs::path(testing::TempDir()) /
      (std::string("run_record_") + testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(RunRecordFile, SavedRecordsLoadAndReplaceOlderOnes) {
  RunRecord record = full_record();
  ASSERT_TRUE(save_run_record(RunRecord{}, folder_));
  ASSERT_TRUE(save_run_record(record, folder_));
  const auto back = load_run_record(folder_);
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(to_text(to_json(*back)), to_text(to_json(record)));
  const auto files = std::distance(fs::directory_iterator(folder_), fs::directory_iterator());
  EXPECT_EQ(files, 1) << "the temporary file was left behind";
}

TEST_F(RunRecordFile, TroubleNamesTheFile) {
  const auto absent = load_run_record(folder_);
  ASSERT_FALSE(absent);
  EXPECT_NE(absent.error().what.find("results.json"), std::string::npos);
  std::ofstream(folder_ / "results.json") << "{\"schema\": ";
  const auto cut = load_run_record(folder_);
  ASSERT_FALSE(cut);
  EXPECT_NE(cut.error().what.find("results.json"), std::string::npos);
  EXPECT_FALSE(save_run_record(RunRecord{}, folder_ / "no_such_folder"));
}

TEST(RunRecordNames, EachNameLeadsBack) {
  for (const char* name :
       {"pass", "warn", "fail", "not_applicable", "inconclusive", "harness_error"}) {
    ASSERT_TRUE(verdict_of(name)) << name;
    EXPECT_EQ(name_of(*verdict_of(name)), name);
  }
  for (const char* name : {"must", "harm", "should", "note"}) {
    ASSERT_TRUE(level_of(name)) << name;
    EXPECT_EQ(name_of(*level_of(name)), name);
  }
  EXPECT_FALSE(verdict_of("Pass"));
  EXPECT_FALSE(level_of(""));
}

}  // namespace
}  // namespace tailrace
