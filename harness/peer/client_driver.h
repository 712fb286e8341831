// SPDX-License-Identifier: Apache-2.0
// ClientDriver: our scripted client, the verbs of scenarios that judge a server. Used by the
// script's thread; the sockets live on the Network's thread.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/judge/session.h"
#include "harness/net/network.h"
#include "harness/peer/attempts.h"
#include "harness/peer/pace.h"
#include "harness/peer/script.h"
#include "harness/sut/manifest.h"
#include "harness/sut/send_queue.h"
#include "harness/wire/http_head.h"

namespace tailrace {

// A server as we reach it. Header values are secrets until they are on the wire.
struct ServerTarget {
  std::string host;    // As in the Host header, with the port where it is not the default.
  std::string target;  // "/mcp"
  std::vector<Endpoint> addresses;
  std::vector<HttpHeader> headers;
  TlsOptions tls;
  std::string url() const { return (tls.enabled ? "https://" : "http://") + host + target; }
};

struct ToolCall {
  std::string name;
  Json arguments = Json(Json::Object{});
};
// The tools we may call: named by --tool or the manifest. No other is ever called.
struct AllowedTools {
  std::optional<ToolCall> plain;
  std::optional<ToolCall> slow;     // Takes long enough to be cut and resumed in flight.
  std::optional<ToolCall> failing;  // Answers with a JSON-RPC Error.
  std::optional<ToolCall> refused;  // Answers with `isError`.
  std::optional<ToolCall> chatty;   // Sends notifications before its Result.
  std::optional<ToolCall> asking;   // Sends a request of its own before its Result.
  std::optional<ToolCall> big;      // Answers with megabytes.
  std::optional<ToolCall> sized;    // ... with as many bytes as the argument "{bytes}" says.
};

// Each with its key in a manifest.
struct ToolKind {
  std::optional<ToolCall> AllowedTools::*tool;
  std::string_view key;
};
inline constexpr std::array<ToolKind, 8> kToolKinds{{{&AllowedTools::plain, "plain"},
                                                     {&AllowedTools::slow, "slow"},
                                                     {&AllowedTools::failing, "failing"},
                                                     {&AllowedTools::refused, "refused"},
                                                     {&AllowedTools::chatty, "chatty"},
                                                     {&AllowedTools::asking, "asking"},
                                                     {&AllowedTools::big, "big"},
                                                     {&AllowedTools::sized, "sized"}}};

struct ClientSettings {
  ServerTarget server;
  AllowedTools tools;
  std::string revision;
  Pace* pace = nullptr;  // Shared by the scripts of a run.
  ServerTimes times;
  MonoTime warm_until{};  // Just started, it may refuse initialize for now.
  Attempts* attempts = nullptr;  // The same; none: nobody else asks.
  std::string mode;              // The server's, of the manifest.
  bool own_network = false;  // What holds for a whole network may be changed.
  Sampler sample;
  Searcher search;
  // Sets TCP_NODELAY on the server's socket of the connection that we have from this address, and
  // tells whether it was set; empty where the server is not ours to touch.
  std::function<Result<bool>(const Endpoint&)> cure;
  // What the server's kernel has not sent on such a connection; none where it is not to be seen.
  std::function<std::optional<SendQueue>(const Endpoint& server, const Endpoint& client)> queue;
  // Tells the server to stop, waits for its end and kills it in the end; empty where it is not
  // ours.
  std::function<ProcessEnded()> stop;
};

using SessionNumber = std::size_t;

struct PostOptions {
  ConnectionId on{};   // Pinned; otherwise an idle connection of ours, or a new one.
  bool fresh = false;  // A new connection in any case.
  SessionNumber session = 0;
  std::optional<std::string> id{};    // Canonical JSON of the request id; default: the next number.
  std::vector<HttpHeader> headers{};  // Besides those that the revision asks for.
  std::vector<HttpHeader> instead{};  // Of those of that name; one without a value leaves it out.
  bool http10 = false;
  bool lower_case_names = false;  // Of headers.
  bool prefer_json = false;  // Accept lists both forms, as it must, and likes JSON better.
  std::string session_id{};  // Instead of the session's own.
  std::string marker{};      // In `_meta`, to be looked for in the server's memory.
};

struct GetOptions {
  ConnectionId on{};  // Pinned; otherwise a new one, since a GET may last.
  SessionNumber session = 0;
  std::string last_event_id{};
};

class ClientDriver : public Script {
 public:
  ClientDriver(Network& network, Vault& vault, History& history, ClientSettings settings);

