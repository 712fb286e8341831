// SPDX-License-Identifier: Apache-2.0
// Fuzz target: JSON-RPC messages. What was read must be readable again once written.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "harness/wire/jsonrpc.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tailrace;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const RpcMessage message = classify_message(text);
  if (message.kind == MessageKind::kInvalid && message.why_invalid.empty()) std::abort();
  if (message.kind == MessageKind::kBatch && message.batch.empty()) std::abort();
  if (message.kind == MessageKind::kInvalid || message.kind == MessageKind::kBatch) return 0;
  const RpcMessage again = classify_message(to_text(message.body));
  if (again.kind != message.kind || again.id != message.id || again.method != message.method) {
    std::abort();
  }
  return 0;
}
