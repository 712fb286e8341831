// SPDX-License-Identifier: Apache-2.0
#include "harness/capture/live_handle.h"

namespace tailrace {
namespace {

constexpr int kRingBytes = 32 << 20;
constexpr int kSnapLength = 262144;  // Loopback segments may be 64 KiB.
constexpr int kToMillis = 10;        // A block is handed over at the latest after this.

}  // namespace

Result<CaptureHandle> open_capture(const std::string& interface) {
  char why[PCAP_ERRBUF_SIZE] = "";
  CaptureHandle handle(pcap_create(interface.c_str(), why), &pcap_close);
  if (!handle) return trouble("interface '" + interface + "': " + why);
  pcap_set_snaplen(handle.get(), kSnapLength);
  pcap_set_timeout(handle.get(), kToMillis);
  pcap_set_buffer_size(handle.get(), kRingBytes);
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
