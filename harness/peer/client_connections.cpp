// SPDX-License-Identifier: Apache-2.0
// The connections of our scripted client: opening, choosing, sending, ending.
#include <algorithm>

#include "harness/base/assert.h"
#include "harness/net/timestamps_off.h"
#include "harness/peer/client_driver.h"
#include "harness/record/marks.h"
#include "harness/wire/http_rules.h"

namespace tailrace {
namespace {

constexpr Deadline kConnect{"connect", Millis(5000)};
constexpr Deadline kSend{"send", Millis(5000)};
constexpr Deadline kClose{"close", Millis(2000)};

bool has_ended(const Timeline& timeline, ConnectionId id) {
  const Connection* connection = timeline.connection(id);
  return connection != nullptr && (connection->peer_ended || connection->we_ended);
}

// Facts of a refusal name no connection but its address, and the script opens one at a time.
std::size_t refusals_by(const Timeline& timeline, const std::string& address) {
  return static_cast<std::size_t>(std::ranges::count_if(
      timeline.refused, [&](const auto& refused) { return refused.what.target == address; }));
}

}  // namespace

bool ClientDriver::may_open() const {
  const std::size_t most = settings_.pace->limits().connections;
  if (most == 0) return true;
  const auto open = std::count_if(links_.begin(), links_.end(), [&](const auto& link) {
    return history_.read([&](const Timeline& timeline) {
      return timeline.connection(link.first) != nullptr && !has_ended(timeline, link.first);
    });
  });
  return static_cast<std::size_t>(open) < most;
}

bool ClientDriver::can_ask() const {
  return idle_connection().has_value() || may_open();
}

ConnectionId ClientDriver::open_connection(const LinkOptions& options) {
  if (!may_open()) decline("the profile 'safe' allows no more connections at once");
  if (!options.timestamps && !(settings_.own_network && TimestampsOff::is_possible())) {
    decline("TCP timestamps can be turned off only in a network of our own");
  }
  const MonoTime begun = mono_now();
  auto& addresses = settings_.server.addresses;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const Endpoint address = addresses[i];
    const std::size_t before =
        history_.read([&](const auto& t) { return refusals_by(t, address.text()); });
    Link link = network_.connect({&history_, &vault_}, address, options, settings_.server.tls);
    links_.emplace(link.id(), link);
    const auto known = [&](const Timeline& timeline) {
      return timeline.connection(link.id()) != nullptr ||
             refusals_by(timeline, address.text()) > before;
    };
    if (i + 1 == addresses.size()) {
      await(kConnect, "a connection to " + address.text(), known);
    } else if (!wait_until(mono_now() + stretched(kConnect.limit), known)) {
      link.reset();  // Its packets are dropped on the way, as those to a broken IPv6 are.
    }
    if (history_.read([&](const auto& t) { return t.connection(link.id()) != nullptr; })) {
      std::swap(addresses.front(), addresses[i]);  // The next connection goes there at once.
      return link.id();
    }
  }
  // It accepted before, or we were told that it would: nothing of ours is broken, and why it does
  // not now stays unseen, unless its process is gone.
  const std::string why = history_.read([](const auto& t) { return t.refused.back().what.why; });
  history_.append(DeadlinePassed{std::string(kConnect.name),
                                 "an address of the server that accepts a connection: " + why,
                                 std::chrono::ceil<Millis>(mono_now() - begun)});
  stop();
}

bool ClientDriver::is_usable(ConnectionId id) const {
  return history_.read([&](const Timeline& timeline) {
    const Connection* connection = timeline.connection(id);
    if (connection == nullptr || !connection->usable() || connection->half_closed) return false;
    const Exchange* last = timeline.last_on(id);
    if (last == nullptr) return true;
    return last->end == BodyEnd::kComplete && last->response &&
           connection_is_reusable(last->request, *last->response);
  });
}

std::optional<ConnectionId> ClientDriver::idle_connection() const {
  const auto idle = std::find_if(links_.begin(), links_.end(),
                                 [&](const auto& link) { return is_usable(link.first); });
  if (idle == links_.end()) return std::nullopt;
  return idle->first;
}

std::optional<StreamId> ClientDriver::send_on(ConnectionId connection, const std::string& request) {
  const auto link = links_.find(connection);
  TAILRACE_ASSERT(link != links_.end());
  const auto sent_before = [&](const Timeline& timeline) {
    const Connection* on = timeline.connection(connection);
    return on == nullptr ? std::size_t{0} : on->streams.size();
  };
  const std::size_t before = history_.read(sent_before);
  link->second.write(request);
  await(kSend, "the kernel to take a request", [&](const Timeline& timeline) {
    return sent_before(timeline) > before || has_ended(timeline, connection);
  });
  return history_.read([&](const Timeline& timeline) -> std::optional<StreamId> {
    if (sent_before(timeline) == before) return std::nullopt;
    return timeline.connection(connection)->streams.back();
  });
}

void ClientDriver::send_more(ConnectionId connection, const std::string& bytes) {
  const auto link = links_.find(connection);
  if (link != links_.end()) link->second.write(bytes);
}

void ClientDriver::close(ConnectionId connection) {
  const auto link = links_.find(connection);
  if (link == links_.end()) return;
  link->second.close();
  await(kClose, "our own close",
        [&](const Timeline& timeline) { return has_ended(timeline, connection); });
  links_.erase(link);
}

void ClientDriver::reset(ConnectionId connection) {
  const auto link = links_.find(connection);
  if (link == links_.end()) return;
  link->second.reset();
  await(kClose, "our own reset",
        [&](const Timeline& timeline) { return has_ended(timeline, connection); });
  links_.erase(link);
}

void ClientDriver::close_all() {
  while (!links_.empty()) {
    const ConnectionId id = links_.begin()->first;
    const bool known = history_.read([&](const auto& t) { return t.connection(id) != nullptr; });
    if (known) {
      close(id);
    } else {
      links_.erase(id);
    }
  }
}

void ClientDriver::half_close(ConnectionId connection) {
  const auto link = links_.find(connection);
  if (link != links_.end()) link->second.half_close();
}

void ClientDriver::pause_reading(ConnectionId connection) {
  const auto link = links_.find(connection);
  if (link == links_.end()) return;
  mark(kMarkUnread, std::to_string(connection.value));
  link->second.pause_reading();
}

void ClientDriver::resume_reading(ConnectionId connection) {
  const auto link = links_.find(connection);
  if (link == links_.end()) return;
  mark(kMarkReadAgain, std::to_string(connection.value));
  link->second.resume_reading();
}

}  // namespace tailrace
