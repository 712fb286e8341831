// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/lost_cause.h"

#include <algorithm>
#include <array>
#include <string>

#include "harness/judge/session.h"

namespace tailrace {
namespace {

constexpr char kNoMessage = '-', kRequest = '?', kNotification = '!', kOther = 'x';

char kind_of_event(const StreamEvent& event) {
  if (!event.message) return event.sse.data.empty() ? kNoMessage : kOther;
  if (event.message->kind == MessageKind::kRequest) return kRequest;
  return event.message->kind == MessageKind::kNotification ? kNotification : kOther;
}

// What came on the call's own stream before its answer, a letter for each event.
std::string came_before(const ClientCall& call) {
  std::string kinds;
  for (const StreamEvent& event : call.exchange->events) {
    if (call.final_at && event.message && event.message->is_response()) break;
    kinds += kind_of_event(event);
  }
  return kinds;
}

template <char kKind>
bool has(const Timeline&, const ClientCall& call) {
  return came_before(call).contains(kKind);
}

bool other_stream_ended(const Timeline& timeline, const ClientCall& call) {
  return std::ranges::any_of(timeline.exchanges, [&](const Exchange& get) {
    const bool inside = get.ended_at && *get.ended_at > call.exchange->request_at &&
                        call.back.at && *get.ended_at < *call.back.at;
    return inside && get.request.method == "GET" && session_of(get) == session_of(*call.exchange);
  });
}

bool is_error(const Timeline&, const ClientCall& call) {
  return call.final != nullptr && call.final->kind == MessageKind::kError;
}

bool has_unusual_type(const Timeline&, const ClientCall& call) {
  if (!call.exchange->response) return false;
  const std::string* type = call.exchange->response->find("content-type");
  return type != nullptr && *type != "application/json" && *type != "text/event-stream";
}

bool is_json_error(const Timeline& timeline, const ClientCall& call) {
  return is_error(timeline, call) && !call.exchange->is_event_stream();
}

struct Suspect {
  bool (*has)(const Timeline&, const ClientCall&);
  LostCause cause;
  bool may_come_back = false;  // Some that have it; then some that have it not did, too.
};

// Errors first: of a client that came by no answer at all other histories tell.
constexpr std::array<Suspect, 7> kSuspects{{
    {has_unusual_type,
     {"Content-Type is compared as a whole text: another case, a space or a parameter is unknown",
      "read the type before the first semicolon, whatever the case of its letters"},
     true},
    {is_json_error,
     {"an Error in a body of JSON reaches nobody: only Results are looked for there",
      "give an Error to the call of its id, as a Result"}},
    {is_error,
     {"an Error reaches nobody: only Results end a call",
      "give an Error to the call of its id, as a Result"}},
    {has<kNoMessage>,
     {"an event without data is taken for a message, or for the end of the stream",
      "skip events without data: they carry an id, and nothing else"}},
    {has<kRequest>,
     {"a request of the server on the stream is taken for the answer, or for the stream's end",
      "tell messages apart by their kind, and only then by their id"}},
    {has<kNotification>,
     {"a notification on the stream is taken for the answer, or for the stream's end",
      "read a stream until its response came, whatever comes before that"}},
    {other_stream_ended,
     {"what ends or refuses a listening stream ends the calls of the session that wait on theirs",
      "give up the one stream, and keep the session and its calls"}},
}};

}  // namespace

std::optional<LostCause> cause_of_losses(const Timeline& timeline,
                                         const std::vector<const ClientCall*>& lost,
                                         const std::vector<const ClientCall*>& came_back) {
  for (const Suspect& suspect : kSuspects) {
    const auto has = [&](const ClientCall* call) { return suspect.has(timeline, *call); };
    const bool enough = suspect.may_come_back && !std::ranges::all_of(came_back, has);
    if (std::ranges::all_of(lost, has) && (enough || std::ranges::none_of(came_back, has))) {
      return suspect.cause;
    }
  }
  return std::nullopt;
}

bool are_of_one_form(const ClientCall& one, const ClientCall& other) {
  if (one.final == nullptr || other.final == nullptr) return false;
  return one.variant == other.variant && one.final->kind == other.final->kind &&
         one.exchange->is_event_stream() == other.exchange->is_event_stream() &&
         came_before(one) == came_before(other);
}

}  // namespace tailrace
