// SPDX-License-Identifier: Apache-2.0
// One capture in several files, and every link type by the number that files have for it.
#include "harness/capture/capture_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "harness/capture/pcap_writer.h"
#include "harness/flow/made_packet.h"
#include "harness/flow/segment.h"

namespace tailrace {
namespace {

using namespace std::literals;
using Groups = std::vector<std::vector<std::string>>;

class CaptureFolder : public testing::Test {
 protected:
  CaptureFolder() { std::filesystem::create_directory(folder); }
  ~CaptureFolder() override { std::filesystem::remove_all(folder); }

  std::string write(const std::string& name, std::vector<int> seconds) const {
    auto writer = PcapWriter::create(folder + name, 1);
    EXPECT_TRUE(writer);
    for (const int second : seconds) {
      const std::string bytes = name + "@" + std::to_string(second);
      writer->add({std::chrono::seconds(second)}, static_cast<std::uint32_t>(bytes.size()),
                  std::as_bytes(std::span(bytes)));
    }
    return folder + name;
  }
  static std::vector<std::string> read(CaptureFiles& files) {
    std::vector<std::string> seen;
    for (;;) {
      const auto packet = files.next();
      if (!packet || !*packet) return seen;
      seen.push_back(std::to_string((*packet)->frame.value) + " " +
                     std::string(reinterpret_cast<const char*>((*packet)->bytes.data()),
                                 (*packet)->bytes.size()));
    }
  }

