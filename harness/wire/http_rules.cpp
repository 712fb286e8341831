// SPDX-License-Identifier: Apache-2.0
#include "harness/wire/http_rules.h"

namespace tailrace {

namespace {

std::string_view without_parameters(std::string_view content_type) {
  return trimmed(content_type.substr(0, content_type.find(';')));
}

}  // namespace

std::string media_type(const HttpHead& head) {
  const std::string* value = head.find("Content-Type");
  if (!value) return {};
  return lower_case(without_parameters(*value));
}

bool is_event_stream(std::string_view content_type) {
  return same_name(without_parameters(content_type), "text/event-stream");
}

bool is_event_stream(const HttpHead& head) {
  const std::string* value = head.find("Content-Type");
  return value != nullptr && is_event_stream(*value);
}

bool is_encoded(const HttpHead& head) {
  const std::string* value = head.find("Content-Encoding");
  return value != nullptr && !same_name(trimmed(*value), "identity");
}

bool is_json(const HttpHead& head) {
  return media_type(head) == "application/json";
}

bool connection_is_reusable(const HttpHead& request, const HttpHead& response) {
  const bool is_tunnel = request.method == "CONNECT" && response.status / 100 == 2;
  return request.keeps_alive() && response.keeps_alive() && !response.is_interim() && !is_tunnel &&
         response.framing != HttpFraming::kUntilClose;
}

}  // namespace tailrace
