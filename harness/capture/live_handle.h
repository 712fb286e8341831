// SPDX-License-Identifier: Apache-2.0
// A packet socket in block mode, as every live capture of ours has it. Private to `capture`.
#pragma once

#include <pcap/pcap.h>

#include <cstdint>
#include <memory>
#include <string>

#include "harness/base/result.h"

namespace tailrace {

using CaptureHandle = std::unique_ptr<pcap_t, decltype(&pcap_close)>;

// Whole packets, or the headers alone, which need a small ring.
enum class Snap : std::uint8_t { kWhole, kHeaders };

// Nanoseconds. Error: which interface, and what is denied.
Result<CaptureHandle> open_capture(const std::string& interface, Snap snap);
// As files have it: of all link types that we know, libpcap numbers only raw IP differently.
std::uint32_t link_number_of(const CaptureHandle& handle);

}  // namespace tailrace
