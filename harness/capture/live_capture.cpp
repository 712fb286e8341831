// SPDX-License-Identifier: Apache-2.0
#include "harness/capture/live_capture.h"

#include <arpa/inet.h>
#include <pcap/pcap.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

#include "harness/capture/link_type.h"
#include "harness/capture/live_handle.h"
#include "harness/capture/pcap_writer.h"
#include "harness/flow/segment.h"

namespace tailrace {
namespace {

constexpr Deadline kMarker{"capture_marker", Millis(3000)};
constexpr std::uint16_t kDiscardPort = 9;  // The marker goes where nobody listens (RFC 863).

// A socket of ours whose port no other sender uses: its datagrams are the marker.
class Marker {
 public:
  Marker() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    socklen_t length = sizeof address;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
  }
  ~Marker() { ::close(socket_); }
  Marker(const Marker&) = delete;
  Marker& operator=(const Marker&) = delete;

  std::uint16_t port() const { return port_; }
  void send() const {
    sockaddr_in target{};
    target.sin_family = AF_INET;
    target.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    target.sin_port = htons(kDiscardPort);
    ::sendto(socket_, kText.data(), kText.size(), 0, reinterpret_cast<sockaddr*>(&target),
             sizeof target);
  }
  // Whether the packet ends in our datagram: ports, length, checksum, text (RFC 768). The filter
  // lets fragments and whatever the user asked for through as well.
  bool is_in(std::span<const std::byte> packet) const {
    if (packet.size() < 8 + kText.size()) return false;
    const auto datagram = packet.last(8 + kText.size());
    const auto u16 = [&](std::size_t at) {
      return std::to_integer<unsigned>(datagram[at]) << 8 |
             std::to_integer<unsigned>(datagram[at + 1]);
    };
    return u16(0) == port_ && u16(2) == kDiscardPort && u16(4) == datagram.size() &&
           std::memcmp(datagram.data() + 8, kText.data(), kText.size()) == 0;
  }

 private:
  static constexpr std::string_view kText = "end";

  int socket_;
  std::uint16_t port_ = 0;
};

Status set_filter(pcap_t* handle, const CaptureOptions& options, std::uint16_t marker) {
  const std::string text =
      "(" + options.filter + ") or (udp and src port " + std::to_string(marker) + ")";
  bpf_program program{};
  if (pcap_compile(handle, &program, text.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
    return trouble("filter '" + options.filter + "': " + pcap_geterr(handle));
  }
  const int set = pcap_setfilter(handle, &program);
  pcap_freecode(&program);
  if (set != 0) return trouble("filter '" + options.filter + "': " + pcap_geterr(handle));
  return {};
}

}  // namespace

class LiveCapture::Body {
 public:
  Body(CaptureHandle handle, PcapWriter writer, bool cut_payload)
      : handle_(std::move(handle)),
        writer_(std::move(writer)),
        link_(link_type_of(link_number_of(handle_))),
        cut_payload_(cut_payload) {}
  ~Body() { end(); }

  Status filter(const CaptureOptions& options) {
    return set_filter(handle_.get(), options, marker_.port());
  }
  void begin() {
    thread_ = std::thread([this] { read_all(); });
  }

  Result<CaptureCounts> stop() {
    marker_.send();
    {
      std::unique_lock lock(mutex_);
      seen_.wait_for(lock, stretched(kMarker.limit), [this] { return marker_seen_; });
    }
    end();
    CaptureCounts counts;
    pcap_stat statistics{};
    if (pcap_stats(handle_.get(), &statistics) == 0) {
      counts.dropped_by_kernel = statistics.ps_drop;
      counts.dropped_by_interface = statistics.ps_ifdrop;
    }
    counts.written = writer_.written();
    counts.marker_seen = marker_seen_;
    if (auto flushed = writer_.flush(); !flushed) return std::unexpected(flushed.error());
    return counts;
  }

 private:
  void end() {
    ending_ = true;
    pcap_breakloop(handle_.get());
    if (thread_.joinable()) thread_.join();
  }

  void read_all() {
    while (!ending_) {
      const int got =
          pcap_dispatch(handle_.get(), -1, &Body::on_packet, reinterpret_cast<u_char*>(this));
      // Nothing came for a while: what is buffered shall survive a crash of ours.
      if (got == 0) (void)writer_.flush();
      if (got < 0) return;
    }
  }

  static void on_packet(u_char* self, const pcap_pkthdr* header, const u_char* bytes) {
    reinterpret_cast<Body*>(self)->take(*header, bytes);
  }

  void take(const pcap_pkthdr& header, const u_char* bytes) {
    Packet packet;
    packet.time = {std::chrono::seconds(header.ts.tv_sec) + Nanos(header.ts.tv_usec)};
    packet.link = link_;
    packet.original_length = header.len;
    packet.bytes = {reinterpret_cast<const std::byte*>(bytes), header.caplen};
    const auto segment = decode_segment(packet);
    if (!segment) {
      if (marker_.is_in(packet.bytes)) see_marker();
      return;
    }
    const auto kept = cut_payload_ ? packet.bytes.first(segment->header_bytes) : packet.bytes;
    writer_.add(packet.time, packet.original_length, kept);
  }

  void see_marker() {
    const std::scoped_lock lock(mutex_);
    marker_seen_ = true;
    seen_.notify_all();
  }

  CaptureHandle handle_;
  PcapWriter writer_;
  LinkType link_;
  bool cut_payload_;
  Marker marker_;
  std::thread thread_;
  std::atomic<bool> ending_{false};
  std::mutex mutex_;
  std::condition_variable seen_;
  bool marker_seen_ = false;
};

LiveCapture::LiveCapture(std::unique_ptr<Body> body) : body_(std::move(body)) {}
LiveCapture::~LiveCapture() = default;

Result<std::unique_ptr<LiveCapture>> LiveCapture::start(const CaptureOptions& options) {
  auto handle =
      open_capture(options.interface, options.cut_payload ? Snap::kHeaders : Snap::kWhole);
  if (!handle) return std::unexpected(handle.error());
  auto writer = PcapWriter::create(options.file, link_number_of(*handle));
  if (!writer) return std::unexpected(writer.error());
  auto body = std::make_unique<Body>(std::move(*handle), std::move(*writer), options.cut_payload);
  if (auto set = body->filter(options); !set) return std::unexpected(set.error());
  body->begin();
  return std::unique_ptr<LiveCapture>(new LiveCapture(std::move(body)));
}

Result<CaptureCounts> LiveCapture::stop() {
  return body_->stop();
}

Status capture_rights(const std::string& interface) {
  const auto handle = open_capture(interface, Snap::kHeaders);
  if (!handle) return std::unexpected(handle.error());
  return {};
}

}  // namespace tailrace
