// SPDX-License-Identifier: Apache-2.0
// The JSON of `tailrace pcap` and of its run folder against the schemas in the repository, over
// every labelled capture; and that the schema refuses what is no such report.
#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>

#include "harness/cli/program.h"
#include "harness/wire/json.h"

namespace tailrace {
namespace {

const std::string kSource = TAILRACE_SOURCE_DIR;
const std::string kFolder = kSource + "/fixtures/captures/";

class Schema {
 public:
  explicit Schema(const std::string& name) {
    const std::string text = Workshop::read(kSource + "/harness/record/" + name);
    EXPECT_FALSE(json_.Parse(text.c_str(), text.size()).HasParseError()) << name;
    schema_ = std::make_unique<rapidjson::SchemaDocument>(json_);
  }
  // The complaint about `json`, "" where there is none.
  std::string complaint(const Json& json) const {
    rapidjson::Document document;
    const std::string text = to_text(json);
    document.Parse(text.c_str(), text.size());
    rapidjson::SchemaValidator validator(*schema_);
    if (document.Accept(validator)) return "";
    rapidjson::StringBuffer where;
    validator.GetInvalidDocumentPointer().StringifyUriFragment(where);
    return std::string(where.GetString()) + ": " + validator.GetInvalidSchemaKeyword();
  }

 private:
  rapidjson::Document json_;
  std::unique_ptr<rapidjson::SchemaDocument> schema_;
};

Json parsed(const std::string& text) {
  auto json = parse_json(text);
  EXPECT_TRUE(json) << text.substr(0, 200);
  return json ? *json : Json();
}

std::vector<std::string> labelled_files() {
  std::vector<std::string> files;
  const Json labels = parsed(Workshop::read(kFolder + "labels.json"));
  for (const Json& label : labels["captures"].items()) {
    files.push_back(kFolder + label["file"].as_string());
  }
  EXPECT_EQ(files.size(), 58U);
  return files;
}

TEST(PcapSchema, EveryLabelledCaptureKeepsToIt) {
  const Workshop workshop;
  const Schema schema("capture.schema.json");
  std::string all;
  for (const std::string& file : labelled_files()) all += " " + file;
  const std::string text = workshop.run("{tailrace} pcap --format json" + all).out;
  const Json reports = parsed(text);
  EXPECT_TRUE(text == to_pretty_text(reports)) << "it is written piece by piece";
  EXPECT_EQ(reports.items().size(), 58U);
  for (const Json& report : reports.items()) {
    EXPECT_EQ(schema.complaint(report), "") << report["file"].as_string();
  }
  const Json joined = parsed(
      workshop.run("{tailrace} pcap --join --format json " + kFolder + "nagle-raw-ip.pcap " +
                   kFolder + "nagle-snaplen-96.pcap")
          .out);
  EXPECT_EQ(schema.complaint(joined), "");
  EXPECT_EQ(joined["files"].items().size(), 2U);
}

TEST(PcapSchema, WhatIsNoReportIsRefused) {
  const Workshop workshop;
  const Schema schema("capture.schema.json");
  const Json report = parsed(
      workshop.run("{tailrace} pcap --format json " + kFolder + "nagle-raw-ip.pcap").out);
  EXPECT_EQ(schema.complaint(report), "");
  const auto with = [&](const char* member, Json value) {
    Json changed = report;
    changed.set(member, std::move(value));
    return changed;
  };
  EXPECT_NE(schema.complaint(with("schema", "tailrace.capture/2")), "");
  EXPECT_NE(schema.complaint(with("verdict", "gremlins")), "");
  EXPECT_NE(schema.complaint(with("frames", -1)), "");
  Json finding;
  finding.set("kind", "clean").set("confidence", "certain");
  EXPECT_NE(schema.complaint(with("findings", Json(Json::Array{finding}))), "");
  EXPECT_NE(schema.complaint(Json(Json::Object{})), "");
}

TEST(PcapSchema, TheRunFolderHoldsTheReportAndEveryFormatTellsIt) {
  const Workshop workshop;
  const Schema results("results.schema.json"), capture("capture.schema.json");
  const Ran ran = workshop.run("{tailrace} pcap --out folder " + kFolder +
                               "nagle-server-2writes-lo4.pcap");
  EXPECT_EQ(ran.status, 1) << ran.err;
  const Json record = parsed(Workshop::read(workshop.path("folder/results.json")));
  EXPECT_EQ(results.complaint(record), "");
  EXPECT_EQ(capture.complaint(record["capture"]), "");
  EXPECT_EQ(record["capture"]["verdict"].as_string(), "nagle-delayed-ack");
  for (const char* format : {"console", "json", "junit", "markdown", "html"}) {
    const Ran told = workshop.run(std::string("{tailrace} report folder --format ") + format);
    EXPECT_EQ(told.status, 0) << format << told.err;
    for (const char* words : {"capture.no_call_waits_for_delayed_ack", "in one write"}) {
      EXPECT_NE(told.out.find(words), std::string::npos) << format << " " << words;
    }
  }
  EXPECT_EQ(workshop.run("{tailrace} diff folder folder").status, 0);
  const Ran again = workshop.run("{tailrace} pcap --out folder " + kFolder + "nagle-raw-ip.pcap");
  EXPECT_EQ(again.status, 2) << "a folder that holds a run is not written over";
}

TEST(PcapSchema, SeveralCapturesAreSeveralResults) {
  const Workshop workshop;
  const Ran ran = workshop.run("{tailrace} pcap --out folder " + kFolder + "nagle-raw-ip.pcap " +
                               kFolder + "clean-json-lo4.pcap " + kFolder +
                               "nagle-server-to-client-only.pcap");
  EXPECT_EQ(ran.status, 1);
  const Json record = parsed(Workshop::read(workshop.path("folder/results.json")));
  EXPECT_EQ(Schema("results.schema.json").complaint(record), "");
  EXPECT_EQ(record["capture"].items().size(), 3U);
  std::string verdicts;
  for (const Json& result : record["scenarios"].items()) {
    if (!result["id"].as_string().starts_with("capture.")) continue;  // What checks say beside.
    verdicts += result["verdict"].as_string() + " ";
  }
  EXPECT_EQ(verdicts, "fail pass inconclusive ");
}

}  // namespace
}  // namespace tailrace