  // Does what the revision asks for before a request may be sent; declines where the server does
  // not speak it. The first session has the number 0.
  SessionNumber open_session();
  // For a question about that very answer: waits for it, though others have waited in vain.
  void insist_on_session() { insists_ = true; }
  // Asks for the settings' revision and tells which one the server answers with, "" where it
  // refuses; ends the session that came of it.
  std::string probe_revision();
  // Whether server/discover answers and names the settings' revision, one without sessions.
  bool probe_stateless();
  bool has_session_id(SessionNumber session) const;
  std::string session_id(SessionNumber session) const;  // As the server gave it: for headers only.
  // DELETE of the session; its answer is awaited.
  StreamId delete_session(SessionNumber session, ConnectionId on = {});
  StreamId begin_delete(SessionNumber session);  // Does not wait for its answer.
  // The session's listening stream, or with an event id the rest of another one.
  StreamId get(const GetOptions& options = {});
  // GET with the last event id of the stream; declines where it carries none.
  StreamId resume(StreamId stream, SessionNumber session = 0);
  // Resumes until the answer of the request came, as a client does whose stream ends early: after
  // the time that the server asks for, kMostResumes times and for kFetching at the least, since a
  // server may end a resumed stream early, too. The last GET.
  static constexpr int kMostResumes = 3;
  static constexpr Millis kFetching{2000};
  StreamId resume_until_answered(StreamId stream, SessionNumber session = 0);
  // initialize with a revision that no server speaks; a session that came of it gets a number.
  StreamId ask_for_unknown_revision();
  // notifications/cancelled for this request; its answer is awaited.
  StreamId cancel(StreamId request, SessionNumber session = 0);

  ConnectionId open_connection(const LinkOptions& options = {});
  StreamId post(std::string_view method, const Json& params, const PostOptions& options = {});
  // A body as it is, be it no message; its id, where it has one, is the script's affair.
  StreamId post_text(const std::string& body, const PostOptions& options = {});
  // Whether the server declared this capability.
  bool server_declares(std::string_view capability, SessionNumber session = 0) const;
  // The request that every server answers with a Result, whatever it offers.
  std::string_view plainest() const { return is_stateless() ? "server/discover" : "ping"; }
  bool is_stateless() const { return !has_sessions(settings_.revision); }
  // A request that a server answers with a Result: a named tool, else tools/list, else that.
  StreamId ask_for_result(const PostOptions& options = {});
  // Requests that should bring a JSON-RPC Error, in the order to try; 0 <= attempt < kErrorKinds.
  static constexpr std::size_t kErrorKinds = 3;
  StreamId ask_for_error(std::size_t attempt, const PostOptions& options = {});

  // A named tool with arguments of a type it cannot take; declines where none takes arguments.
  StreamId ask_with_bad_arguments(const PostOptions& options = {});

  // A call of the tool named for the purpose; declines where none is.
  StreamId ask_tool(std::optional<ToolCall> AllowedTools::*kind, const PostOptions& options = {});

  // A call of the tool whose answer has this size; declines where none is named.
  StreamId ask_for_bytes(std::int64_t bytes, const PostOptions& options = {});

  // Responds to what the server asks on the call's stream, question by question, until its answer
  // came or no more is asked within the window.
  void answer_questions(StreamId call, Millis window);

  // 2026-07-28: a subscription to all list changes.
  StreamId subscribe(const PostOptions& options = {.fresh = true});
  std::string refusal_of(StreamId listen) const;  // How it was refused; "" where it was not.
  // Declines where the subscription was refused, so that nothing can be asked of it.
  void decline_without_subscription(StreamId listen);
  // 2026-07-28: the next round of a call that asked for input, with this state.
  StreamId answer_input(StreamId asked, const std::string& state, const PostOptions& options = {});
  std::string request_state(StreamId asked);  // Declines where none came.

