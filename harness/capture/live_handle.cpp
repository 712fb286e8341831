// SPDX-License-Identifier: Apache-2.0
#include "harness/capture/live_handle.h"

namespace tailrace {
namespace {

// A ring has blocks of 256 KiB. One is handed over when it is full or its time is over, and then
// waits for us: a ring lasts for its number of blocks times that, or for what it holds.
struct Ring {
  int bytes;
  int packet_bytes;
  int handed_over_after;  // Milliseconds, at the latest
};
constexpr Ring kWhole{32 << 20, 262144, 10};  // Loopback segments may be 64 KiB.
// Link, IPv6 with an extension and TCP with all its options; 40 000 of them.
constexpr Ring kHeaders{8 << 20, 256, 40};

}  // namespace

Result<CaptureHandle> open_capture(const std::string& interface, Snap snap) {
  const Ring& ring = snap == Snap::kHeaders ? kHeaders : kWhole;
  char why[PCAP_ERRBUF_SIZE] = "";
  CaptureHandle handle(pcap_create(interface.c_str(), why), &pcap_close);
  if (!handle) return trouble("interface '" + interface + "': " + why);
  pcap_set_snaplen(handle.get(), ring.packet_bytes);
  pcap_set_timeout(handle.get(), ring.handed_over_after);
  pcap_set_buffer_size(handle.get(), ring.bytes);
  pcap_set_tstamp_precision(handle.get(), PCAP_TSTAMP_PRECISION_NANO);
  const int failed = pcap_activate(handle.get());
  if (failed < 0) {
    return trouble("packets of interface '" + interface + "' may not be captured: " +
                   (failed == PCAP_ERROR_PERM_DENIED ? "no right to open a packet socket"
                                                     : pcap_geterr(handle.get())));
  }
  return handle;
}

std::uint32_t link_number_of(const CaptureHandle& handle) {
  constexpr std::uint32_t kRawIp = 101;
  const int dlt = pcap_datalink(handle.get());
  return dlt == DLT_RAW ? kRawIp : static_cast<std::uint32_t>(dlt);
}

}  // namespace tailrace
