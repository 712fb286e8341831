// SPDX-License-Identifier: Apache-2.0
// ServerDriver: our scripted server, the verbs of scenarios that judge a client. Used by the
// script's thread; the sockets live on the Network's thread.
//
// Whatever a script does not claim is answered correctly while it waits: initialize, ping,
// tools/list, notifications, GET (405) and DELETE. A script claims tools/call, one at a time.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "harness/judge/session.h"
#include "harness/net/network.h"
#include "harness/peer/script.h"
#include "harness/sut/client_environment.h"

namespace tailrace {

enum class ClientContract : std::uint8_t {
  kConformance,  // The official suite's: one call of each listed tool, no lingering.
  kCalls,        // Ours: N calls, one line of JSON for each, lingering (fixtures/sut/README.md).
};

// What becomes of subscriptions (2026-07-28): 404, acknowledged and ended at once, acknowledged and
// held open, or no answer at all.
enum class Subscriptions : std::uint8_t { kRefused, kCut, kHeld, kSilent };

// A way to write the stream of an answer, for send_filled().
struct StreamText {
  std::string_view name, text;
};

struct ServerSettings {
  std::string scenario;  // Id, for TAILRACE_SCENARIO.
  std::string revision;  // What we answer to initialize; "" is what the client asks for.
  ClientContract contract = ClientContract::kConformance;
  Millis call_limit{5000};  // The client's own limit of a call.
  bool closes = false;      // The client ends its session by DELETE.
  bool parallel = false;    // The client makes its calls at once when asked.
  bool large = false;       // The client gives its calls a large argument when asked.
  LinkOptions links;
  // Starts the client with the URL as its last argument; its lines and its end go to the History.
  // Again: gives the same process another session.
  std::function<Status(const std::string& url, const Environment& environment)> start_client;
  Sampler sample;  // Where one process of the client takes many sessions.
};

// Forms of an answer are tried in so many rounds: what is lost once, and not in each round, is not
// lost by its form.
inline constexpr int kRoundsOfForms = 2;

class ServerDriver : public Script {
 public:
  ServerDriver(Network& network, Vault& vault, History& history, ServerSettings settings);

  // Listens and starts the client, which shall make `calls` calls and then stay `linger`.
  // Declines where more than one call is needed and the client keeps the one-call contract.
  void start_client(int calls, Millis linger = Millis(0));

  // Where can_sample(): another session of `calls` calls, in the process that had those before.
  void begin_session(int calls);
  // Its next call; none: the session is over.
  std::optional<StreamId> await_call_of_session();
  // FIN to all, as servers end connections that have been idle, and time to notice it.
  void end_idle_connections();

  // The next tools/call of the client. Stops the script when the client left instead.
  StreamId await_call();
  // The next one within the window, if one comes before the client ends.
  std::optional<StreamId> watch_call(Millis window);
  // The client's process is gone.
  void await_exit(Millis limit);
  bool watch_exit(Millis window);
  // The client has finished this call: told by its line, its next request or its end.
  bool watch_return(StreamId call, Millis window);
  // The idle connections of the client are few, or stay as many as they are.
  void watch_idle_connections();
  // The client has answered the pings so far, or does not: some answer none while a call waits.
  void watch_pongs(Millis window = Millis(500));

  // Parts of an event stream, one write each. send_head also sends the priming event where the
  // revision has one and `ids` is set.
  void send_head(StreamId stream);
  bool sends_priming() const;
  bool is_stateless() const { return !has_sessions(settings_.revision); }
  void send_bare_head(StreamId stream);  // Never with a priming event.
  void send_result(StreamId stream, bool with_end);
  void send_error(StreamId stream, bool with_end);
  // The head of a response and the beginning of its body, which never ends.
  void send_endless_body(StreamId stream, int status);
  void send_end(StreamId stream);
  void send_bytes(StreamId stream, std::string bytes);
  // head + priming | final message + end: the two writes of a typical server.
  void answer_with_result(StreamId stream);
  void answer_with_error(StreamId stream);
  // The next calls, each with a result; false where one did not come before its lack is harm.
  bool answer_calls(int calls);
  // Starts the client for as many calls, each with a result, and awaits its end.
  void serve_calls(int calls);
  // Each that is awaited, with a result and an error by turns.
  void answer_by_turns(int calls);

