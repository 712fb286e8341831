// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/client_headers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/session.h"
#include "harness/wire/escape.h"

namespace tailrace {
namespace {

constexpr std::string_view kInitialize = "initialize";
constexpr std::string_view kFirstNamed = "2025-06-18";
constexpr std::string_view kSession = "mcp-session-id";
constexpr std::string_view kVersion = "mcp-protocol-version";
constexpr std::string_view kJson = "application/json", kEvents = "text/event-stream";
constexpr std::size_t kExcerpt = 60;
constexpr std::array<std::string_view, 4> kWithSessions = {"2024-11-05", "2025-03-26", "2025-06-18",
                                                           "2025-11-25"};

std::string accept_of(const Exchange& exchange) {
  return fmt::format("its Accept is '{}'", excerpt(header_of(exchange, "accept"), kExcerpt));
}

// Of the endpoint: others look for metadata, or whether anybody is there.
bool is_get(const Evidence& evidence, const Exchange& exchange) {
  return exchange.request.method == "GET" && !is_elsewhere(evidence.timeline, exchange);
}

Look accepts_events(const Evidence& evidence, const Exchange& exchange) {
  if (!is_get(evidence, exchange)) return std::nullopt;
  return accepts(exchange, kEvents) == Accepts::kNot ? accept_of(exchange) : "";
}

Look lists_events(const Evidence& evidence, const Exchange& exchange) {
  if (!is_get(evidence, exchange)) return std::nullopt;
  return accepts(exchange, kEvents) == Accepts::kByRange ? accept_of(exchange) : "";
}

// The capability that a method needs, "" where it needs none.
std::string_view capability_of(std::string_view method) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kNeeds = {{
      {"logging/", "logging"},
      {"resources/", "resources"},
      {"prompts/", "prompts"},
      {"completion/", "completions"},
      {"tools/", "tools"},
  }};
  const auto need = std::ranges::find_if(
      kNeeds, [&](const auto& entry) { return method.starts_with(entry.first); });
  return need == kNeeds.end() ? "" : need->second;
}

Look declared(const Evidence& evidence, const Exchange& exchange) {
  const Json& offered = first_result(evidence.timeline, kInitialize)["capabilities"];
  if (!is_request(exchange) || !offered.is_object() || is_probe(exchange)) return std::nullopt;
  const std::string_view needed = capability_of(exchange.asked->method);
  // Completions have been declared since 2025-03-26, and were offered before.
  if (needed.empty() || offered.find(needed) != nullptr) return "";
  return fmt::format("the server had not declared {}", needed);
}

Finding lacks(const Evidence& evidence, const Exchange& exchange, Rule rule, std::string what,
              std::string_view name) {
  Finding finding = finding_of(evidence, "requests_say_what_they_must", rule);
  const bool sessions = has_sessions(evidence.revision);
  finding.required = (sessions ? "requests after initialize carry " : "requests carry ") + what;
  finding.observed = describe(exchange) + " did not";
  finding.likely_cause = "the header is set where one kind of request is made, not for all";
  finding.cure = sessions ? "set the headers of the session in one place"
                          : "set the headers of all requests in one place";
  const bool of_none = std::ranges::all_of(evidence.timeline.exchanges, [&](const auto& other) {
    return header_of(other, name).empty();
  });
  if (of_none) {
    finding.likely_cause = name == kSession
                               ? "the id is not found in the answer to initialize, as where names "
                                 "of headers are compared with their case, or nothing sends it"
                               : "nothing sets the header, on any request";
  }
  finding.evidence = ladder_of(evidence.timeline, exchange);
  mark_gap(finding.evidence, exchange.request.method);
  return finding;
}

// It does name a session, but none that it could have then.
void names_another(Finding& finding, const Exchange& exchange, bool lost) {
  finding.observed = fmt::format("{} named {}", describe(exchange),
                                 lost ? "the session that had been lost by 404, and not the one "
                                        "that followed it"
                                      : "a session that this server never gave");
  finding.likely_cause = "where this request is made, the id is kept from an earlier session, or "
                         "is not sent byte for byte as it was given";
  finding.cure = "keep the id of the session in one place, and replace it there";
}

// Earlier requests of its kind named the session, and none after it.
void forgets_it(Finding& finding) {
  finding.likely_cause = "the id is forgotten before the session is over, as when an error status "
                         "is taken for its end";
  finding.cure = "keep the id until 404, DELETE or the next initialize";
}

std::string kind_of_request(const Exchange& request) {
  return fmt::format("{} {} {}", request.request.method, resumes(request),
                     request.asked ? static_cast<int>(request.asked->kind) : -1);
}

// AMB-01: HTTP reads a range as the types it spans, and servers are seen to refuse it.
void only_by_range(Finding& finding, const Exchange& exchange) {
  if (finding.level == Level::kMust) finding.level = Level::kShould;
  finding.observed = fmt::format("of {}, {}", describe(exchange), accept_of(exchange));
}

// What a request sent at this time must say, by what was answered before it.
struct Known {
  bool opened = false;             // An initialize was answered, and its session is not over.
  bool must_name_session = false;  // It gave an id, and no 404 has taken that since.
  bool has_revision = false;       // One was agreed on.
  bool in_use = false;             // Something was asked of the session.
  std::set<std::string> sessions;  // All that were given: a client may have several.
  std::set<std::string> lost;      // Of those, by 404.
  int never_opened = 0;            // Sessions whose initialize was refused.
};

bool opens_session(const Exchange& exchange) {
  return exchange.asked && exchange.asked->method == kInitialize;
}

bool deletes(const Exchange& exchange) { return exchange.request.method == "DELETE"; }

bool is_lost(const Exchange& exchange) {
  return exchange.response && exchange.response->status == kNotFound;
}

// What changes what is known, in the order of time: of a 404 and of DELETE the head is enough.
std::vector<At<const Exchange*>> answers_that_tell(const Timeline& timeline) {
  std::vector<At<const Exchange*>> answers;
  for (const Exchange& exchange : timeline.exchanges) {
    if (!exchange.response) continue;
    if (is_lost(exchange) || deletes(exchange)) {
      answers.push_back({*exchange.head_at, &exchange});
    } else if (opens_session(exchange) && exchange.ended()) {
      answers.push_back({*exchange.ended_at, &exchange});
    }
  }
  std::ranges::stable_sort(answers, {}, &At<const Exchange*>::at);
  return answers;
}

// The answer names what was offered, or an older revision: else there is none to be named. Nor has
// an older one than kFirstNamed a header for it.
bool agrees(const Exchange& initialize) {
  const RpcMessage* const answer = initialize.final_message();
  if (answer == nullptr) return true;
  const std::string& named = answer->body["result"]["protocolVersion"].as_string();
  if (named < kFirstNamed) return false;
  return named == initialize.asked->body["params"]["protocolVersion"].as_string() ||
         std::ranges::find(kWithSessions, named) != kWithSessions.end();
}

void learn(Known& known, const Exchange& answer) {
  // What comes then is of another session.
  known.must_name_session = known.opened = known.in_use = false;
  if (const std::string named = header_of(answer, kSession); is_lost(answer)) {
    if (known.sessions.erase(named) > 0) known.lost.insert(named);
  }
  if (!opens_session(answer) || is_lost(answer)) return;
  known.never_opened += is_refused(answer);
  known.opened = true;
  known.has_revision = agrees(answer);
  const std::string* const given = answer.response->find(kSession);
  if (given == nullptr) return;
  known.must_name_session = true;
  known.sessions.insert(*given);
}

// Such a session may have begun to listen all the same, and its GET come when the next one is open:
// seen of Java's. Each excuses one request.
bool is_of_none(Known& known, const Exchange& request) {
  const bool nameless = !request.is_post() && header_of(request, kSession).empty();
  if (!nameless || known.never_opened == 0) return false;
  --known.never_opened;
  return true;
}

// Its session was opened before the capture began, or among other connections of its address.
bool is_of_unseen(const Timeline& timeline, const Known& known, const Exchange& request) {
  const std::string named = header_of(request, kSession);
  return !had_our_server(timeline) && !named.empty() && !known.sessions.contains(named) &&
         !known.lost.contains(named);
}

// Others, as a browser's OPTIONS ahead of a POST, are no requests of this transport.
bool is_of_transport(const Exchange& request) {
  return request.is_post() || request.request.method == "GET" || deletes(request);
}

// The head of a POST whose body never came, as behind `Expect: 100-continue`, may be that of an
// initialize.
bool is_unread(const Exchange& request) {
  return request.is_post() && !request.asked;
}

std::vector<const Exchange*> by_time(const Timeline& timeline) {
  std::vector<const Exchange*> requests;
  for (const Exchange& exchange : timeline.exchanges) requests.push_back(&exchange);
  std::ranges::stable_sort(requests, {}, &Exchange::request_at);
  return requests;
}

struct HeaderRules {
  Rule session, version, accept;
};

// At most one finding of a kind: the first.
class HeaderFindings {
 public:
  HeaderFindings(const Evidence& evidence, HeaderRules rules)
      : evidence_(evidence), rules_(rules) {}

