// SPDX-License-Identifier: Apache-2.0
// `tailrace pcap --follow` and `--interface` as a user runs them: told as they go on, explained in
// the end when a signal comes.
#include <gtest/gtest.h>

#include <cstring>
#include <iostream>

#include "harness/capture/live_capture.h"
#include "harness/cli/program.h"
#include "harness/wire/json.h"

namespace tailrace {
namespace {

const std::string kCapture =
    std::string(TAILRACE_SOURCE_DIR) + "/fixtures/captures/nagle-server-2writes-lo4.pcap";

// Waits until a line of standard error has the words, for at most a minute.
std::string until(const std::string& words) {
  return "timeout 60 tail -n +1 -F err.txt 2>/dev/null | grep -q -m1 '" + words + "'\n";
}

Ran ended_by(const std::string& signal, const Workshop& workshop, const std::string& arguments,
             const std::string& meanwhile) {
  Workshop::write(workshop.path("err.txt"), "");
  // With job control, since without it a shell has its background ignore SIGINT.
  Workshop::write(workshop.path("run.sh"),
                  "set -m\n\"$1\" pcap " + arguments + " --format json >out.txt 2>err.txt &\n" +
                      "tailrace=$!\n" + meanwhile + "kill -" + signal +
                      " $tailrace\nwait $tailrace\nstatus=$?\ncat out.txt\ncat err.txt >&2\n"
                      "exit $status\n");
  return workshop.run("bash run.sh {tailrace}");
}

TEST(PcapLive, AFollowedFileIsExplainedAsItStandsWhenASignalComes) {
  const Workshop workshop;
  const std::string whole = Workshop::read(kCapture);
  constexpr std::size_t kFirstPart = 5000;  // Ends inside a record.
  for (const std::string signal : {"INT", "TERM"}) {
    Workshop::write(workshop.path("growing.pcap"), whole.substr(0, kFirstPart));
    Workshop::write(workshop.path("rest"), whole.substr(kFirstPart));
    const Ran ran = ended_by(signal, workshop, "--follow growing.pcap",
                             until("^[1-9][0-9]* packets") + "cat rest >>growing.pcap\n" +
                                 until("^87 packets.* waits for a delayed ACK, the last 4"));
    EXPECT_EQ(ran.status, 1) << ran.err;
    EXPECT_EQ(ran.out, workshop.run("{tailrace} pcap growing.pcap --format json").out);
  }
}

// As tcpdump -C 1 -W 2 writes: two files in turn, the oldest written over.
TEST(PcapLive, AFollowedRingGoesOnInItsNextFile) {
  const Workshop workshop;
  const std::string whole = Workshop::read(kCapture);
  constexpr std::size_t kHead = 24;
  const std::string head = whole.substr(0, kHead);
  constexpr std::size_t kAbout = 5000;
  std::size_t at = kHead;
  while (at < kAbout) {
    std::uint32_t size = 0;
    std::memcpy(&size, whole.data() + at + 8, sizeof size);
    at += 16 + size;
  }
  Workshop::write(workshop.path("ring.pcap1"), head + whole.substr(at));  // Of the round before.
  ASSERT_EQ(workshop.run("touch -d '1 minute ago' ring.pcap1").status, 0);
  Workshop::write(workshop.path("old"), whole.substr(kHead, at - kHead));
  Workshop::write(workshop.path("new"), head + whole.substr(at));
  Workshop::write(workshop.path("ring.pcap0"), head);
  const Ran ran = ended_by(
      "INT", workshop, "--follow ring.pcap0",
      "cat old >>ring.pcap0\n" + until("^[1-9][0-9]* packets") +
          "cat new >ring.pcap1\n" + until("^87 packets.* waits for a delayed ACK, the last 4"));
  EXPECT_EQ(ran.status, 1) << ran.err;
  const auto report = parse_json(ran.out);
  ASSERT_TRUE(report) << ran.out;
  EXPECT_EQ((*report)["frames"].as_int(), 87);
  EXPECT_EQ((*report)["files"].items().size(), 2U);
  EXPECT_EQ((*report)["capture"]["stalls"].as_int(), 15);
}

// Cut and written from the start, or another file under its name: both are read.
TEST(PcapLive, AFollowedFileThatIsBegunAnewIsReadAnew) {
  for (const std::string anew : {"cat other >ring.pcap", "mv other ring.pcap"}) {
    const Workshop workshop;
    Workshop::write(workshop.path("ring.pcap"), Workshop::read(kCapture));
    Workshop::write(workshop.path("other"), Workshop::read(kCapture).substr(0, 5000));
    const Ran ran = ended_by("INT", workshop, "--follow ring.pcap",
                             until("^87 packets") + anew + "\n" + until("^[0-9]\\{3\\} packets"));
    EXPECT_EQ(ran.status, 1) << ran.err;
    EXPECT_NE(ran.out.find("begun anew while it was followed, and read 2 times"),
              std::string::npos)
        << ran.out;
  }
}

TEST(PcapLive, AFileThatEndsInsideARecordIsNotCutWhileItIsFollowed) {
  const Workshop workshop;
  Workshop::write(workshop.path("growing.pcap"), Workshop::read(kCapture).substr(0, 5000));
  const Ran ran = ended_by("INT", workshop, "--follow growing.pcap", until("packets"));
  EXPECT_EQ(ran.status, 1) << ran.err;
  EXPECT_EQ(ran.out.find("truncated-file"), std::string::npos);
}

TEST(PcapLive, WhatPassesAnInterface) {
  if (auto may = capture_rights("lo"); !may) {
    std::cout << "not tested: " << may.error().what << "\n";
    return;
  }
  const Workshop workshop;
  // Nobody listens on port 1: a SYN and a reset.
  const Ran ran = ended_by("INT", workshop, "--interface lo --filter 'tcp port 1'",
                           until("^0 packets") + "(exec 3<>/dev/tcp/127.0.0.1/1) 2>/dev/null\n" +
                               until("^[1-9][0-9]* packets"));
  const auto report = parse_json(ran.out);
  ASSERT_TRUE(report) << ran.out << ran.err;
  EXPECT_GE((*report)["frames"].as_int(), 2);
  EXPECT_EQ((*report)["file"].as_string(), "interface lo");
}

TEST(PcapLive, WordsThatDoNotFitAreNamed) {
  const Workshop workshop;
  for (const char* words :
       {"", "--interface", "--interface no-such-interface", "--interface lo a.pcap",
        "--follow", "--follow a.pcap b.pcap", "--follow -", "--follow /nowhere.pcap",
        "--follow .", "--interface lo --follow a.pcap", "--interface lo --annotate a.pcapng"}) {
    const Ran ran = workshop.run(std::string("{tailrace} pcap ") + words);
    EXPECT_EQ(ran.status, 2) << words;
    EXPECT_NE(ran.err, "") << words;
  }
}

}  // namespace
}  // namespace tailrace