  // The final messages of a call as text, for streams and bodies that the script shapes itself.
  // Without a text of its own, a result has one that no other call's has.
  std::string result_for(StreamId call, std::string_view text = "") const;
  std::string error_for(StreamId call) const;
  std::string result_of_type(StreamId call, std::string_view type) const;  // 2026-07-28
  // 2026-07-28: a result that asks for input, with this state; "": with none.
  std::string input_request_for(StreamId call, const std::string& state) const;
  // Answers so, where the client says that it can be asked; else declines.
  void ask_for_input(StreamId call, const std::string& state);
  std::string request_id(StreamId call) const { return id_of(call).text; }  // As JSON
  // A log message; declare_logging() before the client starts.
  std::string log_message(std::string_view text) const;
  // A request of the server's own; its id is new, or the one given as JSON.
  std::string ping(std::string_view id = "");
  // Text of an event stream as it stands, in a chunk of its own.
  void send_chunk(StreamId stream, std::string_view text);
  void send_half_chunk(StreamId stream, std::string_view text);  // ... which breaks off half-way.
  // The same with %s replaced by the message; %a and %b by its two halves, cut between members.
  void send_filled(StreamId stream, std::string_view text, const std::string& message);
  // Starts the client, and answers its calls in each of these ways, a variant each, in two rounds.
  void answer_as(std::span<const StreamText> ways);
  // One message as an event, with an id where ids are used.
  void send_message(StreamId stream, const std::string& message);
  // A whole response with Content-Length.
  void respond(StreamId stream, int status, const std::vector<HttpHeader>& headers,
               std::string_view body);

  // The same with 200, framed in another way: a chunk, or what comes before the connection's end.
  void respond_in_chunks(StreamId stream, const HttpHeader& type, std::string_view body);
  void respond_until_close(StreamId stream, const HttpHeader& type, std::string_view body);

  // Before the client starts; the latter leaves it a limit that is longer.
  void limit_calls(Millis limit) { settings_.call_limit = limit; }
  void limit_calls_from(Millis least) { limit_calls(std::max(least, call_limit())); }
  void declare_logging() { declares_logging_ = true; }
  void answer_initialize_by_stream() { streams_initialize_ = true; }  // Behind a log message.
  void open_no_session() { gives_session_ = false; }
  void leave_initialize_open() { leaves_initialize_open_ = true; }  // It is never answered.
  void await_initialize();
  // Answers each initialize with this status from here on; 0: properly.
  void refuse_initialize(int status) { refuses_initialize_ = status; }
  // Instead of what the client offers; legal where the client speaks it.
  void answer_initialize_with(std::string_view revision) { answered_ = revision; }
  // Asks the client for a listening stream, where its SDK leaves the choice.
  void ask_to_listen() { asks_to_listen_ = true; }
  // Asks the client to make its calls all at once; start_client() declines where it cannot.
  void ask_for_calls_at_once() { asks_at_once_ = true; }
  // Asks the client for calls with an argument of so many bytes, and reads of each connection only
  // how the first of them begins, until told to read on; start_client() declines where the client
  // makes none.
  void ask_for_large_calls(std::size_t bytes);
  // Asks for calls with a short argument, of a client that can give them one.
  void ask_for_arguments();
  // A call of which the beginning is read and no more, within the window.
  std::optional<StreamId> watch_upload(Millis window);
  void read_on(StreamId upload);
  void read_all();  // Of every connection, from here on.
  // From here on the script answers the GETs that resume itself. A listening GET still gets its 405
  // at once, unless it is claimed too: some clients make no call before its head.
  void claim_gets() { claims_gets_ = true; }
  void claim_listening_gets() { claims_listening_ = true; }
  // Listening GETs get a stream that stays open.
  void hold_listening_gets() { holds_listening_ = true; }
  void refuse_get(StreamId get);  // 405, as where nothing is claimed.
  void claim_deletes() { claims_deletes_ = true; }
  // The bodies of 202 begin and never end.
  void leave_accepts_open() { leaves_accepts_open_ = true; }
  void answer_subscriptions(Subscriptions how) { subscriptions_ = how; }
  // The client subscribes, which it does beside its first call, within the window or has before.
  bool watch_subscription(Millis window);
  // The next GET within the window, if one comes before the client ends.
  std::optional<StreamId> watch_get(Millis window);
  // The same of one that comes before the first call, or within the window beside it.
  std::optional<StreamId> watch_listening(Millis beside);
  std::optional<StreamId> watch_delete(Millis window);
  // Answers every GET so, until the client has left or `most` were answered.
  void answer_gets(int most, const std::function<void(StreamId)>& answer);
  // The same of those that resume; listening ones are refused.
  void answer_resumes(int most, const std::function<void(StreamId)>& answer);
  // The response of this call on a GET that resumes its stream, and the end.
  void bring_rest(StreamId get, StreamId call);
  // The client's one call, with a result, and its GETs before and after, as many as show a storm.
  void answer_call_among_gets(const std::function<void(StreamId)>& answer);
  // Last-Event-ID of a GET, "" for a listening one.
  std::string resumes_from(StreamId get) const;

