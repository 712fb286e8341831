// SPDX-License-Identifier: Apache-2.0
#include "harness/peer/finished_calls.h"

#include <fmt/format.h>

#include "harness/judge/resources.h"
#include "harness/judge/retention.h"
#include "harness/peer/patience.h"

namespace tailrace {
namespace {

using Ask = std::function<StreamId(ClientDriver&, const PostOptions&)>;

struct Kind {
  std::string name;  // [a-z_]
  Ask ask;
};

constexpr int kBetweenSearches = 500;  // Calls
constexpr int kMostFurther = 6000;
// Where no collector runs, texts that so many calls left as they were are in memory that is not
// handed out again. Measured on rmcp: 2 of 15 went in the 4000 calls after the first 2000.
constexpr int kUnmoved = 1000;
constexpr Millis kLongest{12000};
constexpr int kAtOnce = 8;  // Calls that we leave.
constexpr Millis kUnderWay{50}, kSlowest{1000};
constexpr Millis kReplay{1000};  // What is stored is sent at once.
constexpr int kNotNow = 409, kServerError = 500;  // Another time it may be replayed.

std::vector<Kind> kinds_of_call(const AllowedTools& tools) {
  std::vector<Kind> kinds = {
      {"results", [](auto& client, const auto& options) { return client.ask_for_result(options); }},
      {"errors", [](auto& client, const auto& options) {
         return client.ask_for_error(0, options);
       }}};
  const auto add = [&](const char* name, std::optional<ToolCall> AllowedTools::*tool) {
    if (!(tools.*tool)) return;
    kinds.push_back({name, [tool](auto& client, const auto& options) {
                       return client.ask_tool(tool, options);
                     }});
  };
  add("notifying_calls", &AllowedTools::chatty);
  add("failing_tools", &AllowedTools::failing);
  add("refusing_tools", &AllowedTools::refused);
  return kinds;
}

class MarkedCalls {
 public:
  MarkedCalls(ClientDriver& client, bool notices)
      : client_(client),
        notices_(notices),
        kinds_(kinds_of_call(client.tools())),
        prefix_(fmt::format("tailrace-{:08x}-",
                            static_cast<std::uint32_t>(mono_now().since_boot.count()))) {
  }

  void ask_about_calls() {
    for (const Kind& kind : kinds_) client_.mark(kMarkedKind, kind.name);
    abort_some();
  }

  // Of sessions that were ended: those of a server that keeps them may live on.
  bool end_sessions() {
    if (!client_.has_session_id(0)) return false;
    const std::string name(kEndedSessions);
    for (int number = 0; number < kMarkedCalls; ++number) {
      PostOptions options = marked(name, number);
      options.session = client_.open_session();
      client_.await_answer(client_.ask_for_result(options));
      const StreamId erased = client_.delete_session(options.session);
      if (!client_.is_accepted(erased)) return false;
    }
    client_.mark(kMarkedKind, name);
    return true;
  }

  int round() {  // One of each kind; their number.
    StreamId finished;
    for (const Kind& kind : kinds_) {
      finished = kind.ask(client_, marked(kind.name, rounds_));
      client_.await_answer(finished);
    }
    if (notices_) notice_of(finished);
    if (++rounds_ == kMarkedCalls && notices_) {
      client_.mark(kNoticesMade, std::to_string(kMarkedCalls));
    }
    return static_cast<int>(kinds_.size());
  }

  MemorySearched search() { return client_.search_memory(prefix_, kMarkedCalls); }

 private:
  // A cancel that comes too late, which no table of calls has a use for: where its text goes and
  // those of calls stay, they are kept.
  void notice_of(StreamId finished) {
    Json params;
    params.set("requestId", *parse_json(client_.request_id(finished)));
    params.set("reason", marked(std::string(kNotices), rounds_).marker);
    client_.await_answer(client_.post("notifications/cancelled", params));
  }

