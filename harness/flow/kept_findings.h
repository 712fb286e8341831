// SPDX-License-Identifier: Apache-2.0
// KeptFindings: of each kind of finding the first ones and the costliest; of the others only the
// sums. Private to `flow`; one thread at a time; bounded.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "harness/flow/capture_report.h"

namespace tailrace {

class KeptFindings {
 public:
  // Of a kind so many, into the report, which must outlive it.
  KeptFindings(CaptureReport& report, std::size_t most) : report_(report), most_(most) {}

  void add(CaptureFinding finding) {
    if (const auto place = place_of(finding.kind, finding.cost)) put(*place, std::move(finding));
  }
  // The same of one that is not made yet: in a long capture most are not kept, and each is text.
  template <class Make>
  void add(std::string_view kind, Nanos cost, Make&& make) {
    if (const auto place = place_of(kind, cost)) put(*place, make());
  }

 private:
  struct Tally {  // Of a kind, in the report but for its costliest.
    std::uint64_t* count = nullptr;
    Nanos* cost = nullptr;
    Nanos worst{0};
    std::optional<std::size_t> late;  // Its place, where it came behind those that are kept.
  };
  Tally& tally_of(std::string_view kind);
  // Counts it. Where it goes; none: it is left out.
  std::optional<std::size_t> place_of(std::string_view kind, Nanos cost);
  void put(std::size_t place, CaptureFinding finding);

  CaptureReport& report_;
  std::size_t most_;
  std::map<std::string, Tally, std::less<>> tallies_;
};

}  // namespace tailrace
