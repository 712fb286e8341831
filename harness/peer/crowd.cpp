// SPDX-License-Identifier: Apache-2.0
#include "harness/peer/crowd.h"

#include "harness/judge/service.h"
#include "harness/judge/session.h"

namespace tailrace {
namespace {

constexpr int kAtOnce = 20;
constexpr int kEnoughLost = 3;
constexpr int kSmallBuffer = 4096;  // The server's own buffers fill up soon.
constexpr Millis kFillsUp{200};

bool is_lost(ClientDriver& client, StreamId call) {
  return client.is_accepted(call) && client.history().read([&](const Timeline& timeline) {
    return !is_answered(timeline, *timeline.exchange(call));
  });
}

}  // namespace

std::vector<StreamId> ask_slowly_at_once(ClientDriver& client) {
  // Connected first: on a busy machine the first would be answered before the last is asked.
  for (int i = 1; i < kAtOnce && client.may_open(); ++i) client.open_connection();
  std::vector<StreamId> calls;
  for (int i = 0; i < kAtOnce && client.can_ask(); ++i) {
    calls.push_back(client.ask_tool(&AllowedTools::slow));
  }
  return calls;
}

void await_answers(ClientDriver& client, const std::vector<StreamId>& calls) {
  int lost = 0;
  for (const StreamId call : calls) {
    if (lost == kEnoughLost) break;
    client.await_answer(call);
    lost += is_lost(client, call) ? 1 : 0;
  }
}

void ask_beside_unread(ClientDriver& client, const std::string& what) {
  client.open_session();
  client.await_answer(client.ask_for_result());  // What is lost later is lost beside the stream.
  const ConnectionId unread = client.open_connection({.receive_buffer = kSmallBuffer});
  client.pause_reading(unread);
  client.ask_tool(&AllowedTools::big, {.on = unread});
  // A busy machine has not even made the answer for a while.
  if (!client.await_backlog(unread)) {
    client.decline("the tool that is named as big answers with what fits into a socket's buffers");
  }
  client.stay_connected(kFillsUp);
  client.ask_afterwards(what);
  client.reset(unread);
}

}  // namespace tailrace
