// SPDX-License-Identifier: Apache-2.0
// `tailrace pcap` as a user runs it, on every labelled capture: the verdict, the findings asked for
// and those that would be false, and the sum of every exchange to the nanosecond.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>
#include <sstream>
#include <string>

#include "harness/cli/program.h"
#include "harness/wire/json.h"

namespace tailrace {
namespace {

const std::string kFolder = std::string(TAILRACE_SOURCE_DIR) + "/fixtures/captures/";

bool any_failed(const Json& report) {
  const auto& scenarios = report["scenarios"].items();
  return std::any_of(scenarios.begin(), scenarios.end(),
                     [](const Json& row) { return row["verdict"].as_string() == "fail"; });
}

Json report_of(const Workshop& workshop, const std::string& file, int status) {
  const Ran ran = workshop.run("{tailrace} pcap '" + file + "' --format json");
  auto json = parse_json(ran.out);
  EXPECT_TRUE(json) << file;
  if (!json) return Json();
  EXPECT_EQ(ran.status, any_failed(*json) ? 1 : status) << file << ran.err;
  return *json;
}

std::string with_dashes(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

std::set<std::string> told_by(const Json& report) {
  std::set<std::string> told;
  for (const Json& finding : report["findings"].items()) {
    told.insert(finding["kind"].as_string());
    for (const auto& [name, value] : finding.members()) {
      if (value.as_bool()) told.insert(with_dashes(name));
    }
  }
  return told;
}

void expect_exact_sums(const Json& report, const std::string& file) {
  for (const Json& exchange : report["exchanges"].items()) {
    std::int64_t sum = 0;
    for (const auto& [cause, nanos] : exchange["causes_ns"].members()) {
      EXPECT_GE(nanos.as_int(), 0) << file << " " << cause;
      sum += nanos.as_int();
    }
    EXPECT_EQ(sum, exchange["ns"].as_int()) << file << " " << exchange["index"].as_int();
  }
}

// Exit 1 only for what is proven; what explains exits 0.
int expected_status(const std::string& verdict) {
  if (verdict == "insufficient-evidence") return 3;
  return verdict == "nagle-delayed-ack" ? 1 : 0;
}

TEST(Pcap, EveryLabelledCaptureGetsItsVerdict) {
  const Workshop workshop;
  const auto labels = parse_json(Workshop::read(kFolder + "labels.json"));
  ASSERT_TRUE(labels);
  for (const Json& label : (*labels)["captures"].items()) {
    const std::string& file = label["file"].as_string();
    const std::string& verdict = label["verdict"].as_string();
    const Json report = report_of(workshop, kFolder + file, expected_status(verdict));
    EXPECT_EQ(report["verdict"].as_string(), verdict) << file;
    const auto told = told_by(report);
    for (const Json& wanted : label["must_report"].items()) {
      EXPECT_TRUE(told.contains(with_dashes(wanted.as_string()))) << file << " " << to_text(wanted);
    }
    for (const Json& wrong : label["must_not_report"].items()) {
      EXPECT_FALSE(told.contains(wrong.as_string())) << file << " " << to_text(wrong);
    }
    expect_exact_sums(report, file);
  }
}

// Their true stalls are those of the writes' times, and what left at both ends; where a proxy only
// forwards what another server held, nobody can be sure, and the exit status says so.
TEST(Pcap, EveryPathIsToldAsItWas) {
  const std::string folder = kFolder + "paths/";
  const auto labels = parse_json(Workshop::read(folder + "paths.json"));
  ASSERT_TRUE(labels);
  const Workshop workshop;
  for (const Json& capture : (*labels)["captures"].items()) {
    const std::string file = capture["file"].as_string();
    const int status = static_cast<int>(capture["status"].as_int());
    const Json report = report_of(workshop, folder + file, status);
    EXPECT_EQ(report["verdict"].as_string(), capture["verdict"].as_string()) << file;
    expect_exact_sums(report, file);
    if (capture.find("stalls") == nullptr) continue;
    std::set<std::int64_t> told, held;
    for (const Json& finding : report["findings"].items()) {
      if (finding["kind"].as_string() != "nagle-delayed-ack") continue;
      told.insert(finding["release_frame"].as_int());
    }
    for (const Json& frame : capture["stalls"].items()) held.insert(frame.as_int());
    EXPECT_EQ(told, held) << file;
  }
}

TEST(Pcap, WhatCannotBeReadIsNamed) {
  const Workshop workshop;
  Workshop::write(workshop.path("no.pcap"), "this is no capture");
  const Ran ran = workshop.run("{tailrace} pcap no.pcap");
  EXPECT_EQ(ran.status, 2);
  EXPECT_NE(ran.err.find("no.pcap"), std::string::npos) << ran.err;
  EXPECT_EQ(workshop.run("{tailrace} pcap /nowhere.pcap").status, 2);
  EXPECT_EQ(workshop.run("{tailrace} pcap").status, 2);
}

// It is of the words, not of a file: said once, before any file is read or a folder made.
TEST(Pcap, AFilterThatDoesNotCompileIsSaidOnce) {
  const Workshop workshop;
  const std::string capture = kFolder + "nagle-server-2writes-lo4.pcap";
  const Ran ran = workshop.run("{tailrace} pcap --filter 'prt 80' --out told --no-join " + capture +
                               " " + capture + " /nowhere.pcap");
  EXPECT_EQ(ran.status, 2);
  const std::string begin = "tailrace: filter 'prt 80': ";
  EXPECT_TRUE(ran.err.starts_with(begin)) << ran.err;
  EXPECT_EQ(ran.err.find("tailrace:", 1), std::string::npos) << ran.err;
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(workshop.run("ls told").status, 2) << "a name that the next attempt may not have";
}

TEST(Pcap, TheConsoleNamesTheHolderTheDelayerAndTheCure) {
  const Workshop workshop;
  const Ran ran = workshop.run("{tailrace} pcap " + kFolder + "nagle-server-2writes-lo4.pcap");
  EXPECT_EQ(ran.status, 1);
  for (const char* words : {"nagle-delayed-ack", "15 waits", "The server writes", "client's kernel",
                            "TCP_NODELAY", "16 exchanges", "POST tools/call say_hello",
                            "\nin Wireshark: --annotate told.pcapng\nas a page: --out told"}) {
    EXPECT_NE(ran.out.find(words), std::string::npos) << words << "\n" << ran.out;
  }
}

TEST(Pcap, TheConsoleNamesEachHolderAndItsCure) {
  const Workshop workshop;
  Ran ran = workshop.run("{tailrace} pcap " + kFolder + "nagle-both-sides-lo4.pcap");
  std::ranges::replace(ran.out, '\n', ' ');
  for (const char* words : {"by the client of 127.0.0.1:", "(7 times), by the server 127.0.0.1:",
                            "Cure at the server: set TCP_NODELAY on accepted sockets"}) {
    EXPECT_NE(ran.out.find(words), std::string::npos) << words << "\n" << ran.out;
  }
}

// Behind a proxy the other leg may have held it.
TEST(Pcap, ThatNothingHeldDataIsSaidOfTheConnectionThatWasSeen) {
  const Ran ran = Workshop().run("{tailrace} pcap " + kFolder + "server-think-40ms-lo4.pcap");
  EXPECT_EQ(ran.status, 0);
  EXPECT_NE(ran.out.find("nothing held its data on this connection"), std::string::npos) << ran.out;
}

TEST(Pcap, FitsATerminal) {
  const Workshop workshop;
  for (const char* name : {"nagle-server-sse-3writes-lo4", "mixed-connections-lo4"}) {
    const Ran ran = workshop.run("COLUMNS=80 {tailrace} pcap " + kFolder + name + ".pcap");
    std::istringstream lines(ran.out);
    lines.ignore(std::numeric_limits<std::streamsize>::max(), '\n');  // It names the file.
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
    EXPECT_NE(ran.out.find("\n  frame      took  "), std::string::npos) << ran.out;
  }
}

TEST(Pcap, TwoThreadsSayWhatOneSays) {
  const Workshop workshop;
  for (const char* name : {"think-then-held-lo4", "stale-connection-silent-fallback-lo4",
                           "tls-nagle-server-2writes-lo4", "zero-window-lo4", "syn-lost-lo4"}) {
    const std::string words = "{tailrace} pcap '" + kFolder + name + ".pcap' --format json";
    const Ran one = workshop.run(words + " --threads 1");
    const Ran two = workshop.run(words + " --threads 2");
    EXPECT_EQ(one.out, two.out) << name;
    EXPECT_EQ(one.status, two.status) << name;
    EXPECT_FALSE(one.out.empty()) << name;
  }
}

}  // namespace
}  // namespace tailrace
