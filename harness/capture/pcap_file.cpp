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
      return LinkType::kRaw;
    case DLT_NULL:
    case DLT_LOOP:
      return LinkType::kNull;
    default:
      return LinkType::kOther;
  }
}

Result<std::unique_ptr<PcapFile>> PcapFile::open(const std::string& path) {
  char why[PCAP_ERRBUF_SIZE] = "";
  pcap_t* handle =
      pcap_open_offline_with_tstamp_precision(path.c_str(), PCAP_TSTAMP_PRECISION_NANO, why);
  if (handle == nullptr) return trouble("cannot read capture '" + path + "': " + why);
  return std::unique_ptr<PcapFile>(new PcapFile(handle, link_type_of(pcap_datalink(handle))));
}

PcapFile::~PcapFile() {
  pcap_close(static_cast<pcap_t*>(handle_));
}

Result<std::optional<Packet>> PcapFile::next() {
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