  const std::string folder =
      testing::TempDir() + "tailrace_files_" + std::to_string(::getpid()) + "/";
};

TEST_F(CaptureFolder, ARingIsReadFromItsOldestFileOn) {
  const std::vector<std::string> paths = {write("r0", {50, 60}), write("r1", {}),
                                          write("r2", {30, 31}), write("r3", {40})};
  const auto files = CaptureFiles::open(paths, "");
  ASSERT_TRUE(files);
  const std::vector<std::string> wanted = {"1 r2@30", "2 r2@31", "3 r3@40", "4 r0@50", "5 r0@60"};
  EXPECT_EQ(read(**files), wanted);
  EXPECT_FALSE((*files)->truncated());
  const auto& parts = (*files)->parts();
  ASSERT_EQ(parts.size(), 4U);
  EXPECT_EQ(parts[2].path, paths[3]);
  EXPECT_EQ(parts[2].first.value, 3U);
  EXPECT_EQ(parts[3].frames, 2U);
}

TEST_F(CaptureFolder, AFileCutInTheMiddleOfSeveralIsTold) {
  const std::vector<std::string> paths = {write("a", {1, 2}), write("b", {3, 4})};
  std::filesystem::resize_file(paths[0], std::filesystem::file_size(paths[0]) - 1);
  const auto files = CaptureFiles::open(paths, "");
  ASSERT_TRUE(files);
  const std::vector<std::string> wanted = {"1 a@1", "2 b@3", "3 b@4"};
  EXPECT_EQ(read(**files), wanted);
  EXPECT_TRUE((*files)->truncated());
}

TEST_F(CaptureFolder, CapturesOfTwoPlacesAreNotOne) {
  for (const int second : {4, 3}) {
    const auto files = CaptureFiles::open({write("a", {1, 3}), write("b", {second - 1, 6})}, "");
    ASSERT_TRUE(files);
    EXPECT_EQ(read(**files).size(), 4U);
    EXPECT_EQ((*files)->overlap(), second == 4 ? "" : folder + "a and " + folder + "b");
  }
}

TEST_F(CaptureFolder, WhatCannotBeReadIsNamed) {
  const auto files = CaptureFiles::open({write("a", {1}), folder + "none"}, "");
  ASSERT_FALSE(files);
  EXPECT_NE(files.error().what.find("none"), std::string::npos);
  EXPECT_FALSE(CaptureFiles::open({write("a", {1}), "-"}, ""));
  EXPECT_FALSE(CaptureFiles::open({write("a", {1})}, "no such filter"));
}

TEST(GroupedByCapture, AsTcpdumpNamesTheFilesOfOneCapture) {
  EXPECT_EQ(grouped_by_capture({"a.pcap", "a.pcap1", "a.pcap2"}),
            (Groups{{"a.pcap", "a.pcap1", "a.pcap2"}}));
  EXPECT_EQ(grouped_by_capture({"d/a.pcap00", "d/a.pcap01.gz", "e/a.pcap02"}),
            (Groups{{"d/a.pcap00", "d/a.pcap01.gz"}, {"e/a.pcap02"}}));
  EXPECT_EQ(grouped_by_capture({"a1.pcap", "a2.pcap", "run1", "run2", ".x1", ".x2"}),
            (Groups{{"a1.pcap"}, {"a2.pcap"}, {"run1"}, {"run2"}, {".x1"}, {".x2"}}));
  EXPECT_EQ(grouped_by_capture({"a.pcap", "a.pcap"}), (Groups{{"a.pcap"}, {"a.pcap"}}));
  EXPECT_EQ(grouped_by_capture({"-"}), (Groups{{"-"}}));
}

// LINKTYPE_... of pcap files, and what stands before the IP header on such a link.
struct Link {
  std::uint32_t number;
  std::string name, before;
};

const std::vector<Link>& links() {
  static const std::vector<Link> kLinks = {
      {0, "NULL", "\x02\0\0\0"s},
      {1, "Ethernet", std::string(12, 'm') + "\x08\0"s},
      {1, "802.1Q", std::string(12, 'm') + "\x81\0\0\x05\x08\0"s},
      {1, "802.1ad", std::string(12, 'm') + "\x88\xa8\0\x05\x81\0\0\x06\x08\0"s},
      {101, "RAW", ""},
      {108, "LOOP", "\0\0\0\x02"s},
      {1, "802.1ad before its number", std::string(12, 'm') + "\x91\0\0\x05\x08\0"s},
      {113, "LINUX_SLL", std::string(14, 's') + "\x08\0"s},
      {228, "IPV4", ""},
      {276, "LINUX_SLL2", "\x08\0"s + std::string(18, 's')},
      {276, "LINUX_SLL2, two tags",
       "\x81\0"s + std::string(18, 's') + "\0\x05\x81\0\0\x06\x08\0"s},
  };
  return kLinks;
}

TEST_F(CaptureFolder, EveryLinkTypeIsKnownByItsNumber) {
  MadeSegment made;
  made.payload = "ping";
  for (const Link& link : links()) {
    for (const bool v6 : {false, true}) {
      std::string before = link.before;
      // Behind a type of IPv4 stands IPv4; the others look at the version.
      const auto type = before.rfind("\x08\0"s);
      if (v6 && type != std::string::npos) before.replace(type, 2, "\x86\xdd");
      if (v6 && link.number == 228) continue;
      const std::string bytes = before + (v6 ? ipv6_of(made) : ipv4_of(made));
      {
        auto writer = PcapWriter::create(folder + "link", link.number);
        ASSERT_TRUE(writer);
        writer->add({}, static_cast<std::uint32_t>(bytes.size()), std::as_bytes(std::span(bytes)));
      }
      auto file = PcapFile::open(folder + "link");
      ASSERT_TRUE(file) << link.name;
      const auto packet = (*file)->next();
      ASSERT_TRUE(packet && *packet) << link.name;
      const auto segment = decode_segment(**packet);
      ASSERT_TRUE(segment) << link.name << v6;
      EXPECT_EQ(segment->payload, "ping") << link.name << v6;
      EXPECT_EQ(segment->source.is_v4(), !v6) << link.name;
      if (link.name.starts_with("802.1") || link.name.ends_with("tags")) continue;
      auto filtered = PcapFile::open(folder + "link");  // Of tags it has to say so: "vlan and".
      const std::string to_server = "tcp dst port " + std::to_string(made.server_port);
      ASSERT_TRUE(filtered && (*filtered)->filter(to_server));
      const auto taken = (*filtered)->next();
      EXPECT_TRUE(taken && *taken) << link.name << v6;
    }
  }
}

}  // namespace
}  // namespace tailrace