  void look_at(const Exchange& request, const Known& known) {
    const std::string named = header_of(request, kSession);
    // A DELETE is of the session that it names, and may come when the next one is open: which has
    // one of its own.
    const bool ends_lost =
        deletes(request) && known.lost.contains(named) && has_delete_of(known.sessions);
    const bool names_none = known.must_name_session && !known.sessions.contains(named);
    if (names_none && !ends_lost && !no_session_) {
      add(no_session_, request, rules_.session, "the id of the session", kSession);
      if (!named.empty()) {
        names_another(findings_.back(), request, known.lost.contains(named));
      } else if (named_it_.contains(kind_of_request(request)) && !named_after(request, known)) {
        forgets_it(findings_.back());
      }
    }
    if (known.sessions.contains(named)) named_it_.insert(kind_of_request(request));
    // Who did not take the answer to initialize for one may still delete what its head named.
    const bool agreed = known.has_revision && (known.in_use || !deletes(request));
    if (agreed && header_of(request, kVersion).empty()) {
      add(no_version_, request, rules_.version, "MCP-Protocol-Version", kVersion);
    }
    const Accepts both = std::min(accepts(request, kJson), accepts(request, kEvents));
    if (!request.is_post() || both == Accepts::kByName) return;
    const bool first = !no_accept_;
    add(no_accept_, request, rules_.accept, "Accept with JSON and event streams", "accept");
    if (first && both == Accepts::kByRange) only_by_range(findings_.back(), request);
  }
  // A rule that the revision does not have convicts nobody.
  std::vector<Finding> take() {
    std::erase_if(findings_, [](const Finding& finding) { return finding.requirements.empty(); });
    return std::move(findings_);
  }

