// SPDX-License-Identifier: Apache-2.0
#include "harness/capture/pcap_file.h"

#include <pcap/pcap.h>

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

struct PcapFile::Filter {
  LinkType link;
  bpf_program program{};
  ~Filter() { pcap_freecode(&program); }
};

PcapFile::PcapFile(void* handle, LinkType link) : handle_(handle), link_(link) {}
PcapFile::PcapFile(std::unique_ptr<PcapngFile> pcapng) : pcapng_(std::move(pcapng)) {}

Result<std::unique_ptr<PcapFile>> PcapFile::open(const std::string& path) {
  if (path != "-") {
    if (std::FILE* file = std::fopen(path.c_str(), "rb"); file != nullptr) {
      if (PcapngFile::is_one(file)) {
        return std::unique_ptr<PcapFile>(new PcapFile(std::make_unique<PcapngFile>(file)));
      }
      std::fclose(file);
    }
  }
  char why[PCAP_ERRBUF_SIZE] = "";
  pcap_t* handle =
      pcap_open_offline_with_tstamp_precision(path.c_str(), PCAP_TSTAMP_PRECISION_NANO, why);
  if (handle == nullptr) return trouble("cannot read capture '" + path + "': " + why);
  return std::unique_ptr<PcapFile>(new PcapFile(handle, link_type_of(pcap_datalink(handle))));
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
    truncated_ = pcapng_->truncated();
    return packet;
  }
  if (truncated_) return std::nullopt;  // What follows a broken record is no packet.
  pcap_pkthdr* header = nullptr;
  const u_char* bytes = nullptr;
  const int got = pcap_next_ex(static_cast<pcap_t*>(handle_), &header, &bytes);
  if (got == PCAP_ERROR_BREAK) return std::nullopt;
  if (got != 1) {
    truncated_ = true;
    return std::nullopt;
  }
  Packet packet;
  packet.frame = {++frames_};
  packet.time = {std::chrono::seconds(header->ts.tv_sec) + Nanos(header->ts.tv_usec)};
  packet.link = link_;
  packet.original_length = header->len;
  packet.bytes = {reinterpret_cast<const std::byte*>(bytes), header->caplen};
  return packet;
}

}  // namespace tailrace