  void close_connection(StreamId stream);
  // FIN behind what was written. What crosses it is read, and its connection is reset then.
  void finish_connection(StreamId stream);
  // Names of headers are the same in any case (RFC 9110, 5.1), and many servers write them so.
  void write_names_in_lower_case() { lowers_names_ = true; }
  void reset_connection(StreamId stream);

  void use_event_ids(bool use, Millis retry);
  // It keeps the contract of N calls.
  bool counts_calls() const { return settings_.contract == ClientContract::kCalls; }
  // What a script asks where more calls show more, and one shows something.
  int up_to(int calls) const { return counts_calls() ? calls : 1; }
  Millis call_limit() const { return settings_.call_limit; }
  Millis until_harm() const;  // A call that is not over by then has outlived what is a failure.

 private:
  bool wait_until(MonoTime until, const Condition& holds) override;
  void tell_client(int calls, Millis linger);
  bool has_ended_session(const Timeline& timeline);
  Environment environment_for(int calls, Millis linger) const;
  bool is_due(const Exchange& exchange) const;
  void serve_pending();
  // Of those whose request asks for the connection's end after it: one that is answered in full.
  std::optional<StreamId> answered_last(const Timeline& timeline) const;
  void close_as_asked();  // A server must (RFC 9112, 9.6).
  void serve(const Exchange& exchange);
  void serve_post(const Exchange& exchange);
  void answer_initialize(const Exchange& exchange);
  bool speaks_revision_of(const Exchange& exchange) const;
  void refuse_revision(const Exchange& exchange);
  Json complete(Json result) const;
  Json cacheable(Json result) const;
  bool serve_stateless(const Exchange& exchange);
  void serve_subscription(StreamId stream, const RpcMessage& asked);
  void watch_first_request();
  std::optional<StreamId> watch_claimed(std::deque<StreamId>& claimed, Deadline window);
  void send_final(StreamId stream, const std::string& message, bool with_end);
  RpcId id_of(StreamId stream) const;
  std::string event_id(StreamId stream);
  ConnectionId connection_of(StreamId stream) const;
  Link link_of(StreamId stream);
  void write(StreamId stream, std::string bytes);

  Network& network_;
  Vault& vault_;
  ServerSettings settings_;
  std::string revision_, answered_;
  bool event_ids_ = false;
  Millis retry_{0};
  std::set<StreamId> served_, continued_, closing_;
  std::size_t all_served_ = 0;  // Of the exchanges, from the first on
  std::size_t lines_read_ = 0;  // Of the client, for the end of a session
  bool session_over_ = false;
  int refuses_initialize_ = 0;
  bool streams_initialize_ = false, gives_session_ = true;
  bool leaves_initialize_open_ = false, declares_logging_ = false;
  bool asks_to_listen_ = false, asks_at_once_ = false;
  std::size_t argument_bytes_ = 0;
  bool claims_gets_ = false, claims_listening_ = false, holds_listening_ = false;
  bool claims_deletes_ = false, leaves_accepts_open_ = false;
  Subscriptions subscriptions_ = Subscriptions::kRefused;
  std::deque<StreamId> calls_, gets_, deletes_;
  std::map<StreamId, int> events_sent_;
  std::vector<RpcId> pings_;
  std::mutex links_mutex_;
  std::map<ConnectionId, Link> links_;
  bool reads_all_ = false, lowers_names_ = false;
  std::set<ConnectionId> finished_;
  std::optional<Listener> listener_;  // Last: it stops before what its callback uses.
};

}  // namespace tailrace