 private:
  bool has_delete_of(const std::set<std::string>& sessions) const {
    return std::ranges::any_of(evidence_.timeline.exchanges, [&](const Exchange& other) {
      return deletes(other) && sessions.contains(header_of(other, kSession));
    });
  }
  bool named_after(const Exchange& request, const Known& known) const {
    return std::ranges::any_of(evidence_.timeline.exchanges, [&](const Exchange& later) {
      return later.request_at > request.request_at &&
             known.sessions.contains(header_of(later, kSession));
    });
  }
  void add(bool& told, const Exchange& request, Rule rule, std::string what,
           std::string_view name) {
    if (!told) findings_.push_back(lacks(evidence_, request, rule, std::move(what), name));
    told = true;
  }

  const Evidence& evidence_;
  HeaderRules rules_;
  std::vector<Finding> findings_;
  std::set<std::string> named_it_;  // Kinds of requests that did name the session.
  bool no_session_ = false, no_version_ = false, no_accept_ = false;
};

Judgement judge_headers(const Evidence& evidence, HeaderRules rules) {
  HeaderFindings findings(evidence, rules);
  const bool sessions = has_sessions(evidence.revision);
  using Answers = std::vector<At<const Exchange*>>;
  const Answers answers = sessions ? answers_that_tell(evidence.timeline) : Answers();
  if (sessions &&
      std::ranges::none_of(answers, [](const auto& told) { return opens_session(*told.what); })) {
    return inconclusive("no initialize was answered");
  }
  bool judged = false;
  Known known;
  auto next = answers.begin();
  for (const Exchange* const request : by_time(evidence.timeline)) {
    for (; next != answers.end() && next->at <= request->request_at; ++next) {
      learn(known, *next->what);
    }
    // Another initialize opens another session.
    const bool outside = !known.opened || is_probe(*request);
    if ((sessions && outside) || opens_session(*request)) continue;
    if (is_unread(*request) || is_of_none(known, *request)) continue;
    if (!is_of_transport(*request) || is_elsewhere(evidence.timeline, *request)) continue;
    if (is_of_unseen(evidence.timeline, known, *request)) continue;
    judged = true;
    findings.look_at(*request, known);
    known.in_use |= !deletes(*request);
  }
  if (!judged) {
    return inconclusive(sessions ? "nothing was asked after initialize" : "nothing was asked");
  }
  std::vector<Finding> broke = findings.take();
  return broke.empty() ? held() : broken(std::move(broke));
}

}  // namespace

Check requests_say_what_they_must(Rule session, Rule version, Rule accept) {
  return {"requests_say_what_they_must", [=](const Evidence& evidence) {
            return judge_headers(evidence, {session, version, accept});
          }};
}

Check asks_for_what_is_declared(Rule rule) {
  return check_of({"asks_for_what_is_declared", "a client asks for what the server declared",
                   "lists and levels are asked for of every server alike",
                   "look at the capabilities of the answer to initialize first",
                   "the client made no request of a declared session", declared},
                  rule);
}

Check gets_accept_events(Rule rule) {
  return check_of({"gets_accept_events", "a GET accepts text/event-stream",
                   "the header is set for POSTs only", "set it where GETs are made",
                   "the client sent no GET", accepts_events},
                  rule);
}

// AMB-01: HTTP reads a range as the types it spans, and servers are seen to refuse it.
Check gets_list_events(Rule rule) {
  return check_of({"gets_list_events", "a GET lists text/event-stream in its Accept",
                   "the header is left to the HTTP client", "set it where GETs are made",
                   "the client sent no GET", lists_events, Level::kShould},
                  rule);
}

}  // namespace tailrace
