// SPDX-License-Identifier: Apache-2.0
// How our scripted client opens GET streams, resumes broken ones and cancels requests, and the
// initialize that must fail.
#include <algorithm>

#include "harness/judge/session.h"
#include "harness/peer/client_driver.h"

namespace tailrace {
namespace {

constexpr Millis kReplay{5000};  // For what a server has at hand, or will have soon.
constexpr Millis kUsualRetry{500};
constexpr std::uint64_t kLongestRetry = 2000;  // A longer one would only lengthen our run.
// A server that never had the last so many has hardly the next one: it is asked for once.
constexpr int kOftenUnfetched = 2;
// A server may not yet have seen that the reader before has left.
constexpr int kConflict = 409;
constexpr Millis kStillRead{1000};
constexpr Millis kSoon{100};

// What the server asked for on this stream.
Millis retry_of(const History& history, StreamId stream) {
  return history.read([&](const Timeline& timeline) {
    Millis retry = kUsualRetry;
    for (const StreamEvent& event : timeline.exchange(stream)->events) {
      if (event.sse.retry_ms) retry = Millis(std::min(*event.sse.retry_ms, kLongestRetry));
    }
    return retry;
  });
}

}  // namespace

StreamId ClientDriver::get(const GetOptions& options) {
  PostOptions as_post{.on = options.on, .fresh = true, .session = options.session};
  if (!options.last_event_id.empty()) {
    as_post.headers.push_back({"Last-Event-ID", vault_.unmask(options.last_event_id)});
  }
  return send("GET", "", as_post);
}

StreamId ClientDriver::resume(StreamId stream, SessionNumber session) {
  const std::string last = last_event_id(stream);
  if (last.empty()) decline("the server gives its events no ids, so nothing can be resumed");
  return get({.session = session, .last_event_id = last});
}

StreamId ClientDriver::resume_until_answered(StreamId stream, SessionNumber session) {
  StreamId latest = stream;
  const MonoTime begun = mono_now();
  bool still_read = false;
  for (int attempt = 0; attempt < kMostResumes || mono_now() - begun < kFetching; ++attempt) {
    if (attempt > 0) stay_connected(still_read ? kSoon : retry_of(history_, stream));
    const bool newer = latest != stream && !last_event_id(latest).empty();
    latest = resume(newer ? latest : stream, session);
    watch_stream(latest, kReplay);
    const bool over = history_.read([&](const Timeline& timeline) {
      const Exchange& exchange = *timeline.exchange(latest);
      const bool refused = exchange.response && exchange.response->status / 100 != 2;
      still_read = refused && exchange.response->status == kConflict;
      return refused || exchange.final_message() != nullptr || !exchange.ended();
    });
    still_read = still_read && mono_now() - begun < kStillRead;
    if (over && !still_read) break;
  }
  return latest;
}

// 2025-11-25 lets a server end a connection before its stream; a client comes back for the rest.
void ClientDriver::fetch_answer(StreamId stream) {
  const auto session = history_.read([&](const Timeline& timeline) {
    const Exchange& exchange = *timeline.exchange(stream);
    const bool waits = waits_to_be_fetched(timeline, exchange, settings_.revision);
    return waits ? std::optional(session_of(exchange)) : std::nullopt;
  });
  if (!session) return;
  const auto named = std::find_if(sessions_.begin(), sessions_.end(),
                                  [&](const Session& known) { return known.id == *session; });
  if (named == sessions_.end()) return;
  stay_connected(retry_of(history_, stream));
  const auto number = static_cast<SessionNumber>(named - sessions_.begin());
  if (unfetched_ < kOftenUnfetched) {
    unfetched_ = is_answered(resume_until_answered(stream, number)) ? 0 : unfetched_ + 1;
  } else {
    const StreamId rest = resume(stream, number);
    if (watch_stream(rest, kReplay) && is_answered(rest)) unfetched_ = 0;
  }
}

StreamId ClientDriver::ask_for_unknown_revision() {
  Session session;
  const StreamId stream = initialize(session, std::string(kNobodysRevision));
  sessions_.push_back(session);
  return stream;
}

StreamId ClientDriver::cancel(StreamId request, SessionNumber session) {
  Json params;
  params.set("requestId", *parse_json(request_id(request)));
  params.set("reason", "asked by the script");
  const StreamId notice =
      post("notifications/cancelled", params, {.fresh = true, .session = session});
  await_answer(notice);
  return notice;
}

}  // namespace tailrace
