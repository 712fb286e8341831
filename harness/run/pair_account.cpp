// SPDX-License-Identifier: Apache-2.0
#include "harness/run/pair_account.h"

#include <algorithm>
#include <set>

namespace tailrace {
namespace {

using Chosen = bool (*)(const ExchangeRecord&);

bool is_tool_call(const ExchangeRecord& record) {
  return record.asked.method == "tools/call";
}
bool is_other_request(const ExchangeRecord& record) {
  return record.http_method == "POST" && !record.asked.id.empty() &&
         record.asked.method != "initialize";
}
bool is_any(const ExchangeRecord& record) {
  return record.http_method.empty() || record.http_method == "POST";
}

std::vector<PairCall> calls_of(const CaptureReport& report) {
  std::vector<PairCall> calls;
  for (const Chosen chosen : {&is_tool_call, &is_other_request, &is_any}) {
    for (const ExchangeRecord& record : report.exchanges) {
      if (chosen(record)) calls.push_back({&record});
    }
    if (!calls.empty()) break;
  }
  return calls;
}

void mark_stalls(const CaptureReport& report, PairAccount& account) {
  std::set<std::pair<std::uint32_t, std::uint32_t>> stalled;
  for (const CaptureFinding& finding : report.findings) {
    if (finding.kind != kind::kStall || !finding.exchange) continue;
    stalled.insert({finding.connection.value, *finding.exchange});
  }
  for (PairCall& call : account.calls) {
    call.stalled = stalled.contains({call.exchange->connection.value, call.exchange->index});
    account.stalled_calls += call.stalled;
  }
}

void measure(PairAccount& account) {
  std::vector<Nanos> took;
  std::set<std::uint32_t> connections;
  for (const PairCall& call : account.calls) {
    took.push_back(call.exchange->length());
    connections.insert(call.exchange->connection.value);
  }
  account.connections = connections.size();
  if (took.empty()) return;
  std::sort(took.begin(), took.end());
  account.median = took[took.size() / 2];
  account.slowest = took.back();
}

const CaptureFinding* first_of(const CaptureReport& report, std::string_view kind,
                               std::optional<Side> side = std::nullopt) {
  for (const CaptureFinding& finding : report.findings) {
    if (finding.kind == kind && (!side || finding.side == side)) return &finding;
  }
  return nullptr;
}

void tell_hold(const CaptureReport& report, const PairOutcome& outcome, PairAccount& account) {
  if (const CaptureFinding* stall = first_of(report, kind::kStall)) {
    account.hold = Hold::kShown;
    account.holder = stall->side;
    account.owner = stall->details["owner"].as_string();
    account.cure = stall->details["cure"].as_string();
    return;
  }
  if (outcome.server_no_delay == true) {
    account.hold = Hold::kCured;
    return;
  }
  if (first_of(report, kind::kLatent, Side::kServer) == nullptr) return;
  account.hold = Hold::kUnknown;
  if (!outcome.server_no_delay) return;
  account.hold = Hold::kMasked;
  account.holder = Side::kServer;
  const bool each = first_of(report, kind::kNewConnections) != nullptr;
  account.masked_by = each                      ? "new-connection-per-call"
                      : account.connections > 1 ? "new-connections"
                                                : "prompt-acknowledgements";
  account.owner = "the listener in the server's application or framework";
  account.cure = "set TCP_NODELAY on accepted sockets, or send head and body in one write";
}

}  // namespace

std::string_view name_of(Hold hold) {
  switch (hold) {
    case Hold::kShown:
      return "shown";
    case Hold::kMasked:
      return "masked";
    case Hold::kCured:
      return "cured";
    case Hold::kUnknown:
      return "unknown";
    case Hold::kNone:
      break;
  }
  return "none";
}

void settle_latent(CaptureReport& report, std::optional<bool> server_no_delay) {
  if (!server_no_delay) return;
  const auto by_server = [](const CaptureFinding& finding) {
    return finding.kind == kind::kLatent && finding.side == Side::kServer;
  };
  if (*server_no_delay) {
    const auto gone = std::erase_if(report.findings, by_server);
    std::uint64_t& count = report.count_by_kind[std::string(kind::kLatent)];
    count -= std::min<std::uint64_t>(count, gone);
    if (count == 0) report.count_by_kind.erase(std::string(kind::kLatent));
    return;
  }
  for (CaptureFinding& finding : report.findings) {
    if (by_server(finding)) finding.confidence = Confidence::kHigh;
  }
}

void count_cured(const PairAccount& account, PairCure& cure) {
  std::vector<Nanos> took;
  for (const PairCall& call : account.calls) {
    const auto set = cure.set_at.find(call.exchange->client);
    if (set == cure.set_at.end() || call.exchange->start < set->second) {
      ++cure.calls_before;
      continue;
    }
    ++cure.calls;
    cure.stalled_calls += call.stalled;
    took.push_back(call.exchange->length());
  }
  if (took.empty()) return;
  std::ranges::sort(took);
  cure.median = took[took.size() / 2];
}

PairAccount account_of(const CaptureReport& report, const PairOutcome& outcome) {
  PairAccount account;
  account.calls = calls_of(report);
  mark_stalls(report, account);
  measure(account);
  tell_hold(report, outcome, account);
  return account;
}

}  // namespace tailrace
