// SPDX-License-Identifier: Apache-2.0
#include "harness/capture/classic_file.h"

#include "harness/capture/link_type.h"

namespace tailrace {
namespace {

constexpr std::uint32_t kMicros = 0xa1b2c3d4, kNanos = 0xa1b23c4d, kModified = 0xa1b2cd34;
constexpr std::size_t kFileHeader = 24, kRecordHeader = 16;
constexpr std::size_t kModifiedHeader = 24;        // It adds the interface and the protocol.
constexpr std::uint32_t kLargestPacket = 262'144;  // libpcap's limit; above it a length is none.
constexpr std::uint32_t kLinkBits = 0xffff;        // Above them stand lengths of check sums.
constexpr std::uint32_t kVersion = 2;              // Before it the records had another form.

}  // namespace

std::uint32_t ClassicFile::u32(std::size_t at) const {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t place = at + (big_endian_ ? i : 3 - i);
    value = value << 8 | std::to_integer<std::uint32_t>(read_[place]);
  }
  return value;
}

Status ClassicFile::read_header() {
  read_.resize(kFileHeader);
  if (fill(bytes_, read_) != read_.size()) return trouble("it is shorter than a capture's header");
  std::uint32_t magic = u32(0);
  if (magic != kMicros && magic != kNanos && magic != kModified) {
    big_endian_ = true;
    magic = u32(0);
  }
  if (magic != kMicros && magic != kNanos && magic != kModified) {
    return trouble("it is no capture file");
  }
  const std::uint32_t versions = u32(4);
  if ((big_endian_ ? versions >> 16 : versions & 0xffff) != kVersion) {
    return trouble("it is of a version of captures that is not known");
  }
  if (magic == kNanos) tick_ = Nanos(1);
  header_ = magic == kModified ? kModifiedHeader : kRecordHeader;
  link_number_ = u32(20) & kLinkBits;
  link_ = link_type_of(link_number_);
  return {};
}

Result<std::unique_ptr<ClassicFile>> ClassicFile::begin(ByteSource& bytes) {
  std::unique_ptr<ClassicFile> file(new ClassicFile(bytes));
  if (auto good = file->read_header(); !good) return std::unexpected(good.error());
  return file;
}

std::optional<Packet> ClassicFile::next() {
  if (truncated_) return std::nullopt;  // What follows a broken record is no packet.
  read_.resize(header_);
  const std::size_t got = fill(bytes_, read_);
  truncated_ = got != 0;  // Until the record is whole.
  if (got != read_.size()) return std::nullopt;
  Packet packet;
  packet.time = {std::chrono::seconds(u32(0)) + u32(4) * tick_};
  packet.link = link_;
  packet.link_number = link_number_;
  packet.original_length = u32(12);
  const std::uint32_t captured = u32(8);
  if (captured > kLargestPacket) return std::nullopt;
  read_.resize(captured);
  if (fill(bytes_, read_) != captured) return std::nullopt;
  truncated_ = false;
  packet.frame = {++frames_};
  packet.bytes = read_;
  return packet;
}

}  // namespace tailrace
