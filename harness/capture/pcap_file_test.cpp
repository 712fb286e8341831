// SPDX-License-Identifier: Apache-2.0
#include "harness/capture/pcap_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <sstream>
#include <vector>

#include "harness/capture/pcap_writer.h"
#include "harness/flow/segment.h"

namespace tailrace {
namespace {

using namespace std::literals;

constexpr std::uint32_t kEthernetLink = 1;  // LINKTYPE_ETHERNET

// A file of this test's own, gone when it is over.
class OwnFile {
 public:
  OwnFile()
      : path_(testing::TempDir() + "tailrace_pcap_" + std::to_string(::getpid()) + "_" +
              testing::UnitTest::GetInstance()->current_test_info()->name()) {}
  ~OwnFile() { ::unlink(path_.c_str()); }
  OwnFile(const OwnFile&) = delete;
  OwnFile& operator=(const OwnFile&) = delete;

  const std::string& path() const { return path_; }
  void hold(std::string_view bytes) const {
    std::ofstream(path_, std::ios::binary).write(bytes.data(), std::ssize(bytes));
  }
  std::string bytes() const {
    std::ostringstream text;
    text << std::ifstream(path_, std::ios::binary).rdbuf();
    return text.str();
  }

 private:
  std::string path_;
};

std::string why_not(const std::string& path) {
  const auto file = PcapFile::open(path);
  return file ? "" : file.error().what;
}

TEST(PcapFile, WhatIsNoCaptureIsAnErrorThatNamesTheFile) {
  const OwnFile file;
  EXPECT_NE(why_not(file.path()).find(file.path()), std::string::npos) << "missing";
  EXPECT_NE(why_not(file.path()).find("No such file"), std::string::npos) << "missing";
  for (const std::string& bytes : {""s, "\xd4\xc3"s, std::string(1000, 'g'),
                                   "\xd4\xc3\xb2\xa1\x02\x00"s, "{\"schema\": 1}\n"s}) {
    file.hold(bytes);
    const std::string why = why_not(file.path());
    EXPECT_NE(why.find(file.path()), std::string::npos) << bytes.size() << " bytes: " << why;
  }
  EXPECT_NE(why_not(testing::TempDir()), "") << "a folder";
}

struct Contents {
  std::uint32_t frames = 0, undecoded = 0;
  bool truncated = false, went_on = false;
};

Contents read_all(const std::string& path) {
  Contents contents;
  auto file = PcapFile::open(path);
  EXPECT_TRUE(file) << (file ? "" : file.error().what);
  if (!file) return contents;
  for (;;) {
    const auto packet = (*file)->next();
    if (!packet || !*packet) break;
    EXPECT_EQ((*packet)->frame.value, ++contents.frames);
    contents.undecoded += !decode_segment(**packet);
  }
  contents.truncated = (*file)->truncated();
  const auto beyond = (*file)->next();
  contents.went_on = beyond && *beyond;
  return contents;
}

const std::string kFolder = std::string(TAILRACE_SOURCE_DIR) + "/fixtures/captures/";

TEST(PcapFile, ATruncatedFileKeepsWhatCameBefore) {
  const Contents whole = read_all(kFolder + "nagle-server-2writes-lo4.pcap");
  EXPECT_EQ(whole.frames, 87U);
  EXPECT_FALSE(whole.truncated);
  const Contents cut = read_all(kFolder + "nagle-truncated.pcap");
  EXPECT_EQ(cut.frames, 86U);
  EXPECT_TRUE(cut.truncated);
  EXPECT_FALSE(cut.went_on);
}

// The lengths of whole files: the header alone, and each record after it.
std::vector<std::size_t> record_ends(std::string_view bytes) {
  std::vector<std::size_t> ends = {24};
  while (ends.back() < bytes.size()) {
    std::uint32_t length = 0;
    std::memcpy(&length, bytes.data() + ends.back() + 8, sizeof length);
    ends.push_back(ends.back() + 16 + length);
  }
  return ends;
}

TEST(PcapFile, CutAnywhereItSaysSo) {
  const OwnFile file;
  {
    auto writer = PcapWriter::create(file.path(), kEthernetLink);
    ASSERT_TRUE(writer);
    for (const std::string bytes : {"a", "bcd", "ef"}) {
      writer->add(RealTime{}, 100, std::as_bytes(std::span(bytes)));
    }
  }
  const std::string whole = file.bytes();
  const auto ends = record_ends(whole);
  ASSERT_EQ(ends.size(), 4U);
  for (std::size_t kept = 0; kept <= whole.size(); ++kept) {
    file.hold(whole.substr(0, kept));
    if (kept < ends.front()) {
      EXPECT_NE(why_not(file.path()), "") << kept;
      continue;
    }
    const auto complete = std::upper_bound(ends.begin(), ends.end(), kept) - ends.begin() - 1;
    const Contents contents = read_all(file.path());
    EXPECT_EQ(contents.frames, complete) << kept;
    EXPECT_EQ(contents.truncated, kept != ends[static_cast<std::size_t>(complete)]) << kept;
  }
}

TEST(PcapFile, GarbageBehindARecordEndsTheFile) {
  const OwnFile file;
  const std::string whole = [] {
    std::ostringstream text;
    text << std::ifstream(kFolder + "nagle-server-2writes-lo4.pcap", std::ios::binary).rdbuf();
    return text.str();
  }();
  const auto ends = record_ends(whole);
  file.hold(whole.substr(0, ends[10]) + std::string(5000, '\xff') + whole.substr(ends[10]));
  const Contents contents = read_all(file.path());
  EXPECT_EQ(contents.frames, 10U);
  EXPECT_TRUE(contents.truncated);
  EXPECT_FALSE(contents.went_on);
}

TEST(PcapFile, ReadsWhatTheWriterWrote) {
  const OwnFile file;
  const RealTime at{std::chrono::seconds(1'700'000'000) + Nanos(123'456'789)};
  const std::string bytes(300'000, 'b');
  {
    auto writer = PcapWriter::create(file.path(), kEthernetLink);
    ASSERT_TRUE(writer);
    writer->add(at, 1514, std::as_bytes(std::span(bytes).first(60)));
    writer->add(at, 65549, std::as_bytes(std::span(bytes).first(65549)));
    EXPECT_EQ(writer->written(), 2U);
    EXPECT_TRUE(writer->flush());
  }
  auto reader = PcapFile::open(file.path());
  ASSERT_TRUE(reader);
  const auto first = (*reader)->next();
  ASSERT_TRUE(first && *first);
  EXPECT_EQ((*first)->time, at);
  EXPECT_EQ((*first)->link, LinkType::kEthernet);
  EXPECT_EQ((*first)->original_length, 1514U);
  EXPECT_EQ((*first)->bytes.size(), 60U);
  const auto second = (*reader)->next();
  ASSERT_TRUE(second && *second);
  EXPECT_EQ((*second)->bytes.size(), 65549U);
  EXPECT_FALSE(*(*reader)->next());
  EXPECT_FALSE((*reader)->truncated());
}

TEST(PcapWriter, AFileThatCannotBeWrittenIsAnError) {
  const auto nowhere = PcapWriter::create(testing::TempDir() + "no_such_folder/a.pcap", 1);
  ASSERT_FALSE(nowhere);
  EXPECT_NE(nowhere.error().what.find("no_such_folder/a.pcap"), std::string::npos);
  const auto full = PcapWriter::create("/dev/full", 1);  // Any write to it fails: no space.
  ASSERT_FALSE(full);
  EXPECT_NE(full.error().what.find("No space left"), std::string::npos) << full.error().what;
}

}  // namespace
}  // namespace tailrace