  // 2025-03-26: an array of messages in one POST; declines where the session has another revision.
  struct Batch {
    StreamId stream;
    std::vector<std::string> ids;  // Of its requests, as JSON.
  };
  // Of what a server serves: some refuse the whole for one method that they do not know.
  Batch ask_for_result_and_ping();
  Batch ask_for_result_and_slow();  // Declines where no slow tool is named.
  // A batch of one notification, the cancel of this request; its answer is awaited.
  StreamId cancel_in_batch(const std::string& id);

  // The bytes of such a request, for scripts that send them in parts.
  std::string compose(std::string_view method, const Json& params, const PostOptions& options = {});
  // Bytes as they are; the exchange they begin or belong to.
  StreamId send_bytes(ConnectionId connection, const std::string& bytes);
  // The rest of a request that was begun so, or a part of it.
  void send_more(ConnectionId connection, const std::string& bytes);

  // Whether the profile allows one more connection.
  bool may_open() const;
  // Whether another request may be sent: on an idle connection, or on one more.
  bool can_ask() const;
  // The final message, the end of the response, or the end of the connection has come.
  void await_answer(StreamId stream);
  // The same, looking meanwhile at what the server's kernel has not sent.
  void await_answer_and_look(StreamId stream);
  // The server's kernel holds what it cannot send on a connection that we do not read. Returns at
  // once where its queue cannot be seen, and at the end of the answer's deadline.
  // False where all was sent by then.
  bool await_backlog(ConnectionId connection);
  // The cure in place, for what comes on this connection from here on: TCP_NODELAY set from outside
  // on the server's socket. Whether it is set now.
  bool cure(ConnectionId connection);
  // The head of the response, or the end of the connection, has come.
  void await_head(StreamId stream);
  // An event with an id has come; declines where the stream ended or answered without one.
  void await_event_id(StreamId stream);
  // Whether the final message or the end of the response comes within the window.
  bool watch_answer(StreamId stream, Millis window);
  // Whether a message, the end or a refusal comes on the stream within the window.
  bool watch_message(StreamId stream, Millis window);
  // Subscribes, and watches for the acknowledgement.
  StreamId subscribe_and_watch(const PostOptions& options = {});
  // Whether the head of the response comes within the window.
  bool watch_head(StreamId stream, Millis window);
  // Whether 100 (Continue), or the head of the response, comes within the window.
  bool watch_continue(StreamId stream, Millis window);
  // Whether the response ends within the window.
  bool watch_end(StreamId stream, Millis window);
  // The first and the last event id of the stream so far, "" without one.
  std::string first_event_id(StreamId stream) const;
  std::string last_event_id(StreamId stream) const;
  bool is_answered(StreamId stream) const;
  bool is_accepted(StreamId stream) const;   // With 2xx.
  // Marks that this happened, sends a valid request and watches for its answer: still_serves().
  void ask_afterwards(const std::string& what);
  // Declines where the answer of the tool named as big is none, or that of the refused one no
  // isError: then nothing was asked. One that broke off is no small one.
  void decline_if_small(StreamId stream);
  void decline_unless_is_error(StreamId stream);
  // Of a call of the slow tool: what is asked beside it has then nothing beside it.
  void decline_unless_in_flight(StreamId stream);
  bool has_head(StreamId stream) const;
  bool is_listening(StreamId stream) const;  // An event stream that has not ended.
  bool ended_late(StreamId stream) const;    // kLate or more after its answer.
  Millis time_of(StreamId stream) const;     // From the request to its answer, as seen.
  ConnectionId connection_of(StreamId stream) const;
  std::string request_id(StreamId stream) const;  // As JSON
  // Asks in each of these ways and watches the ends; where a stream stays open or ends late, asks
  // so again, as often as shows that it is no accident.
  using Ask = std::function<StreamId()>;
  // Awaits its answer. Where a kept connection ended without a byte, whose doing that was is not
  // known: it is asked once more, on a connection that nothing was sent on before.
  StreamId ask_and_await(const Ask& ask);
  void ask_and_watch_ends(const std::vector<Ask>& ways);
  // Each response so far has ended, or the window is over.
  void watch_ends(Millis window);
  void close(ConnectionId connection);  // By FIN; awaited.
  void close_all();
  bool can_search() const { return static_cast<bool>(settings_.search); }
  // Which texts that begin so and end in a number below `below` the server's processes hold.
  MemorySearched search_memory(const std::string& prefix, int below);
  bool can_stop() const { return static_cast<bool>(settings_.stop); }
  void stop_server();  // By TERM; returns when it is gone.
  const AllowedTools& tools() const { return settings_.tools; }
  Millis keep_alive() const { return settings_.times.keep_alive; }
  void reset(ConnectionId connection);
  void half_close(ConnectionId connection);
  void pause_reading(ConnectionId connection);
  void resume_reading(ConnectionId connection);
  // Open at both ends, and the last response on it is complete.
  bool is_usable(ConnectionId connection) const;

