// SPDX-License-Identifier: Apache-2.0
#include "harness/capture/packet_filter.h"

#include <pcap/pcap.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace tailrace {
namespace {

constexpr std::pair<LinkType, int> kLinks[] = {{LinkType::kEthernet, DLT_EN10MB},
                                               {LinkType::kLinuxSll, DLT_LINUX_SLL},
                                               {LinkType::kLinuxSll2, DLT_LINUX_SLL2},
                                               {LinkType::kRaw, DLT_RAW}};
constexpr int kWholePackets = 262144;
// Before the IP header of NULL and LOOP: the address family in whichever order and by whichever
// system's number, which no program of this host's can know.
constexpr std::size_t kFamily = 4;

struct Program {
  LinkType link;
  bpf_program code{};
  explicit Program(LinkType of) : link(of) {}
  Program(const Program&) = delete;
  ~Program() { pcap_freecode(&code); }
};

// One program for each link type.
class Programs final : public PacketFilter {
 public:
  Status add(LinkType link, int dlt, const std::string& expression) {
    pcap_t* dead = pcap_open_dead(dlt, kWholePackets);
    auto made = std::make_unique<Program>(link);
    const int failed = pcap_compile(dead, &made->code, expression.c_str(), 1,
                                    PCAP_NETMASK_UNKNOWN);
    const std::string why = failed != 0 ? pcap_geterr(dead) : "";
    pcap_close(dead);
    if (failed != 0) return trouble("filter '" + expression + "': " + why);
    programs_.push_back(std::move(made));
    return {};
  }

  bool takes(const Packet& packet) const override {
    const bool has_family = packet.link == LinkType::kNull;
    const LinkType link = has_family ? LinkType::kRaw : packet.link;
    const std::size_t before = has_family ? std::min(kFamily, packet.bytes.size()) : 0;
    for (const auto& program : programs_) {
      if (program->link != link) continue;
      const auto bytes = packet.bytes.subspan(before);
      pcap_pkthdr header{};
      header.caplen = static_cast<bpf_u_int32>(bytes.size());
      const auto held = static_cast<bpf_u_int32>(packet.bytes.size());
      header.len = std::max(packet.original_length, held) - static_cast<bpf_u_int32>(before);
      return pcap_offline_filter(&program->code, &header,
                                 reinterpret_cast<const u_char*>(bytes.data())) != 0;
    }
    return false;
  }

 private:
  std::vector<std::unique_ptr<Program>> programs_;
};

}  // namespace

Result<std::unique_ptr<PacketFilter>> PacketFilter::compile(const std::string& expression) {
  auto programs = std::make_unique<Programs>();
  Status first;
  bool some = false;
  for (const auto& [link, dlt] : kLinks) {
    // An expression may make sense on some links only.
    const auto added = programs->add(link, dlt, expression);
    some = some || added;
    if (link == kLinks[0].first) first = added;
  }
  if (!some) return std::unexpected(first.error());
  return programs;
}

}  // namespace tailrace
