// SPDX-License-Identifier: Apache-2.0
// What the scripted client says in batches, which revision 2025-03-26 alone has.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/peer/client_driver.h"

namespace tailrace {
namespace {

constexpr std::string_view kWithBatches = "2025-03-26";

std::string array_of(const std::vector<std::string>& messages) {
  return fmt::format("[{}]", fmt::join(messages, ","));
}

}  // namespace

ClientDriver::Batch ClientDriver::ask_in_batch(const std::vector<Request>& requests) {
  if (sessions_.front().revision != kWithBatches) {
    decline("the server speaks no revision that has batches: 2025-03-26 alone does");
  }
  Batch batch;
  std::vector<std::string> messages;
  for (const Request& request : requests) {
    PostOptions options;
    options.id = std::to_string(sessions_.front().next_request++);
    messages.push_back(message_of(request.method, request.params, options));
    batch.ids.push_back(*options.id);
  }
  batch.stream = post_text(array_of(messages), {.fresh = true});
  return batch;
}

ClientDriver::Batch ClientDriver::ask_for_result_and_ping() {
  return ask_in_batch({request_for_result(0), {"ping", Json()}});
}

ClientDriver::Batch ClientDriver::ask_for_result_and_slow() {
  return ask_in_batch({request_for_result(0), call_of(&AllowedTools::slow)});
}

StreamId ClientDriver::cancel_in_batch(const std::string& id) {
  Json params;
  params.set("requestId", *parse_json(id));
  const StreamId notice =
      post_text(array_of({message_of("notifications/cancelled", params, PostOptions{})}));
  await_answer(notice);
  return notice;
}

}  // namespace tailrace
