// SPDX-License-Identifier: Apache-2.0
// Fuzz target: capture files of every kind: pcap, pcapng, and either packed.
#include <algorithm>
#include <cstdint>

#include "harness/capture/pcap_file.h"
#include "harness/flow/segment.h"

namespace tailrace {
namespace {

constexpr int kMostPackets = 4000;  // A packed file may hold without end.

class Memory final : public ByteSource {
 public:
  explicit Memory(std::span<const std::byte> left) : left_(left) {}
  std::size_t read(std::span<std::byte> into) override {
    const std::size_t size = std::min(into.size(), left_.size());
    std::copy_n(left_.begin(), size, into.begin());
    left_ = left_.subspan(size);
    return size;
  }

 private:
  std::span<const std::byte> left_;
};

}  // namespace
}  // namespace tailrace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tailrace;
  const std::span bytes(reinterpret_cast<const std::byte*>(data), size);
  auto file = PcapFile::read(std::make_unique<Memory>(bytes), "fuzzed");
  if (!file) return 0;
  for (int packets = 0; packets < kMostPackets; ++packets) {
    const auto packet = (*file)->next();
    if (!packet || !*packet) break;
    (void)(*file)->comments();
    (void)decode_segment(**packet);
  }
  (void)(*file)->truncated();
  return 0;
}