 protected:
  bool wait_until(MonoTime until, const Condition& holds) override;

 private:
  struct Session {
    std::string id;  // Pseudonym; "" where the server gave none.
    std::string revision;
    int next_request = 1;
    Json capabilities;  // The server's.
  };

  bool wait_looking(MonoTime until, const Condition& holds);
  bool hears_ping(const Timeline& timeline);
  void answer_pings();
  bool watch_stream(StreamId stream, Millis window);
  void watch_ends_of_posts(Millis window);  // Listening streams stay open.
  void fetch_answer(StreamId stream);
  void await_while_it_comes(StreamId stream);
  std::string kind_asked(StreamId stream) const;
  Deadline answer_deadline(const std::string& kind) const;
  [[noreturn]] void decline_without(std::optional<ToolCall> AllowedTools::*kind);
  std::optional<ConnectionId> idle_connection() const;
  std::string message_of(std::string_view method, const Json& params, const PostOptions& options);
  struct Request {
    std::string method;
    Json params;
  };
  Request call_of(std::optional<ToolCall> AllowedTools::*kind);
  Request request_for_result(SessionNumber session);
  Batch ask_in_batch(const std::vector<Request>& requests);
  StreamId send(std::string_view method, const std::string& body, const PostOptions& options);
  std::optional<StreamId> send_on(ConnectionId connection, const std::string& request);
  std::vector<HttpHeader> headers_for(std::string_view method, const PostOptions& options) const;
  StreamId initialize(Session& session, const std::string& revision);
  std::string opened() const { return settings_.mode + " " + settings_.revision; }
  void stop_where_in_vain();
  bool is_warming_up(StreamId initialize) const;
  [[noreturn]] void stop_without_revision();
  static constexpr const char* kSpoken = " spoken";  // That server/discover named the revision.
  void await_opening(StreamId stream);
  Json with_meta(const Json& params) const;
  // Its revision stays "" where the server does not name ours.
  void discover(Session& session);
  void add_mirrored_headers(std::vector<HttpHeader>& headers, const std::string& body) const;
  void take_session(Session& session, StreamId stream);
  void check_revision(const Session& session, StreamId initialize);
  // Sent on an idle connection that the server ended, as it may at any time: what does the same
  // twice may be sent again.
  bool met_end_of_connection(StreamId stream) const;

  Network& network_;
  Vault& vault_;
  ClientSettings settings_;
  std::map<ConnectionId, Link> links_;
  std::vector<Session> sessions_;
  std::optional<QueueWatched> looking_;  // During await_answer_and_look().
  struct Heard {
    std::size_t exchange = 0, events = 0;  // So many of its events were looked at for pings.
  };
  std::vector<Heard> open_;  // Of the exchanges before heard_of_, those that have not ended.
  std::size_t heard_of_ = 0;
  std::vector<std::pair<std::string, RpcMessage>> pings_;  // To be answered, with their sessions.
  bool answers_ = false;                                   // One of them, at this moment.
  bool asks_afresh_ = false;  // The next request, once.
  bool insists_ = false;
  int progress_tokens_ = 0;
  std::deque<bool> settled_;  // Of the last answers: whether their streams ended at once.
  int unfetched_ = 0;         // The last answers so many that could not be fetched.
};

}  // namespace tailrace
