// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/pcap_json.h"

#include <algorithm>

#include "harness/cli/capture_scenarios.h"
#include "harness/flow/connection_findings.h"

namespace tailrace {
namespace {

Json connection_json(const Endpoint& client, const Endpoint& server) {
  Json json;
  json.set("client", client.text()).set("server", server.text());
  return json;
}

Json finding_json(const CaptureFinding& finding, const CaptureReport& report) {
  Json json;
  json.set("kind", finding.kind);
  if (finding.on_connection) {
    json.set("connection", connection_json(finding.client, finding.server));
  }
  if (finding.exchange) json.set("exchange", *finding.exchange);
  for (const auto& [name, value] : finding.details.members()) json.set(name, value);
  json.set("confidence", name_of(finding.confidence));
  if (finding.kind == report.verdict) json.set("is_verdict", true);
  return json;
}

// Milliseconds with all nine digits behind the second, and the same in whole nanoseconds.
Json causes_json(const CauseSums& causes, bool in_nanos) {
  Json json{Json::Object{}};
  for (std::size_t i = 0; i < kCauses; ++i) {
    const auto cause = static_cast<Cause>(i);
    if (causes[cause] == Nanos(0) && cause != Cause::kUnexplained) continue;
    const std::string name(name_of(cause));
    if (in_nanos) {
      json.set(name, std::int64_t{causes[cause].count()});
    } else {
      json.set(name, millis_of(causes[cause]));
    }
  }
  return json;
}

Json exchange_json(const ExchangeRecord& record) {
  Json json;
  json.set("connection", connection_json(record.client, record.server));
  json.set("index", record.index);
  json.set("start", static_cast<double>(record.start.since_epoch.count()) / 1e9);
  json.set("start_ns", std::int64_t{record.start.since_epoch.count()});
  json.set("ms", millis_of(record.length()));
  json.set("ns", std::int64_t{record.length().count()});
  json.set("causes", causes_json(record.causes, false));
  json.set("causes_ns", causes_json(record.causes, true));
  json.set("setup_ms", millis_of(record.setup));
  json.set("first_frame", record.first_frame.value).set("last_frame", record.last_frame.value);
  json.set("reading", record.is_http ? "http" : "turn");
  if (record.is_http) json.set("http_method", record.http_method).set("status", record.status);
  if (!record.asked.method.empty()) json.set("method", record.asked.method);
  if (!record.asked.id.empty()) json.set("id", record.asked.id);
  if (!record.asked.tool.empty()) json.set("tool", record.asked.tool);
  if (record.is_event_stream) json.set("events", record.events).set("messages", record.messages);
  json.set("complete", record.complete);
  json.set("request_bytes", record.request.end - record.request.begin);
  json.set("response_bytes", record.response.end - record.response.begin);
  if (record.stale) json.set("first_attempt", record.stale->client.text());
  if (record.behind) {
    Json behind;
    behind.set("connection", connection_json(record.behind->client, record.behind->server));
    behind.set("index", record.behind->index).set("ms", millis_of(record.behind->took));
    json.set("behind", std::move(behind));
  }
  return json;
}

Json capture_json(const CaptureReport& report) {
  Json json;
  json.set("packets", report.frames).set("tcp_packets", report.segments);
  json.set("second_copies", report.second_copies);
  json.set("dropped", report.dropped);
  json.set("missed_bytes", report.missed_by_capture);
  json.set("incomplete_datagrams", report.incomplete_datagrams);
  json.set("connections", report.connections);
  json.set("one_sided_connections", report.one_sided_connections);
  json.set("tls_connections", report.tls_connections);
  json.set("http2_connections", report.http2_connections);
  json.set("retransmissions", report.retransmissions);
  json.set("stalls", report.stalls).set("harmless_delayed_acks", report.harmless_delays);
  json.set("exchanges", report.exchange_count);
  json.set("exchanges_left_out", report.exchanges_left_out);
  json.set("findings_left_out", report.findings_left_out);
  const Nanos span = report.first && report.last ? *report.last - *report.first : Nanos(0);
  json.set("seconds", millis_of(span) / 1e3);
  json.set("causes", causes_json(report.causes, false));
  return json;
}

// What stands before the findings.
Json head_json(const CaptureReport& report) {
  Json json;
  json.set("schema", kCaptureSchema).set("file", report.file).set("frames", report.frames);
  if (report.parts.size() > 1) {
    Json parts;
    for (const CapturePart& part : report.parts) {
      Json row;
      row.set("file", part.file).set("first_frame", part.first.value).set("frames", part.frames);
      parts.push(std::move(row));
    }
    json.set("files", std::move(parts));
  }
  return json.set("verdict", report.verdict);
}

// What stands behind the exchanges.
Json tail_json(const CaptureReport& report) {
  Json json, notes{Json::Array{}};
  for (const std::string& note : report.notes) notes.push(note);
  json.set("capture", capture_json(report)).set("notes", std::move(notes));
  return json.set("scenarios", scenarios_json(report.scenarios));
}

}  // namespace

Json to_json(const CaptureReport& report) {
  Json json = head_json(report), findings{Json::Array{}}, exchanges{Json::Array{}};
  for (const CaptureFinding& finding : report.findings) {
    findings.push(finding_json(finding, report));
  }
  for (const ExchangeRecord& record : report.exchanges) exchanges.push(exchange_json(record));
  json.set("findings", std::move(findings)).set("exchanges", std::move(exchanges));
  const Json tail = tail_json(report);  // Outlives the loop over its members.
  for (const auto& [name, value] : tail.members()) json.set(name, value);
  return json;
}

void write_json(const CaptureReport& report, JsonWriter& writer) {
  writer.begin_object();
  writer.members(head_json(report));
  writer.name("findings");
  writer.begin_array();
  for (const CaptureFinding& finding : report.findings) {
    writer.value(finding_json(finding, report));
  }
  writer.end_array();
  writer.name("exchanges");
  writer.begin_array();
  for (const ExchangeRecord& record : report.exchanges) writer.value(exchange_json(record));
  writer.end_array();
  writer.members(tail_json(report));
  writer.end_object();
}

}  // namespace tailrace
