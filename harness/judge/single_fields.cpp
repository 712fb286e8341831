// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/single_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/judge/law.h"
#include "harness/wire/http_head.h"

namespace tailrace {
namespace {

// Not Content-Length: with two of them a message has no end that all agree on, and is malformed.
constexpr std::array<std::string_view, 6> kSingle = {
    "content-type", "mcp-session-id", "mcp-protocol-version", "last-event-id", "mcp-method",
    "mcp-name"};

Look come_once(const Evidence& evidence, const Exchange& exchange) {
  const bool of_client = under_test(evidence.timeline, exchange) == Side::kClient;
  if (!of_client && !exchange.response) return std::nullopt;
  const HttpHead& head = of_client ? exchange.request : *exchange.response;
  for (const std::string_view name : kSingle) {
    const auto times = std::ranges::count_if(head.headers, [&](const HttpHeader& field) {
      return lower_case(field.name) == name;
    });
    if (times > 1) return fmt::format("its head has {} {} times", name, times);
  }
  return "";
}

}  // namespace

Check single_fields_come_once() {
  return check_of({"single_fields_come_once", "a field that holds one value comes once in a head",
                   "a header is added where it is set already: by two layers, or on a request that "
                   "is sent again",
                   "set the field instead of adding it", "nothing was sent", come_once,
                   Level::kShould},
                  Rule{});
}

}  // namespace tailrace
