// SPDX-License-Identifier: Apache-2.0
// Rewrites of a capture that must not matter: other addresses and ports, sequence numbers and
// timestamps that wrap, another time, a VLAN tag, another link layer, another name. Every capture
// is judged after each of them, and nothing that is told of it may change.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "harness/capture/pcap_file.h"
#include "harness/flow/capture_analysis.h"
#include "harness/flow/segment.h"

namespace tailrace {
namespace {

const std::string kFolder = std::string(TAILRACE_SOURCE_DIR) + "/fixtures/captures";

enum class Rewrite : std::uint8_t {
  kNone,
  kAddresses,
  kPorts,
  kSequenceWrap,
  kTimestampWrap,
  kTime,
  kVlan,
  kRawIp,
  kName
};
constexpr const char* kNames[] = {"as it is",         "addresses", "ports",
                                  "sequence wrap",    "timestamp wrap", "time",
                                  "VLAN",             "raw IP",    "name"};

struct Direction {
  Endpoint from, to;
  auto operator<=>(const Direction&) const = default;
};

// Rewrites the packets of one capture, each in a buffer of its own.
class Rewriter {
 public:
  explicit Rewriter(Rewrite what) : what_(what) {}

  Packet rewritten(const Packet& packet) {
    const auto segment = decode_segment(packet);
    Packet changed = packet;
    if (what_ == Rewrite::kTime) changed.time = packet.time + kShift;
    if (!segment) return changed;
    bytes_.assign(packet.bytes.begin(), packet.bytes.end());
    find_headers(packet.link);
    change(*segment);
    if (what_ == Rewrite::kVlan && packet.link == LinkType::kEthernet) {
      const std::array<std::byte, 4> tag = {std::byte{0x81}, {}, {}, std::byte{42}};
      bytes_.insert(bytes_.begin() + 12, tag.begin(), tag.end());
      changed.original_length += 4;
    }
    if (what_ == Rewrite::kRawIp) {
      bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(ip_));
      changed.original_length -= static_cast<std::uint32_t>(ip_);
      changed.link = LinkType::kRaw;
    }
    if (!std::ranges::equal(packet.bytes, bytes_)) ++changed_;
    changed.bytes = bytes_;
    return changed;
  }
  std::size_t changed() const { return changed_; }

 private:
  static constexpr Nanos kShift = std::chrono::hours(24 * 365) + Nanos(987'654'321);
  static constexpr std::uint32_t kBeforeTheWrap = 0xffffffff - 300;

  unsigned u8(std::size_t at) const { return std::to_integer<unsigned>(bytes_.at(at)); }
  std::uint32_t u32(std::size_t at) const {
    return u8(at) << 24 | u8(at + 1) << 16 | u8(at + 2) << 8 | u8(at + 3);
  }
  void put32(std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) bytes_.at(at + i) = std::byte(value >> (24 - 8 * i) & 0xff);
  }
  void flip(std::size_t at, unsigned mask) { bytes_.at(at) ^= std::byte(mask); }

  void find_headers(LinkType link) {
    static const std::map<LinkType, std::size_t> kLengths = {{LinkType::kEthernet, 14},
                                                             {LinkType::kLinuxSll, 16},
                                                             {LinkType::kLinuxSll2, 20},
                                                             {LinkType::kRaw, 0},
                                                             {LinkType::kNull, 4}};
    ip_ = kLengths.at(link);
    while (link == LinkType::kEthernet && (u8(ip_ - 2) << 8 | u8(ip_ - 1)) == 0x8100) ip_ += 4;
    is_v4_ = u8(ip_) >> 4 == 4;
    tcp_ = ip_ + (is_v4_ ? u8(ip_) % 16 * 4 : 40);
  }

  void change(const Segment& segment) {
    if (what_ == Rewrite::kAddresses) {
      // One bit of each address, so that their order changes.
      flip(ip_ + (is_v4_ ? 15 : 23), 0x40);
      flip(ip_ + (is_v4_ ? 19 : 39), 0x40);
      flip(ip_ + (is_v4_ ? 13 : 10), 0x15);
      flip(ip_ + (is_v4_ ? 17 : 26), 0x15);
    } else if (what_ == Rewrite::kPorts) {
      flip(tcp_ + 1, 0x2a);
      flip(tcp_ + 3, 0x2a);
    } else if (what_ == Rewrite::kSequenceWrap) {
      move_sequence(segment);
    } else if (what_ == Rewrite::kTimestampWrap) {
      for_options([&](unsigned kind, std::size_t at, std::size_t size) {
        if (kind != 8 || size != 10) return;
        put32(at + 2, u32(at + 2) + clock_of(segment.source, u32(at + 2)));
        if (u32(at + 6) != 0) {
          put32(at + 6, u32(at + 6) + clock_of(segment.destination, u32(at + 6)));
        }
      });
    }
  }

  void move_sequence(const Segment& segment) {
    const std::uint32_t own = move_of({segment.source, segment.destination}, segment.seq);
    const std::uint32_t peers = move_of({segment.destination, segment.source}, segment.ack);
    put32(tcp_ + 4, segment.seq + own);
    if (segment.ack_flag) put32(tcp_ + 8, segment.ack + peers);
    for_options([&](unsigned kind, std::size_t at, std::size_t size) {
      if (kind != 5) return;
      for (std::size_t edge = at + 2; edge + 4 <= at + size; edge += 4) {
        put32(edge, u32(edge) + peers);
      }
    });
  }