  // Calls that their client leaves, and whose handlers are done when this returns.
  void abort_some() {
    if (!client_.tools().slow) return;
    const StreamId whole = client_.ask_tool(&AllowedTools::slow);
    client_.await_answer(whole);
    const Millis done = client_.time_of(whole) + kUnderWay;
    if (done > stretched(kSlowest)) return;
    const std::string name(kAbortedCalls);
    client_.mark(kMarkedKind, name);
    for (int number = 0; number < kMarkedCalls;) {
      std::vector<StreamId> open;
      for (int i = 0; i < kAtOnce && number < kMarkedCalls; ++i) {
        PostOptions options = marked(name, number++);
        options.fresh = true;
        open.push_back(client_.ask_tool(&AllowedTools::slow, options));
      }
      client_.watch_head(open.back(), kUnderWay);
      for (const StreamId call : open) client_.reset(client_.connection_of(call));
      client_.stay_connected(done);
    }
  }

  // With a stop behind the number: a text of Go has no end of its own, and behind it lies what was
  // there before.
  PostOptions marked(const std::string& kind, int number) const {
    PostOptions options;
    options.id = fmt::format("\"{}{}-{}.\"", prefix_, kind, number);
    options.marker = fmt::format("{}{}{}-{}.", prefix_, kind, kOfMeta, number);
    return options;
  }

  ClientDriver& client_;
  bool notices_;
  std::vector<Kind> kinds_;
  std::string prefix_;
  int rounds_ = 0;
};

// Whether further calls are of use.
class StillTexts {
 public:
  explicit StillTexts(ClientDriver& client) {
    if (!client.can_sample()) return;
    client.sample("before the calls");
    has_collector_ = client.history().read(&collector_of) != Collector::kNone;
  }

  bool at(const MemorySearched& found, int further) {
    if (found.kinds != kinds_) {
      kinds_ = found.kinds;
      since_ = further;
    }
    return !has_collector_ && further - since_ >= kUnmoved;
  }

 private:
  bool has_collector_ = true;
  std::vector<MemorySearched::Kind> kinds_;
  int since_ = 0;
};

}  // namespace

bool may_replay(ClientDriver& client, StreamId finished) {
  const std::string begun = client.first_event_id(finished);
  if (begun.empty()) return false;
  if (begun == client.last_event_id(finished)) return true;  // Nothing is behind it.
  const StreamId again = client.get({.last_event_id = begun});
  if (!client.watch_end(again, kReplay) || !client.first_event_id(again).empty()) return true;
  return client.history().read([&](const Timeline& timeline) {
    const auto& response = timeline.exchange(again)->response;
    return !response || response->status == kNotNow || response->status >= kServerError;
  });
}

namespace {

void search(ClientDriver& client, bool notices) {
  if (!client.can_search()) client.decline(std::string(kUnwatched));
  client.open_session();
  const StreamId first = client.ask_for_result();
  client.await_answer(first);
  MarkedCalls calls(client, notices);
  // Where events have ids, what is kept of calls may be for clients that resume.
  const bool keeps_events =
      notices ? may_replay(client, first) : !client.last_event_id(first).empty();
  if (!keeps_events) calls.ask_about_calls();
  if (!calls.end_sessions() && keeps_events) {
    client.decline("its events have ids: what it keeps of calls may be for clients that resume; "
                   "and its sessions cannot be ended");
  }
  for (int i = 0; i < kMarkedCalls; ++i) calls.round();
  const Patience patience(kLongest);
  int further = 0;
  StillTexts still(client);
  const MonoTime until = mono_now() + stretched(kLongest);
  // The fewest get the time that they take on a machine that has some; who came to a third of them,
  // the time for the rest.
  const auto has_time = [&] {
    if (further >= kFewestFurther) return mono_now() < until;
    return !patience.is_over(further * 3 >= kFewestFurther ? 3 : 1);
  };
  for (int searched_at = 0; further < kMostFurther && has_time();) {
    further += calls.round();
    if (further - searched_at < kBetweenSearches) continue;
    searched_at = further;
    if (further < kFewestFurther) continue;
    client.mark(kFurtherCalls, std::to_string(further));
    const MemorySearched found = calls.search();
    if (controls_are_gone(found) || still.at(found, further)) return;
  }
  client.mark(kFurtherCalls, std::to_string(further));
  calls.search();
}

}  // namespace

void search_for_finished_calls(ClientDriver& client) { search(client, true); }

void search_for_finished_requests(ClientDriver& client) { search(client, false); }

}  // namespace tailrace
