// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/law.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/ladder.h"
#include "harness/judge/session.h"
#include "harness/wire/http_head.h"
#include "harness/wire/meta_names.h"

namespace tailrace {
namespace {

constexpr std::int64_t kParseError = -32700;

Judgement judge_law(const Evidence& evidence, const Law& law, Rule rule) {
  // The scripts of laws decline only where the server does not speak the revision.
  const auto& declined = evidence.timeline.declined;
  if (!declined.empty()) return not_applicable(declined.back().what.why);
  const Exchange* first = nullptr;
  std::string how;
  std::size_t shown = 0, against = 0;
  for (const Exchange& exchange : evidence.timeline.exchanges) {
    // A GET that resumes is of the transport wherever it goes.
    if (!resumes(exchange) && is_elsewhere(evidence.timeline, exchange)) continue;
    const Look look = law.look(evidence, exchange);
    if (!look) continue;
    ++shown;
    if (look->empty()) continue;
    ++against;
    if (first != nullptr) continue;
    first = &exchange;
    how = *look;
  }
  if (shown == 0) return not_applicable(std::string(law.unseen));
  if (first == nullptr) return held();
  Finding finding = finding_of(evidence, law.name, rule);
  if (finding.requirements.empty() && !rule.empty()) {
    return not_applicable("no rule of this revision speaks of it");
  }
  if (rule.empty() || finding.level < law.most) finding.level = law.most;
  finding.required = law.required;
  finding.observed = fmt::format("{}: {}", describe(*first), how);
  if (against > 1) finding.observed += fmt::format("; {} of {} like this", against, shown);
  const auto known = law.reason ? law.reason(*first) : std::nullopt;
  const Reason reason = known.value_or(Reason{law.likely_cause, law.cure});
  finding.likely_cause = reason.likely_cause;
  finding.cure = reason.cure;
  finding.evidence = ladder_of(evidence.timeline, *first);
  return broken(finding);
}

void add(std::vector<const RpcMessage*>& messages, const std::optional<RpcMessage>& message) {
  if (!message) return;
  if (message->kind != MessageKind::kBatch) return messages.push_back(&*message);
  for (const RpcMessage& part : message->batch) messages.push_back(&part);
}

}  // namespace

Check check_of(Law law, Rule rule) {
  const std::string name(law.name);
  return {name, [law = std::move(law), rule](const Evidence& evidence) {
            return judge_law(evidence, law, rule);
          }};
}

Side under_test(const Timeline& timeline, const Exchange& exchange) {
  const Side ours = timeline.connection(exchange.connection)->opened.we_are;
  return ours == Side::kClient ? Side::kServer : Side::kClient;
}

std::vector<const RpcMessage*> messages_of(const Timeline& timeline, const Exchange& exchange) {
  std::vector<const RpcMessage*> messages;
  if (under_test(timeline, exchange) == Side::kClient) {
    add(messages, exchange.asked);
    return messages;
  }
  for (const StreamEvent& event : exchange.events) {
    // Clients skip events of other names (AMB-27), which may hold what they like.
    const bool named = event.sse.type != "message";
    const bool other = named && event.message && event.message->body.find("jsonrpc") == nullptr;
    if (!other) add(messages, event.message);
  }
  const std::string* type =
      exchange.response ? exchange.response->find("content-type") : nullptr;
  // JSON of another kind that explains a refusal, a page or what was no request, is no message.
  const bool json = type != nullptr && lower_case(*type).starts_with("application/json");
  const bool owed = exchange.response && exchange.response->status < kFirstError &&
                    exchange.asked && !exchange.asked->is_response() &&
                    exchange.asked->kind != MessageKind::kNotification;
  const bool foreign =
      exchange.answer && !owed && exchange.answer->body.find("jsonrpc") == nullptr;
  if (json && !foreign) add(messages, exchange.answer);
  return messages;
}

std::function<Look(const Evidence&, const Exchange&)> each_message(
    std::function<Look(const Exchange&, const RpcMessage&)> look) {
  return [look = std::move(look)](const Evidence& evidence, const Exchange& exchange) -> Look {
    Look all;
    for (const RpcMessage* message : messages_of(evidence.timeline, exchange)) {
      const Look one = look(exchange, *message);
      if (!one) continue;
      all = one;
      if (!one->empty()) break;
    }
    return all;
  };
}

std::string header_of(const Exchange& exchange, std::string_view name) {
  const std::string* value = exchange.request.find(name);
  return value == nullptr ? "" : *value;
}

Accepts accepts(const Exchange& exchange, std::string_view type) {
  const std::string range = std::string(type.substr(0, type.find('/'))) + "/*";
  Accepts found = Accepts::kNot;
  for (const std::string_view element : exchange.request.list("accept")) {
    const std::string_view name = trimmed(element.substr(0, element.find(';')));
    if (same_name(name, type)) return Accepts::kByName;
    if (same_name(name, range) || name == "*/*") found = Accepts::kByRange;
  }
  return found;
}

Check convicts(Check check) {
  return {check.name, [judge = check.judge](const Evidence& evidence) {
            Judgement judgement = judge(evidence);
            if (judgement.outcome != Outcome::kBroken) judgement.outcome = Outcome::kNotApplicable;
            return judgement;
          }};
}

bool is_probe(const Exchange& exchange) {
  if (!exchange.asked) return false;
  const Json& meta = exchange.asked->body["params"]["_meta"];
  return exchange.asked->method == "server/discover" || meta.find(kMetaVersion) != nullptr;
}

bool resumes(const Exchange& exchange) {
  return exchange.request.find("last-event-id") != nullptr;
}

bool listens(const Exchange& exchange) {
  return exchange.request.method == "GET" && !resumes(exchange);
}

bool is_elsewhere(const Timeline& timeline, const Exchange& exchange) {
  // A form that is posted for a token is no message.
  if (exchange.asked && exchange.asked->kind != MessageKind::kInvalid) return false;
  const auto path_of = [](const Exchange& one) {
    const std::string_view target = one.request.target;
    return target.substr(0, target.find('?'));
  };
  const auto& all = timeline.exchanges;
  const auto posted = std::ranges::find_if(all, [](const Exchange& one) {
    return one.asked && one.asked->kind != MessageKind::kInvalid;
  });
  return posted != all.end() && path_of(*posted) != path_of(exchange);
}

const Exchange* first_asked(const Timeline& timeline, std::string_view method) {
  const auto& all = timeline.exchanges;
  const auto found = std::find_if(all.begin(), all.end(), [&](const Exchange& exchange) {
    return exchange.asked && exchange.asked->method == method;
  });
  return found == all.end() ? nullptr : &*found;
}

const Json& first_result(const Timeline& timeline, std::string_view method) {
  static const Json none;
  for (const Exchange& exchange : timeline.exchanges) {
    if (!exchange.asked || exchange.asked->method != method) continue;
    const RpcMessage* final = exchange.final_message();
    if (final != nullptr && final->kind == MessageKind::kResult) return final->body["result"];
  }
  return none;
}

bool names_nobody(const RpcMessage& response) {
  return !response.id || response.id->text == "null";
}

std::optional<Reason> answered_as_text(const Exchange& exchange) {
  const RpcMessage* final = exchange.final_message();
  if (final == nullptr || !final->id || !exchange.asked || !exchange.asked->id) return std::nullopt;
  if (!is_text_of(*final->id, *exchange.asked->id)) return std::nullopt;
  return kIdsAsText;
}

bool is_text_of(const RpcId& one, const RpcId& other) {
  return one.text == '"' + other.text + '"' || other.text == '"' + one.text + '"';
}

std::optional<Reason> refused_nameless(const Exchange& exchange) {
  const auto nameless = [](const std::optional<RpcMessage>& message) {
    return message && message->kind == MessageKind::kError && names_nobody(*message) &&
           message->body["error"]["code"].as_int() != kParseError;
  };
  const bool found = nameless(exchange.answer) ||
                     std::ranges::any_of(exchange.events, nameless, &StreamEvent::message);
  if (!found) return std::nullopt;
  return Reason{"the request is read and refused as invalid, be it for the letters of its id, and "
                "the Error does not say which request that is",
                "take any text or number for an id, and answer with the one that came"};
}

bool is_notification_of(const RpcMessage& message, std::string_view name) {
  return message.method.starts_with("notifications/") && message.method.substr(14) == name;
}

}  // namespace tailrace
