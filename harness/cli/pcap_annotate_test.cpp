// SPDX-License-Identifier: Apache-2.0
// `tailrace pcap FILE --annotate OUT`: every packet as it was, with a comment on each that a
// finding names; read back by our own reader, and by tshark where there is one.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "harness/capture/pcap_file.h"
#include "harness/cli/program.h"
#include "harness/wire/json.h"

namespace tailrace {
namespace {

const std::string kFolder = std::string(TAILRACE_SOURCE_DIR) + "/fixtures/captures/";

// The kinds by the frames that they name.
std::map<std::int64_t, std::vector<std::string>> named_frames(const Json& report) {
  std::map<std::int64_t, std::vector<std::string>> named;
  for (const Json& finding : report["findings"].items()) {
    for (const auto& [member, value] : finding.members()) {
      if (!member.ends_with("frame") || !value.is_int()) continue;
      named[value.as_int()].push_back(finding["kind"].as_string());
    }
  }
  return named;
}

// How the file `out` differs from `file` with these comments; "" where it does not.
std::string difference(const std::string& file, const std::string& out,
                       const std::map<std::int64_t, std::vector<std::string>>& named) {
  auto before = PcapFile::open(file), after = PcapFile::open(out);
  if (!before || !after) return "cannot be read";
  for (;;) {
    const auto was = (*before)->next(), is = (*after)->next();
    if (!was || !is) return "an error";
    if (!*was || !*is) return !*was && !*is ? "" : "another number of packets";
    const std::string frame = "frame " + std::to_string((*was)->frame.value) + ": ";
    if ((*was)->time != (*is)->time) return frame + "another time";
    if ((*was)->link != (*is)->link) return frame + "another link type";
    if ((*was)->original_length != (*is)->original_length) return frame + "another length";
    if (!std::ranges::equal((*was)->bytes, (*is)->bytes)) return frame + "other bytes";
    const auto told = (*after)->comments();
    const auto wanted = named.find((*was)->frame.value);
    if ((wanted == named.end()) != told.empty()) return frame + "a comment too many or too few";
    if (wanted == named.end()) continue;
    for (const std::string& kind : wanted->second) {
      const bool is_told = std::ranges::any_of(
          told, [&](const std::string& comment) { return comment.starts_with(kind + ": "); });
      if (!is_told) return frame + "no comment of " + kind;
    }
  }
}

TEST(PcapAnnotate, EachNamedPacketOfEveryLabelledCaptureHasItsComment) {
  const Workshop workshop;
  const auto labels = parse_json(Workshop::read(kFolder + "labels.json"));
  ASSERT_TRUE(labels);
  std::size_t comments = 0;
  for (const Json& label : (*labels)["captures"].items()) {
    const std::string file = kFolder + label["file"].as_string();
    const Ran ran =
        workshop.run("{tailrace} pcap " + file + " --format json --annotate out.pcapng");
    const auto report = parse_json(ran.out);
    ASSERT_TRUE(report) << file << ran.err;
    const auto named = named_frames(*report);
    comments += named.size();
    EXPECT_EQ(difference(file, workshop.path("out.pcapng"), named), "") << file;
  }
  EXPECT_GT(comments, 1000U);
}

TEST(PcapAnnotate, TsharkShowsTheComments) {
  const Workshop workshop;
  if (workshop.run("command -v tshark").status != 0) {
    GTEST_SKIP() << "no tshark is installed, which is not part of the build";
  }
  ASSERT_EQ(workshop.run("{tailrace} pcap " + kFolder +
                         "nagle-server-2writes-lo4.pcap --annotate out.pcapng")
                .status,
            1);
  const Ran ran = workshop.run(
      "tshark -r out.pcapng -Y frame.comment -T fields -e frame.number -e frame.comment");
  EXPECT_EQ(ran.status, 0) << ran.err;
  std::istringstream lines(ran.out);
  std::size_t releases = 0;
  for (std::string line; std::getline(lines, line);) {
    releases += line.find("the data that the server held") != std::string::npos;
  }
  EXPECT_EQ(releases, 15U) << ran.out;
}

TEST(PcapAnnotate, CommentsThatWereThereStayAndASecondTimeChangesNothing) {
  const Workshop workshop;
  const std::string capture = kFolder + "nagle-vlan.pcap";
  EXPECT_EQ(workshop.run("{tailrace} pcap " + capture + " --annotate once.pcapng").status, 1);
  EXPECT_EQ(workshop.run("{tailrace} pcap once.pcapng --annotate twice.pcapng").status, 1);
  const bool same = Workshop::read(workshop.path("once.pcapng")) ==
                    Workshop::read(workshop.path("twice.pcapng"));
  EXPECT_TRUE(same);
}

TEST(PcapAnnotate, WhatCannotBeWrittenIsAnError) {
  const Workshop workshop;
  const std::string capture = kFolder + "nagle-vlan.pcap";
  Workshop::write(workshop.path("own.pcap"), Workshop::read(capture));
  EXPECT_EQ(workshop.run("{tailrace} pcap own.pcap --annotate own.pcap").status, 2);
  EXPECT_EQ(Workshop::read(workshop.path("own.pcap")), Workshop::read(capture));
  EXPECT_EQ(workshop.run("{tailrace} pcap own.pcap --annotate /nowhere/a.pcapng").status, 2);
  EXPECT_EQ(workshop.run("{tailrace} pcap - --annotate a.pcapng < own.pcap").status, 2);
  EXPECT_EQ(workshop.run("{tailrace} pcap own.pcap own.pcap --annotate a.pcapng").status, 2);
}

}  // namespace
}  // namespace tailrace
