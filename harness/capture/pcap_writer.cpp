// SPDX-License-Identifier: Apache-2.0
#include "harness/capture/pcap_writer.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "harness/base/file.h"

namespace tailrace {
namespace {

constexpr std::uint32_t kNanosecondMagic = 0xa1b23c4d;  // In the writer's own byte order.
constexpr std::uint32_t kVersion = 2 | 4 << 16;         // 2.4, as two 16-bit numbers
constexpr std::uint32_t kSnapLength = 262144;
constexpr std::size_t kBuffered = 64 << 10;  // Bytes before they are written out.

}  // namespace

Result<PcapWriter> PcapWriter::create(const std::string& path, std::uint32_t link) {
  const int file = open_to_write(path, Creation::kEmpty);
  if (file < 0) return system_trouble("cannot create capture '" + path + "'", errno);
  PcapWriter writer(file);
  for (const std::uint32_t word : {kNanosecondMagic, kVersion, 0U, 0U, kSnapLength, link}) {
    writer.put32(word);
  }
  if (auto begun = writer.flush(); !begun) return std::unexpected(begun.error());
  return writer;
}

PcapWriter::PcapWriter(PcapWriter&& other) noexcept
    : file_(std::exchange(other.file_, -1)),
      buffer_(std::move(other.buffer_)),
      written_(other.written_),
      failure_(other.failure_) {}

PcapWriter::~PcapWriter() {
  if (file_ < 0) return;
  (void)flush();
  ::close(file_);
}

void PcapWriter::put32(std::uint32_t value) {
  buffer_.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void PcapWriter::add(RealTime time, std::uint32_t original_length,
                     std::span<const std::byte> bytes) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time.since_epoch);
  put32(static_cast<std::uint32_t>(seconds.count()));
  put32(static_cast<std::uint32_t>((time.since_epoch - seconds).count()));
  put32(static_cast<std::uint32_t>(bytes.size()));
  put32(original_length);
  buffer_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  ++written_;
  if (buffer_.size() >= kBuffered) (void)flush();
}

Status PcapWriter::flush() {
  if (failure_ == 0) failure_ = write_whole(file_, buffer_);
  buffer_.clear();
  if (failure_ != 0) return system_trouble("the capture cannot be written", failure_);
  return {};
}

}  // namespace tailrace
