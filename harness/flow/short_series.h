// SPDX-License-Identifier: Apache-2.0
// ShortSeries: holds of connections that are too short to show a series, put together: who opens a
// connection for every call or two holds one write on each, and all of those are one series.
// Private to `flow`; one thread at a time; bounded.
#pragma once

#include <array>
#include <map>
#include <vector>

#include "harness/flow/capture_report.h"

namespace tailrace {

class ShortSeries {
 public:
  void note(const ConnectionFlow& flow);
  // Findings that are sure by now are told as such, and counted.
  void tell(CaptureReport& report) const;

 private:
  struct Key {
    Side holder = Side::kServer;
    std::array<std::uint8_t, 16> client{};  // Of a server all clients see the same socket option.
    Endpoint server;
    auto operator<=>(const Key&) const = default;
  };
  struct Holds {
    std::uint64_t held = 0, waiting_for_more = 0;
    std::vector<Stall> stalls;
    void take(const Stall& stall);
  };
  struct Holder {
    std::uint64_t candidates = 0, proofs = 0;
    TwoLongest longest_proofs;  // As in DirectionFlow, of all.
    std::uint64_t quick = 0;  // Of the sharp ones: nobody was woken for them.
    Holds sharp, all;
  };
  static Key key_of(Side holder, const Endpoint& client, const Endpoint& server);
  static bool is_series(const Holder& holder, const Holds& holds);
  static const Holds* series_of(const Holder& holder);  // nullptr where they are none.

  std::map<Key, Holder> holders_;
};

}  // namespace tailrace
