// SPDX-License-Identifier: Apache-2.0
// Every labelled capture, through the file reader and the analyzer, held against what its two
// programs logged; and once more with the payloads cut away, since no stall may hang on content.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "harness/capture/pcap_file.h"
#include "harness/flow/flow_analyzer.h"
#include "harness/flow/segment.h"
#include "harness/wire/json.h"

namespace tailrace {
namespace {

const std::string kFolder = std::string(TAILRACE_SOURCE_DIR) + "/fixtures/captures/";

enum class Payload : std::uint8_t { kKept, kCut };

std::string read_text(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

FlowReport report_of(const std::string& path, Payload payload) {
  FlowAnalyzer analyzer{FlowOptions{}};
  auto file = PcapFile::open(path);
  EXPECT_TRUE(file) << path << (file ? "" : ": " + file.error().what);
  while (file) {
    auto packet = (*file)->next();
    if (!packet || !*packet) break;
    const auto segment = decode_segment(**packet);
    if (payload == Payload::kCut && segment) {
      (*packet)->bytes = (*packet)->bytes.first(segment->header_bytes);
    }
    analyzer.add(**packet);
  }
  return analyzer.finish();
}

std::map<std::int64_t, Stall> stalls_of(const FlowReport& report) {
  std::map<std::int64_t, Stall> stalls;
  for (const ConnectionFlow& connection : report.connections) {
    for (const Stall& stall : connection.stalls) stalls[stall.release_frame.value] = stall;
  }
  return stalls;
}

// What differs between a label and the stall that the analyzer names; "" where nothing does.
std::string difference(const Json& label, const Stall& stall, double slack_ms) {
  std::string told;
  const auto compare = [&](const char* name, const auto& wanted, const auto& found) {
    if (!(wanted == found)) told += fmt::format(" {} {}, not {};", name, found, wanted);
  };
  compare("waiting frame", label["waiting_frame"].as_int(),
          std::int64_t{stall.waiting_frame.value});
  compare("ACK frame", label["ack_frame"].as_int(), std::int64_t{stall.ack_frame.value});
  compare("holder", label["holder"].as_string(), std::string(name_of(stall.holder)));
  compare("delayer", label["ack_delayer"].as_string(), std::string(name_of(stall.ack_delayer)));
  const double wait = std::chrono::duration<double, std::milli>(stall.ack_wait).count();
  if (std::abs(wait - label["ack_wait_ms"].as_double(-1e9)) > slack_ms) {
    told += fmt::format(" ACK wait {} ms, not {};", wait, label["ack_wait_ms"].as_double());
  }
  return told;
}

struct Score {
  std::size_t files = 0, wanted = 0, explained = 0, missed = 0, wrong = 0;
  std::string text() const {
    return fmt::format("{} files: {} of {} stalls explained, {} missed, {} false", files, explained,
                       wanted, missed, wrong);
  }
};

void score_capture(const Json& capture, Payload payload, Score& score) {
  const std::string& name = capture["file"].as_string();
  // One direction alone: what the labels know, packets do not show.
  const bool needed = capture["verdict"].as_string() != "insufficient-evidence";
  const double rtt = capture["path_rtt_ms"].as_double();
  const double slack = rtt < 1 ? 1.0 : 2.0 + rtt / 10;
  const FlowReport report = report_of(kFolder + name, payload);
  EXPECT_EQ(report.segments, static_cast<std::uint64_t>(capture["frames"].as_int())) << name;
  EXPECT_EQ(report.second_copies, capture["second_copies"].items().size()) << name;
  auto found = stalls_of(report);
  ++score.files;
  for (const Json& label : capture["stalls"]["list"].items()) {
    const auto stall = found.extract(label["release_frame"].as_int());
    const bool optional = !needed || !label["pure_ack"].as_bool(true);
    score.wanted += !optional;
    if (!stall) {
      score.missed += !optional;
      EXPECT_TRUE(optional) << name << ": missed the stall that ends at frame "
                            << label["release_frame"].as_int();
      continue;
    }
    const std::string differs = difference(label, stall.mapped(), slack);
    EXPECT_EQ(differs, "") << name << ", frame " << stall.key();
    score.explained += differs.empty() && !optional;
  }
  for (const auto& [frame, stall] : found) {
    ADD_FAILURE() << name << ": no stall ends at frame " << frame;
    ++score.wrong;
  }
}

Score score_all(Payload payload) {
  Score score;
  const auto labels = parse_json(read_text(kFolder + "labels.json"));
  EXPECT_TRUE(labels) << (labels ? "" : labels.error().what);
  if (!labels) return score;
  for (const Json& capture : (*labels)["captures"].items()) score_capture(capture, payload, score);
  return score;
}

TEST(LabelledCaptures, EveryStallIsFoundWithItsFramesAndNoneIsInvented) {
  EXPECT_EQ(score_all(Payload::kKept).text(),
            "58 files: 363 of 363 stalls explained, 0 missed, 0 false");
}

TEST(LabelledCaptures, NoStallHangsOnPayload) {
  EXPECT_EQ(score_all(Payload::kCut).text(),
            "58 files: 363 of 363 stalls explained, 0 missed, 0 false");
}

struct RmcpRow {
  std::string file, verdict;
  std::size_t slow_calls = 0;
};

std::vector<RmcpRow> rmcp_rows() {
  std::vector<RmcpRow> rows;
  std::istringstream table(read_text(kFolder + "rmcp/LABELS.tsv"));
  std::string line;
  std::getline(table, line);
  while (std::getline(table, line)) {
    std::vector<std::string> cells;
    std::istringstream columns(line);
    for (std::string cell; std::getline(columns, cell, '\t');) cells.push_back(cell);
    if (cells.size() != 10) {
      ADD_FAILURE() << "a row of " << cells.size() << " cells: " << line;
      continue;
    }
    rows.push_back({cells[0], cells[9], std::stoul(cells[8])});
  }
  return rows;
}

std::size_t score_rmcp(Payload payload) {
  std::size_t stalls_in_all = 0;
  const auto rows = rmcp_rows();
  EXPECT_EQ(rows.size(), 50U);
  for (const RmcpRow& row : rows) {
    const auto stalls = stalls_of(report_of(kFolder + "rmcp/" + row.file, payload));
    EXPECT_EQ(stalls.size(), row.slow_calls) << row.file;
    EXPECT_EQ(row.verdict, row.slow_calls > 0 ? "STALL" : "no stall") << row.file;
    for (const auto& [frame, stall] : stalls) {
      EXPECT_EQ(stall.holder, Side::kServer) << row.file << ", frame " << frame;
    }
    stalls_in_all += stalls.size();
  }
  return stalls_in_all;
}

TEST(RmcpCaptures, AsManyStallsAsTheClientMeasuredSlowCalls) {
  EXPECT_GT(score_rmcp(Payload::kKept), 0U);
}

TEST(RmcpCaptures, TheSameWithoutPayload) {
  EXPECT_GT(score_rmcp(Payload::kCut), 0U);
}

}  // namespace
}  // namespace tailrace
