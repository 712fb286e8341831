// SPDX-License-Identifier: Apache-2.0
// A client that listens again and again leaves no sockets behind in its session.

#include "harness/judge/closed_get.h"
#include "harness/judge/resources.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kGets = 12;
constexpr Millis kHead{500};  // Some send it only with the first event: then there is no telling.
constexpr Millis kSoon{100}, kLook{1000};

void drive(ClientDriver& client) {
  if (!client.can_sample()) client.decline(std::string(kUnwatched));
  client.open_session();
  for (int i = 0; i < kGets; ++i) {
    const StreamId get = client.get();
    const bool head = client.watch_head(get, kHead);
    if (i == 0 && !head) client.decline("the GET stream has no head so far");
    if (i == 0 && !client.is_listening(get)) client.decline("the server offers no GET stream");
    client.close(client.connection_of(get));
    client.stay_connected(kSoon);  // One that listens in the place of another comes later.
  }
  client.mark(kMarkKeepAlive, std::to_string(client.keep_alive().count()));
  const MonoTime until = mono_now() + stretched(client.keep_alive() + kMeetsEnd + kLook);
  for (;;) {
    client.sample(std::string(kLeftOfGets));
    const std::size_t left = client.history().read(&sockets_of_closed_gets);
    if (left == 0 || mono_now() >= until) return;
    client.stay_connected(kLook);
  }
}

}  // namespace

Scenario routing_server_returns_sockets_of_closed_gets() {
  return Scenario{{
      .id = "routing.server_returns_sockets_of_closed_gets",
      .question = "Are the sockets of listening streams closed that their client closed?",
      .covers = {},
      .drive = &drive,
      .checks = {closed_gets_free_their_sockets()},
      .catches = {server_fault::kKeepsClosedGets},
      .spares = {server_oddity::kOneListener, server_oddity::kNoGet},
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
