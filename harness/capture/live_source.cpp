// SPDX-License-Identifier: Apache-2.0
#include "harness/capture/live_source.h"

#include <pcap/pcap.h>
#include <poll.h>

#include "harness/capture/link_type.h"
#include "harness/capture/live_handle.h"

namespace tailrace {
namespace {

// Three times what a block is kept back for.
constexpr Deadline kLastBlock{"last_capture_block", Millis(30)};

}  // namespace

class LiveSource::Body {
 public:
  Body(CaptureHandle handle, CaptureWatch& watch)
      : handle_(std::move(handle)),
        watch_(watch),
        link_number_(link_number_of(handle_)),
        link_(link_type_of(link_number_)) {}

  Status begin(const std::string& filter) {
    bpf_program program{};
    pcap_t* handle = handle_.get();
    if (pcap_compile(handle, &program, filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
      return trouble("filter '" + filter + "': " + pcap_geterr(handle));
    }
    const int set = pcap_setfilter(handle, &program);
    pcap_freecode(&program);
    if (set != 0) return trouble("filter '" + filter + "': " + pcap_geterr(handle));
    char why[PCAP_ERRBUF_SIZE] = "";
    if (pcap_setnonblock(handle, 1, why) != 0) return trouble(why);
    return {};
  }

  Result<std::optional<Packet>> next() {
    for (;;) {
      pcap_pkthdr* header = nullptr;
      const u_char* bytes = nullptr;
      const int got = pcap_next_ex(handle_.get(), &header, &bytes);
      if (got == 1) {
        auto read = packet(*header, bytes);
        if (ended_at_ && read->time > *ended_at_) return std::nullopt;
        return read;
      }
      if (got < 0) return trouble(std::string("the capture ended: ") + pcap_geterr(handle_.get()));
      if (ended_at_) return std::nullopt;
      const int descriptor = pcap_get_selectable_fd(handle_.get());
      if (watch_.wait(descriptor)) continue;
      // The kernel hands packets over in blocks: the last one may hold some from before the end.
      ended_at_ = real_now();
      pollfd readable{descriptor, POLLIN, 0};
      (void)::poll(&readable, 1, static_cast<int>(kLastBlock.limit.count()));
    }
  }

  std::uint64_t dropped() const {
    pcap_stat statistics{};
    return pcap_stats(handle_.get(), &statistics) == 0 ? statistics.ps_drop : 0;
  }

 private:
  std::optional<Packet> packet(const pcap_pkthdr& header, const u_char* bytes) {
    Packet packet;
    packet.frame = {++frames_};
    packet.time = {std::chrono::seconds(header.ts.tv_sec) + Nanos(header.ts.tv_usec)};
    packet.link = link_;
    packet.link_number = link_number_;
    packet.original_length = header.len;
    packet.bytes = {reinterpret_cast<const std::byte*>(bytes), header.caplen};
    return packet;
  }

  CaptureHandle handle_;
  CaptureWatch& watch_;
  std::uint32_t link_number_;
  LinkType link_;
  std::uint32_t frames_ = 0;
  std::optional<RealTime> ended_at_;  // By the watch.
};

LiveSource::LiveSource(std::unique_ptr<Body> body) : body_(std::move(body)) {}
LiveSource::~LiveSource() = default;

Result<std::unique_ptr<LiveSource>> LiveSource::open(const std::string& interface,
                                                     const std::string& filter,
                                                     CaptureWatch& watch) {
  auto handle = open_capture(interface, Snap::kWhole);
  if (!handle) return std::unexpected(handle.error());
  auto body = std::make_unique<Body>(std::move(*handle), watch);
  if (auto begun = body->begin(filter); !begun) return std::unexpected(begun.error());
  return std::unique_ptr<LiveSource>(new LiveSource(std::move(body)));
}

Result<std::optional<Packet>> LiveSource::next() {
  return body_->next();
}

std::uint64_t LiveSource::dropped() const {
  return body_->dropped();
}

}  // namespace tailrace
