// SPDX-License-Identifier: Apache-2.0
// JSON-RPC 2.0 messages as MCP uses them: classified and composed. Pure functions: any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/wire/json.h"

namespace tailrace {

// kBatch: an array of messages (MCP 2025-03-26 only; later revisions have none).
enum class MessageKind : std::uint8_t {
  kRequest,
  kNotification,
  kResult,
  kError,
  kBatch,
  kInvalid
};
const char* name_of(MessageKind kind);

// The canonical JSON text of an id: 1, "1", null. An integer sent as 1.0 is 1.
struct RpcId {
  std::string text;
  auto operator<=>(const RpcId&) const = default;
};
RpcId rpc_id(std::int64_t number);
RpcId rpc_id(std::string_view text);  // "a" for a.

struct RpcMessage {
  MessageKind kind = MessageKind::kInvalid;
  // A response of kError may have the id null or none: the sender could not tell which (JSON-RPC
  // 5.1). Also of invalid messages, where it can be read.
  std::optional<RpcId> id;
  std::string method;
  std::optional<std::int64_t> error_code;
  std::string error_message;
  std::string why_invalid;        // Empty unless kInvalid.
  Json body;                      // The whole message; null for a batch and for what is no JSON.
  std::vector<RpcMessage> batch;  // Of kBatch: at least one, each possibly invalid, none a batch.

  bool is_response() const { return kind == MessageKind::kResult || kind == MessageKind::kError; }
};

// Never fails: what is no message is kInvalid with the reason. Members of other names are allowed.
RpcMessage classify_message(std::string_view text);

// One line of JSON. `params` null: left out. The text of an id is JSON, as in RpcId.
std::string compose_request(const RpcId& id, std::string_view method, const Json& params = {});
std::string compose_notification(std::string_view method, const Json& params = {});
std::string compose_result(const RpcId& id, const Json& result);
// Without an id the member is left out; RpcId{"null"} writes null.
std::string compose_error(const std::optional<RpcId>& id, std::int64_t code,
                          std::string_view message);

}  // namespace tailrace
