// SPDX-License-Identifier: Apache-2.0
#include "harness/capture/pcap_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "harness/base/file.h"

namespace tailrace {
namespace {

using namespace std::literals;

// Enough to tell every kind of file by.
constexpr std::size_t kMagic = 4;
constexpr std::string_view kPcapng = "\x0a\x0d\x0d\x0a"sv;

std::unexpected<Error> unreadable(const std::string& path, const std::string& why) {
  return trouble("cannot read capture '" + path + "': " + why);
}

}  // namespace

Result<std::unique_ptr<PcapFile>> PcapFile::open(const std::string& path) {
  const int descriptor = path == "-" ? ::dup(STDIN_FILENO) : open_to_read(path);
  if (descriptor < 0) return unreadable(path, std::strerror(errno));
  return read(bytes_of(descriptor), path);
}

Result<std::unique_ptr<PcapFile>> PcapFile::read(std::unique_ptr<ByteSource> bytes,
                                                 const std::string& path) {
  std::string start = first_bytes(*bytes, kMagic);
  const Packing packing = packing_of(start);
  bytes = bytes_after(start, std::move(bytes));
  if (packing != Packing::kPlain) {
    bytes = packing == Packing::kGzip ? gunzipped(std::move(bytes)) : unzstandard(std::move(bytes));
    start = first_bytes(*bytes, kMagic);
    if (start.empty()) return unreadable(path, "its packed data is empty, cut or broken");
    bytes = bytes_after(start, std::move(bytes));
  }
  std::unique_ptr<PcapFile> file(new PcapFile);
  file->bytes_ = buffered(std::move(bytes));
  if (start == kPcapng) {
    file->pcapng_ = std::make_unique<PcapngFile>(*file->bytes_);
    return file;
  }
  auto classic = ClassicFile::begin(*file->bytes_);
  if (!classic) return unreadable(path, classic.error().what);
  file->classic_ = std::move(*classic);
  return file;
}

Status PcapFile::filter(const std::string& expression) {
  auto filter = PacketFilter::compile(expression);
  if (!filter) return std::unexpected(filter.error());
  filter_ = std::move(*filter);
  return {};
}

Result<std::optional<Packet>> PcapFile::next() {
  Result<std::optional<Packet>> packet(std::in_place, std::in_place);
  if (!take(**packet)) packet->reset();
  return packet;
}

bool PcapFile::take(Packet& packet) {
  while (take_any(packet)) {
    if (!filter_ || filter_->takes(packet)) return true;
  }
  return false;
}

bool PcapFile::take_any(Packet& packet) {
  bool taken = false;
  if (classic_) {
    taken = classic_->next(packet);
    truncated_ = classic_->truncated();
  } else if (const auto next = pcapng_->next()) {
    taken = true;
    packet = *next;
  }
  if (pcapng_) truncated_ = pcapng_->truncated();
  if (!taken) truncated_ = truncated_ || bytes_->is_cut();
  return taken;
}

}  // namespace tailrace
