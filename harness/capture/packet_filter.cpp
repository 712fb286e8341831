// SPDX-License-Identifier: Apache-2.0
#include "harness/capture/packet_filter.h"

#include <pcap/pcap.h>

#include <utility>
#include <vector>

namespace tailrace {
namespace {

constexpr std::pair<LinkType, int> kLinks[] = {{LinkType::kEthernet, DLT_EN10MB},
                                               {LinkType::kLinuxSll, DLT_LINUX_SLL},
                                               {LinkType::kLinuxSll2, DLT_LINUX_SLL2},
                                               {LinkType::kRaw, DLT_RAW},
                                               {LinkType::kNull, DLT_NULL}};
constexpr int kWholePackets = 262144;

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
    for (const auto& program : programs_) {
      if (program->link != packet.link) continue;
      pcap_pkthdr header{};
      header.caplen = static_cast<bpf_u_int32>(packet.bytes.size());
      header.len = packet.original_length;
      return pcap_offline_filter(&program->code, &header,
                                 reinterpret_cast<const u_char*>(packet.bytes.data())) != 0;
    }
    return false;
  }

 private:
  std::vector<std::unique_ptr<Program>> programs_;
};

}  // namespace

Result<std::unique_ptr<PacketFilter>> PacketFilter::compile(const std::string& expression) {
  auto programs = std::make_unique<Programs>();
  for (const auto& [link, dlt] : kLinks) {
    // An expression may make sense on some links only.
    const auto added = programs->add(link, dlt, expression);
    if (!added && link == LinkType::kEthernet) return std::unexpected(added.error());
  }
  return programs;
}

}  // namespace tailrace
