// SPDX-License-Identifier: Apache-2.0
// PairAccount: what the packets of a pair say call by call: how long, on which connection, held or
// not, and whether the pair only hides a hold. Pure; values, any thread.
#pragma once

#include "harness/flow/capture_report.h"
#include "harness/run/pair.h"

namespace tailrace {

struct PairCall {
  const ExchangeRecord* exchange = nullptr;  // Of the report.
  bool stalled = false;                      // A stall of the packets lies in it.
};

enum class Hold : std::uint8_t {
  kShown,    // Calls waited for a delayed ACK.
  kMasked,   // The server holds small writes, but here each ACK was prompt.
  kCured,    // The server sets TCP_NODELAY.
  kUnknown,  // Data left on prompt ACKs, and the socket's option was not to be seen.
  kNone,     // Nothing was held that could be seen.
};
std::string_view name_of(Hold hold);  // "shown", "masked", ...

struct PairAccount {
  std::vector<PairCall> calls;  // tools/call, or where there is none every request.
  std::size_t connections = 0;  // That carried them.
  Nanos median{0}, slowest{0};
  std::size_t stalled_calls = 0;
  Hold hold = Hold::kNone;
  std::optional<Side> holder;  // Of kShown and kMasked.
  std::string masked_by;       // "new-connection-per-call", "new-connections", ...
  std::string owner, cure;     // Of kShown and kMasked.
};

// What the server's own socket says of TCP_NODELAY stands above what its packets look like.
void settle_latent(CaptureReport& report, std::optional<bool> server_no_delay);

// The account refers to `report`, which must outlive it.
PairAccount account_of(const CaptureReport& report, const PairOutcome& outcome);

// Of the account of the second time: what became of the calls that began with the cure in place.
void count_cured(const PairAccount& account, PairCure& cure);

}  // namespace tailrace
