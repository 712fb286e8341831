// SPDX-License-Identifier: Apache-2.0
#include "harness/capture/pcap_file.h"

#include <fcntl.h>
#include <pcap/pcap.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "harness/capture/link_type.h"

namespace tailrace {

LinkType link_type_of(int dlt) {
  switch (dlt) {
    case DLT_EN10MB:
      return LinkType::kEthernet;
    case DLT_LINUX_SLL:
      return LinkType::kLinuxSll;
    case DLT_LINUX_SLL2:
      return LinkType::kLinuxSll2;
    case DLT_RAW:
    case 101:  // LINKTYPE_RAW, as files have it.
    case DLT_IPV4:
    case DLT_IPV6:
      return LinkType::kRaw;
    case DLT_NULL:
    case DLT_LOOP:
      return LinkType::kNull;
    default:
      return LinkType::kOther;
  }
}

std::uint32_t link_number_of(int dlt) {
  constexpr std::uint32_t kRawIp = 101;
  return dlt == DLT_RAW ? kRawIp : static_cast<std::uint32_t>(dlt);
}

struct PcapFile::Filter {
  LinkType link;
  bpf_program program{};
  ~Filter() { pcap_freecode(&program); }
};

namespace {

using namespace std::literals;

// Enough to tell every kind of file by.
constexpr std::size_t kMagic = 4;
constexpr std::string_view kPcapng = "\x0a\x0d\x0d\x0a"sv;

std::unexpected<Error> unreadable(const std::string& path, const std::string& why) {
  return trouble("cannot read capture '" + path + "': " + why);
}

bool is_regular(int descriptor) {
  struct stat about {};
  return ::fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode);
}

}  // namespace

Result<std::unique_ptr<PcapFile>> PcapFile::open(const std::string& path) {
  const int descriptor =
      path == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return unreadable(path, std::strerror(errno));
  auto bytes = bytes_of(descriptor);
  if (path == "-" || !is_regular(descriptor)) return read(std::move(bytes), path);
  const std::string start = first_bytes(*bytes, kMagic);
  if (packing_of(start) != Packing::kPlain) {
    return read(bytes_after(start, std::move(bytes)), path);
  }
  // The plain file of nearly every day goes without a copy through a source of ours.
  std::FILE* stream = std::fopen(path.c_str(), "rbe");
  if (stream == nullptr) return unreadable(path, std::strerror(errno));
  return begin(stream, start == kPcapng, nullptr, path);
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
  std::FILE* stream = stream_over(*bytes);
  if (stream == nullptr) return unreadable(path, std::strerror(errno));
  return begin(stream, start == kPcapng, std::move(bytes), path);
}

// Takes the stream over, also where it fails.
Result<std::unique_ptr<PcapFile>> PcapFile::begin(std::FILE* stream, bool is_pcapng,
                                                  std::unique_ptr<ByteSource> bytes,
                                                  const std::string& path) {
  std::unique_ptr<PcapFile> file(new PcapFile);
  file->bytes_ = std::move(bytes);
  if (is_pcapng) {
    file->pcapng_ = std::make_unique<PcapngFile>(stream);
    return file;
  }
  char why[PCAP_ERRBUF_SIZE] = "";
  pcap_t* handle =
      pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, why);
  if (handle == nullptr) {
    std::fclose(stream);
    return unreadable(path, why);
  }
  file->handle_ = handle;
  file->link_ = link_type_of(pcap_datalink(handle));
  file->link_number_ = link_number_of(pcap_datalink(handle));
  return file;
}

PcapFile::~PcapFile() {
  if (handle_ != nullptr) pcap_close(static_cast<pcap_t*>(handle_));
}

Status PcapFile::filter(const std::string& expression) {
  static constexpr std::pair<LinkType, int> kLinks[] = {{LinkType::kEthernet, DLT_EN10MB},
                                                        {LinkType::kLinuxSll, DLT_LINUX_SLL},
                                                        {LinkType::kLinuxSll2, DLT_LINUX_SLL2},
                                                        {LinkType::kRaw, DLT_RAW},
                                                        {LinkType::kNull, DLT_NULL}};
  constexpr int kWholePackets = 262144;
  for (const auto& [link, dlt] : kLinks) {
    pcap_t* dead = pcap_open_dead(dlt, kWholePackets);
    auto made = std::make_unique<Filter>();
    made->link = link;
    const int failed = pcap_compile(dead, &made->program, expression.c_str(), 1,
                                    PCAP_NETMASK_UNKNOWN);
    const std::string why = failed != 0 ? pcap_geterr(dead) : "";
    pcap_close(dead);
    // An expression may make sense on some links only.
    if (failed == 0) {
      filters_.push_back(std::move(made));
    } else if (link == LinkType::kEthernet) {
      return trouble("filter '" + expression + "': " + why);
    }
  }
  return {};
}

bool PcapFile::is_wanted(const Packet& packet) {
  if (filters_.empty()) return true;
  for (const auto& filter : filters_) {
    if (filter->link != packet.link) continue;
    pcap_pkthdr header{};
    header.caplen = static_cast<bpf_u_int32>(packet.bytes.size());
    header.len = packet.original_length;
    return pcap_offline_filter(&filter->program, &header,
                               reinterpret_cast<const u_char*>(packet.bytes.data())) != 0;
  }
  return false;
}

Result<std::optional<Packet>> PcapFile::next() {
  for (;;) {
    auto packet = next_any();
    if (!packet || !*packet || is_wanted(**packet)) return packet;
  }
}

Result<std::optional<Packet>> PcapFile::next_any() {
  if (pcapng_) {
    auto packet = pcapng_->next();
    truncated_ = pcapng_->truncated() || (!packet && bytes_ && bytes_->is_cut());
    return packet;
  }
  if (truncated_) return std::nullopt;  // What follows a broken record is no packet.
  pcap_pkthdr* header = nullptr;
  const u_char* bytes = nullptr;
  const int got = pcap_next_ex(static_cast<pcap_t*>(handle_), &header, &bytes);
  if (got == PCAP_ERROR_BREAK) {
    truncated_ = bytes_ && bytes_->is_cut();
    return std::nullopt;
  }
  if (got != 1) {
    truncated_ = true;
    return std::nullopt;
  }
  Packet packet;
  packet.frame = {++frames_};
  packet.time = {std::chrono::seconds(header->ts.tv_sec) + Nanos(header->ts.tv_usec)};
  packet.link = link_;
  packet.link_number = link_number_;
  packet.original_length = header->len;
  packet.bytes = {reinterpret_cast<const std::byte*>(bytes), header->caplen};
  return packet;
}

}  // namespace tailrace
