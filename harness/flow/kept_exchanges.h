// SPDX-License-Identifier: Apache-2.0
// KeptExchanges: the longest exchanges of a report; of the others only the sums. Private to `flow`;
// one thread at a time; bounded.
#pragma once

#include "harness/flow/capture_report.h"

namespace tailrace {

class KeptExchanges {
 public:
  KeptExchanges(CaptureReport& report, std::size_t most);
  void add(ExchangeRecords exchanges);
  void finish();  // Puts the longest into the report, in time.

 private:
  struct Kept {
    Nanos length{0};
    Slabs::Pointer<ExchangeRecord> record;
  };
  void leave_out();  // All but the longest.

  CaptureReport& report_;
  std::size_t most_;
  std::vector<Kept> kept_;
  std::optional<Nanos> shortest_;  // Of those kept, once some were left out.
};

}  // namespace tailrace
