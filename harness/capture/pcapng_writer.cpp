// SPDX-License-Identifier: Apache-2.0
#include "harness/capture/pcapng_writer.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "harness/base/file.h"

namespace tailrace {
namespace {

using namespace std::literals;

// draft-ietf-opsawg-pcapng; numbers stand in the writer's own byte order.
constexpr std::uint32_t kSection = 0x0a0d0d0a, kInterface = 1, kPacket = 6;
constexpr std::uint32_t kByteOrder = 0x1a2b3c4d;
constexpr std::uint16_t kComment = 1, kResolution = 9, kEndOfOptions = 0;
constexpr std::size_t kBuffered = 64 << 10;  // Bytes before they are written out.
constexpr std::size_t kLongestComment = 65535;

}  // namespace

Result<PcapngWriter> PcapngWriter::create(const std::string& path) {
  const int file = open_to_write(path, Creation::kEmpty);
  if (file < 0) return system_trouble("cannot create capture '" + path + "'", errno);
  PcapngWriter writer(file);
  const std::size_t begin = writer.begin_block(kSection);
  writer.put32(kByteOrder);
  writer.put16(1);  // Version 1.0
  writer.put16(0);
  writer.put32(0xffffffff);  // The section's length is not told.
  writer.put32(0xffffffff);
  writer.end_block(begin);
  if (auto begun = writer.flush(); !begun) return std::unexpected(begun.error());
  return writer;
}

PcapngWriter::PcapngWriter(PcapngWriter&& other) noexcept
    : file_(std::exchange(other.file_, -1)),
      interfaces_(std::move(other.interfaces_)),
      buffer_(std::move(other.buffer_)),
      failure_(other.failure_) {}

PcapngWriter::~PcapngWriter() {
  if (file_ < 0) return;
  (void)flush();
  ::close(file_);
}

void PcapngWriter::put16(std::size_t value) {
  const auto word = static_cast<std::uint16_t>(value);
  buffer_.append(reinterpret_cast<const char*>(&word), sizeof word);
}

void PcapngWriter::put32(std::size_t value) {
  const auto word = static_cast<std::uint32_t>(value);
  buffer_.append(reinterpret_cast<const char*>(&word), sizeof word);
}

void PcapngWriter::put_padded(std::string_view bytes) {
  buffer_.append(bytes);
  buffer_.append((4 - bytes.size() % 4) % 4, '\0');
}

void PcapngWriter::put_option(std::uint16_t code, std::string_view value) {
  put16(code);
  put16(value.size());
  put_padded(value);
}

std::size_t PcapngWriter::begin_block(std::uint32_t type) {
  const std::size_t begin = buffer_.size();
  put32(type);
  put32(0);  // Its length is known at its end.
  return begin;
}

void PcapngWriter::end_block(std::size_t begin) {
  const auto length = static_cast<std::uint32_t>(buffer_.size() + 4 - begin);
  put32(length);
  std::memcpy(buffer_.data() + begin + 4, &length, sizeof length);
}

std::uint32_t PcapngWriter::interface_of(std::uint32_t link_number) {
  const auto next = static_cast<std::uint32_t>(interfaces_.size());
  const auto [place, is_new] = interfaces_.emplace(link_number, next);
  if (is_new) {
    const std::size_t begin = begin_block(kInterface);
    put16(link_number);
    put16(0);
    put32(0);  // No limit to what was kept of a packet.
    put_option(kResolution, "\x09"sv);
    put_option(kEndOfOptions, "");
    end_block(begin);
  }
  return place->second;
}

void PcapngWriter::add(const Packet& packet, const std::vector<std::string>& comments) {
  const std::uint32_t interface = interface_of(packet.link_number);
  const auto nanos = static_cast<std::uint64_t>(packet.time.since_epoch.count());
  const std::size_t begin = begin_block(kPacket);
  put32(interface);
  put32(nanos >> 32);
  put32(nanos & 0xffffffff);
  put32(packet.bytes.size());
  put32(packet.original_length);
  put_padded({reinterpret_cast<const char*>(packet.bytes.data()), packet.bytes.size()});
  for (const std::string& comment : comments) {
    put_option(kComment, std::string_view(comment).substr(0, kLongestComment));
  }
  if (!comments.empty()) put_option(kEndOfOptions, "");
  end_block(begin);
  if (buffer_.size() >= kBuffered) (void)flush();
}

Status PcapngWriter::flush() {
  if (failure_ == 0) failure_ = write_whole(file_, buffer_);
  buffer_.clear();
  if (failure_ != 0) return system_trouble("the capture cannot be written", failure_);
  return {};
}

}  // namespace tailrace
