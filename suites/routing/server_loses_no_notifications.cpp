// SPDX-License-Identifier: Apache-2.0
// Calls of one tool, several at a time and each alone in its session, bring as many notifications
// each time, each on its own stream: what is sent just before the response races with its end.

#include "harness/judge/notices.h"
#include "harness/judge/server_laws.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kSessions = 4;  // As many streams as a polite run may open.
constexpr int kRounds = 15;   // A loss in fifty calls is met with two in three chances.
constexpr int kBeforeErrors = 6;  // Rounds that tell how many a call brings.

void drive(ClientDriver& client) {
  std::vector<SessionNumber> sessions;
  for (int i = 0; i < kSessions; ++i) sessions.push_back(client.open_session());
  for (int round = 0; round < kRounds; ++round) {
    std::vector<StreamId> calls;
    for (const SessionNumber session : sessions) {
      if (!client.can_ask()) break;
      const bool fails = round >= kBeforeErrors;
      if (fails) client.await_answer(client.ask_for_error(0, {.session = session}));
      calls.push_back(client.ask_tool(&AllowedTools::chatty, {.session = session}));
    }
    for (const StreamId call : calls) client.await_answer(call);
  }
}

}  // namespace

Scenario routing_server_loses_no_notifications() {
  return Scenario{{
      .id = "routing.server_loses_no_notifications",
      .question = "Does each call of one tool bring as many notifications?",
      .covers = {req::kProgressAtHome, req::kProgressHasToken, req::kProgressGrows},
      .drive = &drive,
      .checks = {notifications_are_as_many(), progress_keeps_to_its_stream(req::kProgressAtHome),
                 progress_has_a_token(req::kProgressHasToken),
                 progress_grows(req::kProgressGrows)},
      .catches = {server_fault::kLosesSomeNotifications},
      .catches_with_sessions = {server_fault::kNotifiesLatestCall},
      .spares = {server_oddity::kNotifiesOnGet, server_oddity::kJsonAnswers,
                 server_oddity::kNotifiesSlowly},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
