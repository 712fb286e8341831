// SPDX-License-Identifier: Apache-2.0
// LiveSource: packets that are still to come, from an interface. One thread at a time; it waits as
// a CaptureWatch lets it.
#pragma once

#include <memory>
#include <string>

#include "harness/flow/packet.h"

namespace tailrace {

class CaptureWatch {
 public:
  virtual ~CaptureWatch() = default;
  // Waits until `descriptor` is readable or for a while. False: nobody wants more packets.
  virtual bool wait(int descriptor) = 0;
};

class LiveSource : public PacketSource {
 public:
  // `filter` as tcpdump takes it. Error: what is denied or unknown. The watch must outlive it.
  static Result<std::unique_ptr<LiveSource>> open(const std::string& interface,
                                                  const std::string& filter, CaptureWatch& watch);
  ~LiveSource() override;

  Result<std::optional<Packet>> next() override;  // nullopt: the watch has ended it.
  std::uint64_t dropped() const;

 private:
  class Body;
  explicit LiveSource(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace tailrace
