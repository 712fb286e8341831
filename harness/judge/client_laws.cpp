// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/client_laws.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/client_calls.h"
#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/session.h"
#include "harness/wire/escape.h"
#include "harness/wire/meta_names.h"

namespace tailrace {
namespace {

constexpr std::size_t kExcerpt = 60;
constexpr std::string_view kFirstWithoutBatches = "2025-06-18";
constexpr std::string_view kInitialize = "initialize";
// Whether it is said is looked at, what it says is not.
constexpr std::string_view kWho = "clientInfo";

Look one_message(const Evidence& evidence, const Exchange& exchange) {
  if (!exchange.is_post() || !exchange.request_complete || !exchange.asked) return std::nullopt;
  const MessageKind kind = exchange.asked->kind;
  if (kind == MessageKind::kInvalid && exchange.asked->body.is_null()) {
    return "its body is not one message: " + exchange.asked->why_invalid;
  }
  const bool may_batch = evidence.revision < kFirstWithoutBatches;
  if (kind == MessageKind::kBatch && !may_batch) return "its body is a batch";
  return "";
}

Look only_posts(const Evidence&, const Exchange& exchange) {
  const auto holds = [](const std::string& text) {
    return text.find("jsonrpc") != std::string::npos;
  };
  const bool other = holds(exchange.is_post() ? exchange.request.target : exchange.request_body);
  return other ? "a message came by another way than the body of a POST" : "";
}

Look no_responses(const Evidence&, const Exchange& exchange) {
  if (!exchange.asked) return std::nullopt;
  return exchange.asked->is_response() ? "the client sent " + describe(*exchange.asked) : "";
}

Look typed(const Evidence&, const Exchange& exchange) {
  if (!exchange.is_post()) return std::nullopt;
  const std::string type = lower_case(header_of(exchange, "content-type"));
  return type.starts_with("application/json") ? "" : "its Content-Type is '" +
                                                         excerpt(type, kExcerpt) + "'";
}

const Exchange* handshake_of(const Timeline& timeline) {
  return first_asked(timeline, kInitialize);
}

Look agreed_revision(const Evidence& evidence, const Exchange& exchange) {
  const Json& agreed = first_result(evidence.timeline, kInitialize)["protocolVersion"];
  const std::string said = header_of(exchange, "mcp-protocol-version");
  const bool handshake = exchange.asked && exchange.asked->method == kInitialize;
  if (!agreed.is_string() || said.empty() || handshake) return std::nullopt;
  // Who speaks both eras may ask in the newer one first, by any request.
  const bool early = exchange.request_at < handshake_of(evidence.timeline)->request_at;
  if (early || is_probe(exchange)) return std::nullopt;
  if (is_elsewhere(evidence.timeline, exchange)) return std::nullopt;
  return said == agreed.as_string() ? "" : "it names " + excerpt(said, kExcerpt) + " where " +
                                               agreed.as_string() + " was agreed on";
}

Look by_get(const Evidence&, const Exchange& exchange) {
  if (header_of(exchange, "last-event-id").empty()) return std::nullopt;
  return exchange.is_post() ? "it resumes a stream by POST" : "";
}

Look comes_first(const Evidence& evidence, const Exchange& exchange) {
  if (!exchange.asked || is_probe(exchange)) return std::nullopt;
  const Exchange* handshake = handshake_of(evidence.timeline);
  if (exchange.asked->method == kInitialize) return "";
  const bool early = handshake == nullptr || exchange.request_at < handshake->request_at;
  return early ? "it came before initialize" : "";
}

Look says_who_asks(const Evidence&, const Exchange& exchange) {
  if (!exchange.asked || exchange.asked->method != kInitialize) return std::nullopt;
  const Json& params = exchange.asked->body["params"];
  if (!params["protocolVersion"].is_string()) return "it offers no protocolVersion";
  for (const std::string_view member : {std::string_view("capabilities"), kWho}) {
    if (!params[member].is_object()) return fmt::format("it has no {}", member);
  }
  return "";
}

Look awaited(const Evidence& evidence, const Exchange& exchange) {
  const bool request = is_request(exchange) && exchange.asked->method != "ping";
  if (!request || is_probe(exchange) || exchange.asked->method == kInitialize) return std::nullopt;
  const Exchange* handshake = handshake_of(evidence.timeline);
  const auto answered = handshake == nullptr ? std::nullopt : handshake->final_at();
  return !answered || exchange.request_at < *answered ? "initialize had not been answered" : "";
}

bool succeeded(const Exchange& handshake) {
  const RpcMessage* final = handshake.final_message();
  return final != nullptr && final->kind == MessageKind::kResult;
}

// One that names no session is taken for one of any.
bool is_of_other_session(const Exchange& handshake, const Exchange& later) {
  const std::string own = session_of(handshake), named = session_of(later);
  return !own.empty() && !named.empty() && own != named;
}

// The first exchange of its session after the handshake that is about something else than its end.
const Exchange* next_after(const Timeline& timeline, const Exchange& handshake,
                           std::string_view method, std::string_view but = "") {
  for (const Exchange& later : timeline.exchanges) {
    if (later.id <= handshake.id || !later.asked || is_probe(later)) continue;
    if (!but.empty() && later.asked->method == but) continue;
    if (later.asked->method == kInitialize || is_of_other_session(handshake, later)) continue;
    if (method.empty() ? is_request(later) : later.asked->method == method) return &later;
  }
  return nullptr;
}

// Of two that are sent at once on two connections either may come first.
bool came_before(const Exchange& asked, const Exchange& said) {
  const Nanos ahead = said.request_at - asked.request_at;
  return asked.connection == said.connection ? ahead > Nanos(0) : ahead > kCrossing;
}

Look said_initialized(const Evidence& evidence, const Exchange& exchange) {
  const bool opens = exchange.asked && exchange.asked->method == kInitialize;
  if (!opens || !succeeded(exchange)) return std::nullopt;
  // Pings may come at any time.
  const Exchange* asked = next_after(evidence.timeline, exchange, "", "ping");
  const Exchange* said = next_after(evidence.timeline, exchange, "notifications/initialized");
  if (said == nullptr && asked == nullptr) return std::nullopt;  // It left.
  if (said == nullptr) return "requests followed, and notifications/initialized never came";
  return asked != nullptr && came_before(*asked, *said)
             ? describe(*asked) + " came before notifications/initialized"
             : "";
}

Look speaks_it(const Evidence& evidence, const Exchange& exchange) {
  if (&exchange != handshake_of(evidence.timeline) || !succeeded(exchange)) return std::nullopt;
  const std::string& agreed =
      exchange.final_message()->body["result"]["protocolVersion"].as_string();
  if (exchange.asked->body["params"]["protocolVersion"].as_string() != agreed) return std::nullopt;
  // Who breaks off its connection has met with something else than a revision.
  const auto& ended = evidence.timeline.connection(exchange.connection)->peer_ended;
  if (ended && ended->how == Ending::kReset) return std::nullopt;
  // Nor is it one where what came then was refused, or where it had waited long for the answer.
  const bool refused = std::ranges::any_of(evidence.timeline.exchanges, [&](const auto& later) {
    return later.id > exchange.id && later.is_post() && is_refused(later);
  });
  const Nanos waited = *exchange.final_at() - exchange.request_at;
  if (refused || waited * 2 >= call_limit_of(evidence.timeline)) return std::nullopt;
  const bool left = next_after(evidence.timeline, exchange, "") == nullptr &&
                    next_after(evidence.timeline, exchange, "notifications/initialized") == nullptr;
  return left ? "it was answered with what it offered, and the client left" : "";
}

// How long the client stayed after the answer to its initialize: until its process or its
// connection ended, or for as long as it was watched.
Nanos stayed(const Timeline& timeline, const Exchange& handshake) {
  MonoTime until = *timeline.last;
  if (timeline.process_ended) until = std::min(until, timeline.process_ended->at);
  const auto& ended = timeline.connection(handshake.connection)->peer_ended;
  if (ended) until = std::min(until, ended->at);
  return until - *handshake.final_at();
}

// Who does not speak a revision leaves at once. Who waits for as long as a call may take has not
// seen the answer.
Judgement judge_offer(const Evidence& evidence, const Check& law) {
  Judgement judgement = law.judge(evidence);
  const Timeline& timeline = evidence.timeline;
  const Exchange* const handshake = handshake_of(timeline);
  if (judgement.outcome != Outcome::kBroken || handshake == nullptr) return judgement;
  const Nanos waited = stayed(timeline, *handshake);
  if (waited * 2 < call_limit_of(timeline)) return judgement;
  Finding finding = finding_of(evidence, law.name, Rule{}, "harm.answer_lost");
  finding.required = "the answer to initialize reaches whoever waits for it";
  finding.observed = fmt::format("{}: it was answered with what it offered, and the client sent "
                                 "nothing more for {}",
                                 describe(*handshake), in_millis(waited));
  finding.likely_cause = "an answer that comes as application/json, or all answers, are not "
                         "matched to the request that waits; or what follows initialize is never "
                         "sent";
  finding.cure = "hand over the response to the request with its id, then send "
                 "notifications/initialized";
  finding.evidence = ladder_of(timeline, *handshake);
  return broken(finding);
}

Look leaves_unknown(const Evidence& evidence, const Exchange& exchange) {
  if (&exchange != handshake_of(evidence.timeline) || !succeeded(exchange)) return std::nullopt;
  const Json& agreed = exchange.final_message()->body["result"]["protocolVersion"];
  if (agreed.as_string() != kNobodysRevision) return std::nullopt;
  for (const Exchange& later : evidence.timeline.exchanges) {
    const bool again = later.asked && later.asked->method == kInitialize;
    if (later.id <= exchange.id || later.request.method == "DELETE" || again) continue;
    if (is_probe(later) || is_elsewhere(evidence.timeline, later)) continue;
    return describe(later) + " followed the answer " + agreed.as_string();
  }
  return "";
}

Look names_client(const Evidence&, const Exchange& exchange) {
  if (!is_request(exchange) || exchange.asked->method == kInitialize) return std::nullopt;
  const Json& meta = exchange.asked->body["params"]["_meta"];
  return meta[kMetaAsker].is_object() ? "" : "_meta does not say who asks";
}

Look token_kind(const Evidence&, const Exchange& exchange) {
  if (!is_request(exchange)) return std::nullopt;
  const Json* token = exchange.asked->body["params"]["_meta"].find("progressToken");
  if (token == nullptr) return std::nullopt;
  return token->is_string() || token->is_int() ? "" : "the progressToken is " + to_text(*token);
}

// Whether a request of whatever session has the id that this notice names.
bool asks_with(const Timeline& timeline, const Exchange& notice) {
  const std::string id = to_text(notice.asked->body["params"]["requestId"]);
  return session_of(notice).empty() &&
         std::ranges::any_of(timeline.exchanges, [&](const Exchange& exchange) {
           return is_request(exchange) && exchange.asked->id->text == id;
         });
}

Look own_cancel(const Evidence& evidence, const Exchange& exchange) {
  const bool cancels = exchange.asked && exchange.asked->method == "notifications/cancelled";
  if (!cancels) return exchange.asked ? Look("") : std::nullopt;
  const Exchange* const named = cancelled_by(evidence.timeline, exchange);
  // One that names no session is another law's matter.
  if (named == nullptr && asks_with(evidence.timeline, exchange)) return "";
  if (named == nullptr) return "it cancels a request that the client never sent";
  return named->asked->method == kInitialize ? "it cancels initialize" : "";
}

Look few_pings(const Evidence& evidence, const Exchange& exchange) {
  if (!is_request(exchange)) return std::nullopt;
  if (exchange.asked->method != "ping") return "";
  const auto& all = evidence.timeline.exchanges;
  const auto near = std::count_if(all.begin(), all.end(), [&](const Exchange& other) {
    const bool ping = is_request(other) && other.asked->method == "ping";
    return ping && other.request_at >= exchange.request_at &&
           other.request_at - exchange.request_at < kFloodWindow;
  });
  return near > static_cast<std::ptrdiff_t>(kFlood) ? fmt::format("{} pings within a second", near)
                                                    : "";
}

}  // namespace

Check posts_carry_one_message(Rule rule) {
  return check_of({"posts_carry_one_message", "a POST carries one message",
                   "messages are gathered before they are sent", "send a POST for each",
                   "the client sent no POST", one_message},
                  rule);
}

Check only_posts_carry_messages(Rule rule) {
  return check_of({"only_posts_carry_messages", "messages are sent in the body of a POST",
                   "the last message goes out with another request", "send a POST for it",
                   "the client sent nothing", only_posts},
                  rule);
}

Check posts_carry_no_responses(Rule rule) {
  return check_of({"posts_carry_no_responses", "a client sends no responses in this revision",
                   "input is given as in older revisions", "give it in the next round's request",
                   "the client sent no message", no_responses},
                  rule);
}

Check posts_say_their_type() {
  return check_of({"posts_say_their_type", "a POST says Content-Type: application/json",
                   "the header is left to the HTTP client", "set it where POSTs are made",
                   "the client sent no POST", typed, Level::kShould},
                  Rule{});
}

Check names_the_agreed_revision(Rule rule) {
  return check_of({"names_the_agreed_revision",
                   "MCP-Protocol-Version is the revision that was agreed on",
                   "one revision is sent, such as the newest, whatever was answered",
                   "keep the revision of the answer", "no request named a revision",
                   agreed_revision},
                  rule);
}

Check resumes_by_get(Rule rule) {
  return check_of({"resumes_by_get", "a stream is resumed by GET",
                   "the request that opened it is repeated", "send GET with the last event id",
                   "the client resumed nothing", by_get},
                  rule);
}

Check initialize_comes_first(Rule rule) {
  return check_of({"initialize_comes_first", "the first thing a client asks is initialize",
                   "requests do not wait for the session", "initialize before all else",
                   "the client sent no message", comes_first},
                  rule);
}

Check initialize_says_who_asks(Rule rule) {
  return check_of({"initialize_says_who_asks",
                   "initialize has a revision, capabilities and who asks",
                   "what is empty is left out", "write all three", "no initialize was sent",
                   says_who_asks},
                  rule);
}

Check initialize_is_awaited(Rule rule) {
  return check_of({"initialize_is_awaited",
                   "until initialize is answered a client asks for nothing but ping",
                   "requests do not wait for the session", "wait for the answer",
                   "the client asked for nothing after initialize", awaited},
                  rule);
}

Check initialized_is_said(Rule rule) {
  return check_of({"initialized_is_said",
                   "after initialize comes notifications/initialized, then the rest",
                   "the notification is not sent, or not waited for", "send it before requests",
                   "initialize brought no result", said_initialized},
                  rule);
}

Check offers_what_it_speaks(Rule rule) {
  Check law = check_of({"offers_what_it_speaks", "a client offers a revision that it speaks",
                        "the offer and the list of what is accepted are two constants; or "
                        "connecting failed otherwise, which its output tells",
                        "take the offer from the list", "the server did not take up the offer",
                        speaks_it},
                       rule);
  const std::string name = law.name;
  return {name, [law = std::move(law)](const Evidence& evidence) {
            return judge_offer(evidence, law);
          }};
}

Check leaves_unknown_revision(Rule rule) {
  return check_of({"leaves_unknown_revision",
                   "a client that does not speak the answered revision disconnects",
                   "the answer's revision is not looked at", "compare it with what is spoken",
                   "no unknown revision was answered", leaves_unknown},
                  rule);
}

Check requests_name_the_client(Rule rule) {
  return check_of({"requests_name_the_client", "_meta of each request says who asks",
                   "it is told once, as in a handshake", "add it where requests are made",
                   "the client made no request", names_client},
                  rule);
}

Check progress_tokens_are_text_or_integers(Rule rule) {
  return check_of({"progress_tokens_are_text_or_integers", "a progressToken is text or an integer",
                   "whatever the caller gives is passed on", "count tokens",
                   "no request gave a progressToken", token_kind},
                  rule);
}

Check cancels_its_own(Rule rule) {
  return check_of({"cancels_its_own", "a client cancels requests of its own",
                   "the id of another list is sent", "send the id of the request",
                   "the client sent no message", own_cancel},
                  rule);
}

Check pings_are_few(Rule rule) {
  return check_of({"pings_are_few", "pings are rare",
                   "a ping is sent with each call, or without a pause", "ping after idle time only",
                   "the client made no request", few_pings},
                  rule);
}

}  // namespace tailrace
