// SPDX-License-Identifier: Apache-2.0
#include "harness/capture/classic_file.h"

#include <bit>
#include <cstring>

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

std::uint32_t ClassicFile::u32(std::span<const std::byte> bytes, std::size_t at) const {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.subspan(at, sizeof value).data(), sizeof value);
  return big_endian_ == (std::endian::native == std::endian::big) ? value : std::byteswap(value);
}

std::span<const std::byte> ClassicFile::take(std::size_t size) {
  if (const std::byte* lent = bytes_.lend(size)) return {lent, size};
  read_.resize(size);
  return std::span(read_).first(fill(bytes_, read_));
}

Status ClassicFile::read_header() {
  const auto read = take(kFileHeader);
  if (read.size() != kFileHeader) return trouble("it is shorter than a capture's header");
  std::uint32_t magic = u32(read, 0);
  if (magic != kMicros && magic != kNanos && magic != kModified) {
    big_endian_ = true;
    magic = u32(read, 0);
  }
  if (magic != kMicros && magic != kNanos && magic != kModified) {
    return trouble("it is no capture file");
  }
  const std::uint32_t versions = u32(read, 4);
  if ((big_endian_ ? versions >> 16 : versions & 0xffff) != kVersion) {
    return trouble("it is of a version of captures that is not known");
  }
  if (magic == kNanos) tick_ = Nanos(1);
  header_ = magic == kModified ? kModifiedHeader : kRecordHeader;
  link_number_ = u32(read, 20) & kLinkBits;
  link_ = link_type_of(link_number_);
  return {};
}

Result<std::unique_ptr<ClassicFile>> ClassicFile::begin(ByteSource& bytes) {
  std::unique_ptr<ClassicFile> file(new ClassicFile(bytes));
  if (auto good = file->read_header(); !good) return std::unexpected(good.error());
  return file;
}

bool ClassicFile::next(Packet& packet) {
  if (truncated_) return false;  // What follows a broken record is no packet.
  const auto head = take(header_);
  truncated_ = !head.empty();  // Until the record is whole.
  if (head.size() != header_) return false;
  packet.time = {std::chrono::seconds(u32(head, 0)) + u32(head, 4) * tick_};
  packet.link = link_;
  packet.link_number = link_number_;
  packet.original_length = u32(head, 12);
  const std::uint32_t captured = u32(head, 8);
  if (captured > kLargestPacket) return false;
  packet.bytes = take(captured);
  if (packet.bytes.size() != captured) return false;
  truncated_ = false;
  packet.frame = {++frames_};
  return true;
}

}  // namespace tailrace
