// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/exchange_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "harness/judge/session.h"
#include "harness/wire/escape.h"

namespace tailrace {
namespace {

constexpr std::size_t kMostRows = 25;
constexpr std::size_t kMostText = 40;

// The costliest first.
std::vector<std::string> cause_words(const CauseSums& causes) {
  std::vector<std::pair<Nanos, Cause>> order;
  for (std::size_t i = 0; i < kCauses; ++i) {
    const auto cause = static_cast<Cause>(i);
    if (causes[cause] > Nanos(0)) order.emplace_back(causes[cause], cause);
  }
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a > b; });
  std::vector<std::string> words;
  for (const auto& [took, cause] : order) {
    // Hundredths that do not matter stay in the JSON.
    if (took < causes.total() / 50 && !words.empty() && cause != Cause::kUnexplained) continue;
    words.push_back(fmt::format("{} {}", name_of(cause), in_millis(took)));
  }
  return words;
}

// A cause stands on one line with its time, so they are broken between each other alone.
std::string listed(const std::vector<std::string>& words, std::size_t indent, std::size_t width) {
  std::string text;
  std::size_t used = indent;
  for (const std::string& word : words) {
    const std::string_view comma = &word == &words.back() ? "" : ",";
    const std::size_t needs = word.size() + comma.size();
    if (!text.empty() && width != 0 && used + 1 + needs > width) {
      text += "\n" + std::string(indent, ' ');
      used = indent;
    } else if (!text.empty()) {
      text += ' ';
      ++used;
    }
    text += word;
    text += comma;
    used += needs;
  }
  return text;
}

std::string name_of_call(const ExchangeRecord& record) {
  if (!record.is_http) return "turn";
  std::string text = record.http_method;
  if (!record.asked.method.empty()) text += " " + record.asked.method;
  if (!record.asked.tool.empty()) text += " " + record.asked.tool;
  text = excerpt(text, kMostText);
  if (record.status >= kFirstError) text += fmt::format(" ({})", record.status);
  if (record.never_answered) text += " (no answer)";
  return text;
}

struct Row {
  std::string frame, took, client, call;
  std::vector<std::string> causes;
};

Row row_of(const ExchangeRecord& record) {
  Row row = {fmt::format("{}", record.first_frame.value), in_millis(record.length()),
             record.client.text(), name_of_call(record), cause_words(record.causes)};
  if (record.behind) {  // Whom a proxy waited for, as the client of the leg behind it.
    row.causes.push_back(fmt::format("of it {} behind, on {}", in_millis(record.behind->took),
                                     record.behind->client.text()));
  }
  return row;
}

// Columns are as wide as what stands in them.
std::string lines_of(const std::vector<Row>& rows, std::size_t width) {
  std::size_t frame = 0, took = 0, client = 0, call = 0;
  for (const Row& row : rows) {
    frame = std::max(frame, row.frame.size());
    took = std::max(took, row.took.size());
    client = std::max(client, row.client.size());
    call = std::max(call, row.call.size());
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line = fmt::format("  {:>{}}  {:>{}}  ", row.frame, frame, row.took, took);
    if (client > 0) line += fmt::format("{:<{}}  ", row.client, client);
    line += fmt::format("{:<{}}  ", row.call, call);
    text += line + listed(row.causes, line.size(), width) + "\n";
  }
  return text;
}

std::vector<Row> longest_rows(const CaptureReport& report) {
  std::vector<const ExchangeRecord*> records;
  for (const ExchangeRecord& record : report.exchanges) records.push_back(&record);
  if (records.size() > kMostRows) {
    std::partial_sort(records.begin(), records.begin() + kMostRows, records.end(),
                      [](auto* a, auto* b) { return a->length() > b->length(); });
    records.resize(kMostRows);
  }
  std::vector<Row> rows;
  for (const ExchangeRecord* record : records) rows.push_back(row_of(*record));
  return rows;
}

// The client of all rows, or the address of all their clients, goes out of the rows: columns are
// dear. Empty where they have nothing in common.
std::string take_what_is_common(std::vector<Row>& rows) {
  const std::string first = rows.front().client;
  if (std::ranges::all_of(rows, [&](const Row& row) { return row.client == first; })) {
    for (Row& row : rows) row.client.clear();
    return first;
  }
  const std::string address = first.substr(0, first.rfind(':') + 1);
  const auto is_there = [&](const Row& row) {
    return row.client.rfind(':') + 1 == address.size() && row.client.starts_with(address);
  };
  if (!std::ranges::all_of(rows, is_there)) return "";
  for (Row& row : rows) row.client.erase(0, address.size());
  return address.substr(0, address.size() - 1);
}

}  // namespace

std::string exchange_table(const CaptureReport& report, std::size_t width) {
  if (report.exchanges.empty()) return "";
  const std::string sums = fmt::format("{} exchange{}, {}:", report.exchange_count,
                                       report.exchange_count == 1 ? "" : "s",
                                       in_millis(report.exchange_time));
  std::string text = fmt::format("\n{} {}\n\n", sums,
                                 listed(cause_words(report.causes), sums.size() + 1, width));
  std::vector<Row> rows = longest_rows(report);
  const std::string whose = take_what_is_common(rows);
  if (report.exchanges.size() > kMostRows) {
    text += fmt::format("  The {} longest{}:\n", kMostRows, whose.empty() ? "" : ", of " + whose);
  } else if (!whose.empty()) {
    text += fmt::format("  Of {}:\n", whose);
  }
  const bool has_client = !rows.front().client.empty();
  const char* client = !has_client ? "" : whose.empty() ? "client" : "port";
  rows.insert(rows.begin(), {"frame", "took", client, "call", {"by cause"}});
  return text + lines_of(rows, width);
}

}  // namespace tailrace
