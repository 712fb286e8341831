// SPDX-License-Identifier: Apache-2.0
// Codes of Errors, and results that ask for input: laws of stateless_laws.h.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "harness/judge/law.h"
#include "harness/judge/session.h"
#include "harness/judge/stateless_laws.h"
#include "harness/wire/escape.h"

namespace tailrace {
namespace {

constexpr std::size_t kExcerpt = 60;
constexpr int kMismatch = -32020, kMissingCapability = -32021, kUnsupportedVersion = -32022;
constexpr int kNoSuchResource = -32002, kUrlElicitation = -32042;
constexpr std::array kStandard = {-32700, -32600, -32601, -32602, -32603};

bool within(std::int64_t code, std::int64_t least, std::int64_t most) {
  return code >= least && code <= most;
}

// A law about the code of each Error.
template <class Wrong>
auto each_code(Wrong wrong) {
  return each_message([wrong](const Exchange&, const RpcMessage& message) -> Look {
    if (message.kind != MessageKind::kError) return std::nullopt;
    const std::int64_t code = *message.error_code;
    return wrong(code) ? fmt::format("an Error has the code {}", code) : "";
  });
}

bool is_undefined(std::int64_t code) {
  return within(code, -32099, -32020) && code != kMismatch && code != kMissingCapability &&
         code != kUnsupportedVersion && code != kUrlElicitation;
}

// Our requests agree with their headers and name the revision that was found.
bool is_misused(std::int64_t code) {
  return code == kMismatch || code == kUnsupportedVersion;
}

bool is_of_old(std::int64_t code) {
  return within(code, -32019, -32000) && code != kNoSuchResource;
}

bool is_withdrawn(std::int64_t code) {
  return code == kNoSuchResource || code == kUrlElicitation;
}

bool is_reserved(std::int64_t code) {
  const bool standard = std::find(kStandard.begin(), kStandard.end(), code) != kStandard.end();
  return within(code, -32768, -32100) && !standard;
}

const Json& input_of(const Exchange& exchange) {
  static const Json none;
  const RpcMessage* final = is_request(exchange) ? exchange.final_message() : nullptr;
  if (final == nullptr) return none;
  const Json& result = final->body["result"];
  return result["resultType"].as_string() == "input_required" ? result : none;
}

Look where_it_may(const Evidence&, const Exchange& exchange) {
  static const std::set<std::string> kMay = {"prompts/get", "resources/read", "tools/call"};
  if (!is_request(exchange) || exchange.final_message() == nullptr) return std::nullopt;
  if (kMay.contains(exchange.asked->method)) return std::nullopt;
  return input_of(exchange).is_null() ? "" : "its result asks for input";
}

Look asks_for_something(const Evidence&, const Exchange& exchange) {
  const Json& input = input_of(exchange);
  if (input.is_null()) return std::nullopt;
  const bool something = input["inputRequests"].is_object() || input["requestState"].is_string();
  return something ? "" : "input_required has neither inputRequests nor requestState";
}

// A law about each request for input.
template <class Wrong>
Look each_input(const Exchange& exchange, const Wrong& wrong) {
  Look all;
  for (const auto& [key, request] : input_of(exchange)["inputRequests"].members()) {
    const Look one = wrong(key, request);
    if (!one) continue;
    all = one;
    if (!one->empty()) break;
  }
  return all;
}

Look known_requests(const Evidence&, const Exchange& exchange) {
  static const std::set<std::string> kKnown = {"elicitation/create", "sampling/createMessage",
                                               "roots/list"};
  return each_input(exchange, [](const std::string&, const Json& request) -> Look {
    const std::string& method = request["method"].as_string();
    return kKnown.contains(method) ? "" : "input is asked for by " + excerpt(method, kExcerpt);
  });
}

Look unique_keys(const Evidence&, const Exchange& exchange) {
  std::set<std::string> keys;
  return each_input(exchange, [&](const std::string& key, const Json&) -> Look {
    if (keys.insert(key).second) return "";
    return "two input requests have the key " + excerpt(key, kExcerpt);
  });
}

Look declared_mode(const Evidence&, const Exchange& exchange) {
  return each_input(exchange, [](const std::string&, const Json& request) -> Look {
    if (request["method"].as_string() != "elicitation/create") return std::nullopt;
    const Json& mode = request["params"]["mode"];  // Without one it is a form.
    if (!mode.is_string() || mode.as_string() == "form") return "";
    return "elicitation in the mode " + excerpt(mode.as_string(), kExcerpt);
  });
}

}  // namespace

Check error_codes_are_defined(Rule rule) {
  return check_of({"error_codes_are_defined", "of -32020 to -32099 only what the text defines",
                   "a code of one's own within the range of MCP", "use one outside -32768..-32000",
                   "no Error was seen", each_code(is_undefined)},
                  rule);
}

Check error_codes_are_meant(Rule rule) {
  return check_of({"error_codes_are_meant",
                   "-32020 and -32022 answer requests with the fault that they name",
                   "one code of the new ones for all refusals", "use the code of the fault",
                   "no Error was seen", each_code(is_misused)},
                  rule);
}

Check error_codes_are_not_of_old(Rule rule) {
  return check_of({"error_codes_are_not_of_old", "-32000 to -32019 are left to old servers",
                   "the code is kept from an older revision", "use one outside -32768..-32000",
                   "no Error was seen", each_code(is_of_old), Level::kShould},
                  rule);
}

Check error_codes_are_not_withdrawn(Rule rule) {
  return check_of({"error_codes_are_not_withdrawn", "-32002 and -32042 are no longer sent",
                   "the code is kept from an older revision", "use -32602, or ask by a result",
                   "no Error was seen", each_code(is_withdrawn)},
                  rule);
}

Check error_codes_of_ours_lie_outside(Rule rule) {
  return check_of({"error_codes_of_ours_lie_outside",
                   "codes of an application lie outside -32768 to -32000",
                   "a code of one's own within the range of JSON-RPC",
                   "use one outside -32768..-32000", "no Error was seen", each_code(is_reserved)},
                  rule);
}

Check input_is_asked_for_where_it_may(Rule rule) {
  return check_of({"input_is_asked_for_where_it_may",
                   "only tools/call, prompts/get and resources/read ask for input",
                   "asking is a feature of all handlers", "answer the others in full",
                   "no other request was answered", where_it_may},
                  rule);
}

Check input_required_asks_for_something(Rule rule) {
  return check_of({"input_required_asks_for_something",
                   "input_required has inputRequests, requestState or both",
                   "what is empty is left out", "answer in full where nothing is needed",
                   "nothing asked for input", asks_for_something},
                  rule);
}

Check input_requests_are_known(Rule rule) {
  return check_of({"input_requests_are_known",
                   "input is asked for by elicitation, sampling or roots",
                   "a request of one's own", "ask by one of the three",
                   "nothing asked for input by requests", known_requests},
                  rule);
}

Check input_keys_are_unique(Rule rule) {
  return check_of({"input_keys_are_unique", "each input request has a key of its own",
                   "the object is written by hand", "count the keys",
                   "nothing asked for input by requests", unique_keys},
                  rule);
}

Check input_is_asked_for_as_declared(Rule rule) {
  return check_of({"input_is_asked_for_as_declared",
                   "elicitation comes in a mode that the client declared: a form",
                   "the capabilities of the client are not looked at", "look before asking",
                   "nothing asked by elicitation", declared_mode},
                  rule);
}

}  // namespace tailrace
