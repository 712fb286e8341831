// SPDX-License-Identifier: Apache-2.0
// Captures packed by gzip and Zstandard: whole, in several members, cut anywhere, broken, and such
// as unpack to far more than a machine holds.
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <fstream>
#include <functional>
#include <sstream>

#include "harness/capture/pcap_file.h"

namespace tailrace {
namespace {

using namespace std::literals;

const std::string kCapture =
    std::string(TAILRACE_SOURCE_DIR) + "/fixtures/captures/nagle-server-2writes-lo4.pcap";
const std::string kNgCapture =
    std::string(TAILRACE_SOURCE_DIR) + "/fixtures/captures/nagle-pcapng-ns.pcapng";

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::string gzip_of(const std::string& text) {
  z_stream state{};
  EXPECT_EQ(::deflateInit2(&state, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(::deflateBound(&state, text.size()) + 64, '\0');
  std::string input = text;
  state.next_in = reinterpret_cast<Bytef*>(input.data());
  state.avail_in = static_cast<uInt>(input.size());
  state.next_out = reinterpret_cast<Bytef*>(packed.data());
  state.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(::deflate(&state, Z_FINISH), Z_STREAM_END);
  packed.resize(packed.size() - state.avail_out);
  ::deflateEnd(&state);
  return packed;
}

std::string zstandard_of(const std::string& text) {
  std::string packed(::ZSTD_compressBound(text.size()), '\0');
  const std::size_t size =
      ::ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 3);
  EXPECT_FALSE(::ZSTD_isError(size));
  packed.resize(size);
  return packed;
}

// `first` once, then `again` as often as told: what an endless file looks like from inside.
class Repeating final : public ByteSource {
 public:
  Repeating(std::string first, std::string again, std::size_t times)
      : now_(std::move(first)), again_(std::move(again)), times_(times) {}
  std::size_t read(std::span<std::byte> into) override {
    if (at_ == now_.size() && times_ > 0) {
      now_ = again_;
      at_ = 0;
      --times_;
    }
    const std::size_t size = std::min(into.size(), now_.size() - at_);
    std::copy_n(std::as_bytes(std::span(now_)).begin() + static_cast<std::ptrdiff_t>(at_), size,
                into.begin());
    at_ += size;
    return size;
  }

 private:
  std::string now_, again_;
  std::size_t at_ = 0, times_;
};

struct Contents {
  std::uint32_t frames = 0;
  bool opened = false, truncated = false;
};

Contents contents_of(std::unique_ptr<ByteSource> bytes) {
  Contents contents;
  auto file = PcapFile::read(std::move(bytes), "made");
  contents.opened = file.has_value();
  while (file) {
    const auto packet = (*file)->next();
    if (!packet || !*packet) break;
    ++contents.frames;
  }
  contents.truncated = file && (*file)->truncated();
  return contents;
}

Contents contents_of(const std::string& text) {
  return contents_of(std::make_unique<Repeating>(text, "", 0));
}

struct Packer {
  const char* name;
  std::string (*pack)(const std::string&);
};

class Packed : public testing::TestWithParam<Packer> {
 protected:
  std::string pack(const std::string& text) const { return GetParam().pack(text); }
};

TEST_P(Packed, IsReadAsIfItWerePlain) {
  for (const std::string& path : {kCapture, kNgCapture}) {
    const std::string plain = text_of(path);
    const Contents wanted = contents_of(plain), got = contents_of(pack(plain));
    EXPECT_GT(wanted.frames, 0U);
    EXPECT_EQ(got.frames, wanted.frames) << path;
    EXPECT_FALSE(got.truncated) << path;
  }
}

TEST_P(Packed, InSeveralMembersAndWithPaddingBehindThem) {
  const std::string plain = text_of(kCapture);
  const std::string members = pack(plain.substr(0, 777)) + pack("") + pack(plain.substr(777));
  EXPECT_EQ(contents_of(members).frames, 87U);
  EXPECT_FALSE(contents_of(members).truncated);
}

TEST_P(Packed, CutAnywhereItKeepsWhatCameBeforeAndSaysSo) {
  const std::string whole = pack(text_of(kCapture));
  std::uint32_t most = 0;
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    const Contents contents = contents_of(whole.substr(0, size));
    EXPECT_TRUE(!contents.opened || contents.truncated) << size;
    EXPECT_GE(contents.frames, most) << size;
    most = std::max(most, contents.frames);
  }
}

TEST_P(Packed, BrokenAnywhereItEnds) {
  const std::string whole = pack(text_of(kCapture));
  for (std::size_t at = 0; at < whole.size(); at += 3) {
    std::string broken = whole;
    broken[at] = static_cast<char>(~broken[at]);
    EXPECT_LE(contents_of(broken).frames, 100'000U) << at;
  }
}

TEST_P(Packed, AFileThatUnpacksWithoutEndIsReadInPassing) {
  const std::string header = text_of(kCapture).substr(0, 24);
  const std::string zeros(4 << 20, '\0');  // Records without bytes, 16 bytes each.
  constexpr std::size_t kTimes = 16;
  const auto contents =
      contents_of(std::make_unique<Repeating>(pack(header), pack(zeros), kTimes));
  EXPECT_EQ(contents.frames, kTimes * zeros.size() / 16);
  EXPECT_FALSE(contents.truncated);
}

INSTANTIATE_TEST_SUITE_P(Both, Packed,
                         testing::Values(Packer{"gzip", &gzip_of},
                                         Packer{"Zstandard", &zstandard_of}),
                         [](const auto& row) { return row.param.name; });

// RFC 8878, 3.1.1: a frame of one raw block whose header asks for a window of 2^log bytes.
std::string frame_with_window(int log, const std::string& text) {
  const std::uint32_t block = static_cast<std::uint32_t>(text.size()) << 3 | 1;
  return "\x28\xb5\x2f\xfd\0"s + static_cast<char>((log - 10) << 3) +
         static_cast<char>(block & 0xff) + static_cast<char>(block >> 8 & 0xff) +
         static_cast<char>(block >> 16) + text;
}

TEST(Unpacking, AZstandardFrameThatAsksForGigabytesIsRefused) {
  const std::string start = text_of(kCapture).substr(0, 1000);
  const std::string path = ::testing::TempDir() + "window.pcap.zst";
  for (const int log : {20, 27}) {
    std::ofstream(path, std::ios::binary) << frame_with_window(log, start);
    const auto file = PcapFile::open(path);
    ASSERT_TRUE(file) << log;
    EXPECT_TRUE(*(*file)->next()) << log;
  }
  for (const int log : {28, 31, 41}) {
    std::ofstream(path, std::ios::binary) << frame_with_window(log, start);
    EXPECT_FALSE(PcapFile::open(path)) << log;
  }
}

TEST(Unpacking, PaddingBehindGzipIsNoCut) {
  const std::string plain = text_of(kCapture);
  const Contents contents = contents_of(gzip_of(plain) + std::string(512, '\0'));
  EXPECT_EQ(contents.frames, 87U);
  EXPECT_FALSE(contents.truncated);
}

}  // namespace
}  // namespace tailrace
