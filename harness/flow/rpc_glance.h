// SPDX-License-Identifier: Apache-2.0
// RpcGlance: what a JSON-RPC message is, read in one pass and without a value of it: a capture
// holds millions, and some are cut. Pure functions: any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tailrace {

struct RpcGlance {
  enum class Kind : std::uint8_t { kNone, kRequest, kNotification, kResult, kError };
  Kind kind = Kind::kNone;
  std::string id;      // As written, cut to a sane length; "" where there is none.
  std::string method;
  std::string tool;    // params.name
};

// Of an array the first message. Tolerates anything, also text cut anywhere.
RpcGlance glance_at(std::string_view json);
// Its kind alone: an answer is not read past the name of its result.
RpcGlance::Kind kind_at(std::string_view json);
// How many requests or responses an array holds (a batch, 2025-03-26): of what is none, 1. Cut in
// it, or deeper than a message is: kUncounted.
inline constexpr std::uint32_t kUncounted = UINT32_MAX;
std::uint32_t requests_at(std::string_view json);
std::uint32_t responses_at(std::string_view json);

}  // namespace tailrace