  // The first number of a direction becomes one shortly before the wrap.
  std::uint32_t move_of(const Direction& direction, std::uint32_t first) {
    return moves_.emplace(direction, kBeforeTheWrap - first).first->second;
  }
  // Both connections of a host keep one clock; near enough to the wrap that it passes it.
  std::uint32_t clock_of(const Endpoint& host, std::uint32_t first) {
    return clocks_.emplace(host, 0xffffffff - 20 - first).first->second;
  }

  template <class Option>
  void for_options(Option&& option) {
    const std::size_t end = std::min(tcp_ + u8(tcp_ + 12) / 16 * 4, bytes_.size());
    for (std::size_t at = tcp_ + 20; at + 1 < end && u8(at) != 0;) {
      const std::size_t size = u8(at) == 1 ? 1 : u8(at + 1);
      if (size == 0 || at + size > end) return;
      option(u8(at), at, size);
      at += size;
    }
  }

  Rewrite what_;
  std::vector<std::byte> bytes_;
  std::size_t ip_ = 0, tcp_ = 0;
  bool is_v4_ = true;
  std::size_t changed_ = 0;
  std::map<Direction, std::uint32_t> moves_;
  std::map<Endpoint, std::uint32_t> clocks_;
};

// Counts the packets that were changed.
CaptureReport report_of(const std::string& path, Rewrite what, std::size_t& changed) {
  CaptureAnalysis analysis{AnalysisOptions{}};
  Rewriter rewriter(what);
  auto file = PcapFile::open(path);
  EXPECT_TRUE(file) << path;
  while (file) {
    const auto packet = (*file)->next();
    if (!packet || !*packet) break;
    analysis.add(rewriter.rewritten(**packet));
  }
  changed += rewriter.changed();
  return analysis.finish(what == Rewrite::kName ? "client-think.pcapng" : path,
                         file && (*file)->truncated());
}

// All that is told, without what the rewrites change by their nature. In no order.
std::multiset<std::string> told_of(const CaptureReport& report) {
  std::multiset<std::string> told = {"verdict " + report.verdict};
  for (const CaptureFinding& finding : report.findings) {
    std::string text = fmt::format(
        "{} of connection {}, exchange {}, side {}, confidence {}, {} ns:", finding.kind,
        finding.connection.value, finding.exchange.value_or(0),
        finding.side ? name_of(*finding.side) : "none", name_of(finding.confidence),
        finding.cost.count());
    for (const auto& [name, value] : finding.details.members()) {
      if (name != "first_attempt") text += " " + name + "=" + to_text(value);
    }
    told.insert(text);
  }
  for (const ExchangeRecord& record : report.exchanges) {
    std::string text = fmt::format("exchange {} of connection {}, frames {} to {}, {} ns:",
                                   record.index, record.connection.value, record.first_frame.value,
                                   record.last_frame.value, record.length().count());
    for (std::size_t i = 0; i < kCauses; ++i) {
      text += fmt::format(" {}", record.causes[static_cast<Cause>(i)].count());
    }
    told.insert(text);
  }
  return told;
}

std::vector<std::string> captures() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kFolder)) {
    const std::string extension = entry.path().extension();
    if (extension == ".pcap" || extension == ".pcapng") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  EXPECT_EQ(paths.size(), 149U);
  return paths;
}

class RewrittenCaptures : public testing::TestWithParam<Rewrite> {};

TEST_P(RewrittenCaptures, AreToldAlike) {
  std::size_t untouched = 0, changed = 0;
  for (const std::string& path : captures()) {
    const auto before = told_of(report_of(path, Rewrite::kNone, untouched));
    const auto after = told_of(report_of(path, GetParam(), changed));
    std::string missing, added;
    for (const std::string& text : before) {
      if (!after.contains(text) && missing.size() < 1000) missing += "\n  - " + text;
    }
    for (const std::string& text : after) {
      if (!before.contains(text) && added.size() < 1000) added += "\n  + " + text;
    }
    EXPECT_TRUE(before == after) << path << missing << added;
  }
  EXPECT_EQ(untouched, 0U);
  const bool changes_bytes = GetParam() != Rewrite::kTime && GetParam() != Rewrite::kName;
  EXPECT_EQ(changed > 1000, changes_bytes) << changed << " packets were changed";
}

INSTANTIATE_TEST_SUITE_P(Each, RewrittenCaptures,
                         testing::Values(Rewrite::kAddresses, Rewrite::kPorts,
                                         Rewrite::kSequenceWrap, Rewrite::kTimestampWrap,
                                         Rewrite::kTime, Rewrite::kVlan, Rewrite::kRawIp,
                                         Rewrite::kName),
                         [](const auto& row) {
                           std::string name = kNames[static_cast<std::size_t>(row.param)];
                           std::erase(name, ' ');
                           return name;
                         });

}  // namespace
}  // namespace tailrace
