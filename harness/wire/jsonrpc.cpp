// SPDX-License-Identifier: Apache-2.0
#include "harness/wire/jsonrpc.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "harness/base/assert.h"

namespace tailrace {
namespace {

constexpr std::string_view kVersion = "2.0";
constexpr double kLargestExact = 9007199254740992.0;  // 2^53: doubles tell integers apart below.

// "" where the id is one.
std::string read_id(const Json& value, std::optional<RpcId>& id) {
  if (value.is_null()) {
    id = RpcId{"null"};
    return {};
  }
  if (value.is_string() || value.is_int()) {
    id = RpcId{to_text(value)};
    return {};
  }
  if (!value.is_number()) return "the id is neither a string nor a number";
  const double number = value.as_double();
  if (std::trunc(number) != number) return "the id is a fraction";
  const bool exact = std::abs(number) <= kLargestExact;
  id = RpcId{exact ? to_text(static_cast<std::int64_t>(number)) : to_text(number)};
  return {};
}

std::string repeated_member(const Json& body) {
  for (const char* name : {"jsonrpc", "id", "method", "result", "error"}) {
    const auto count = std::ranges::count(body.members(), name, &Json::Member::first);
    if (count > 1) return fmt::format("the member '{}' appears {} times", name, count);
  }
  return {};
}

std::string classify_call(const Json& body, RpcMessage& message) {
  const Json* params = body.find("params");
  if (body.find("result") || body.find("error")) return "both a method and a result or an error";
  if (!body["method"].is_string()) return "the method is no string";
  if (params && !params->is_object() && !params->is_array()) {
    return "params is neither an object nor an array";
  }
  if (body["id"].is_null() && body.find("id")) return "the id of a request is null";
  message.kind = message.id ? MessageKind::kRequest : MessageKind::kNotification;
  return {};
}

std::string classify_result(const Json& body, RpcMessage& message) {
  if (!message.id) return "a result without an id";
  if (body["id"].is_null()) return "the id of a result is null";
  message.kind = MessageKind::kResult;
  return {};
}

std::string classify_error(const Json& body, RpcMessage& message) {
  const Json& error = body["error"];
  if (!error.is_object()) return "the error is no object";
  const Json& code = error["code"];
  const double number = code.as_double();
  const bool integral = std::trunc(number) == number && std::abs(number) <= kLargestExact;
  message.error_message = error["message"].as_string();
  if (!code.is_number() || (!code.is_int() && !integral)) return "the error code is no integer";
  message.error_code = code.is_int() ? code.as_int() : static_cast<std::int64_t>(number);
  if (!error["message"].is_string()) return "the error message is no string";
  message.kind = MessageKind::kError;
  return {};
}

std::string classify_object(const Json& body, RpcMessage& message) {
  message.method = body["method"].as_string();
  std::string bad_id;
  if (const Json* id = body.find("id")) bad_id = read_id(*id, message.id);
  if (std::string repeated = repeated_member(body); !repeated.empty()) return repeated;
  if (!body.find("jsonrpc")) return "no member 'jsonrpc'";
  if (body["jsonrpc"] != Json(kVersion)) return "the member 'jsonrpc' is not \"2.0\"";
  if (!bad_id.empty()) return bad_id;
  const bool has_result = body.find("result") != nullptr;
  const bool has_error = body.find("error") != nullptr;
  if (body.find("method")) return classify_call(body, message);
  if (has_result && has_error) return "both a result and an error";
  if (has_result) return classify_result(body, message);
  if (has_error) return classify_error(body, message);
  return "neither a method nor a result nor an error";
}

RpcMessage invalid(std::string why) {
  RpcMessage message;
  message.why_invalid = std::move(why);
  return message;
}

RpcMessage classify_value(Json value) {
  if (!value.is_object()) return invalid("a message that is no object");
  RpcMessage message;
  message.why_invalid = classify_object(value, message);
  message.body = std::move(value);
  return message;
}

// Each is kept with what was read of it: a hundred times the bytes of the least of them.
constexpr std::size_t kMostInBatch = 1000;

RpcMessage classify_batch(const Json& array) {
  if (array.items().empty()) return invalid("an empty batch");
  if (array.items().size() > kMostInBatch) {
    return invalid("a batch of more than " + std::to_string(kMostInBatch) + " messages");
  }
  RpcMessage message;
  message.kind = MessageKind::kBatch;
  message.batch.reserve(array.items().size());
  for (const Json& item : array.items()) message.batch.push_back(classify_value(item));
  return message;
}

Json envelope() {
  Json message;
  message.set("jsonrpc", kVersion);
  return message;
}

Json value_of(const RpcId& id) {
  Result<Json> value = parse_json(id.text);
  TAILRACE_ASSERT(value);
  return *std::move(value);
}

std::string compose_call(Json message, std::string_view method, const Json& params) {
  message.set("method", method);
  if (!params.is_null()) message.set("params", params);
  return to_text(message);
}

}  // namespace

const char* name_of(MessageKind kind) {
  constexpr std::array kNames{"request", "notification", "result", "error", "batch", "invalid"};
  return kNames[static_cast<std::size_t>(kind)];
}

RpcId rpc_id(std::int64_t number) {
  return {to_text(number)};
}

RpcId rpc_id(std::string_view text) {
  return {to_text(text)};
}

RpcMessage classify_message(std::string_view text) {
  Result<Json> value = parse_json(text);
  if (!value) return invalid("no JSON: " + value.error().what);
  return value->is_array() ? classify_batch(*value) : classify_value(*std::move(value));
}

std::string compose_request(const RpcId& id, std::string_view method, const Json& params) {
  return compose_call(envelope().set("id", value_of(id)), method, params);
}

std::string compose_notification(std::string_view method, const Json& params) {
  return compose_call(envelope(), method, params);
}

std::string compose_result(const RpcId& id, const Json& result) {
  return to_text(envelope().set("id", value_of(id)).set("result", result));
}

std::string compose_error(const std::optional<RpcId>& id, std::int64_t code,
                          std::string_view message) {
  Json response = envelope();
  if (id) response.set("id", value_of(*id));
  Json error;
  error.set("code", code).set("message", message);
  return to_text(response.set("error", std::move(error)));
}

}  // namespace tailrace
