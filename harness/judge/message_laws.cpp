// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/message_laws.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/wire/escape.h"

namespace tailrace {
namespace {

constexpr std::size_t kExcerpt = 60;
constexpr std::size_t kLongSentence = 300;  // Of one error message; more is a report.
constexpr std::string_view kNotifications = "notifications/";
constexpr std::string_view kFirstWithoutBatches = "2025-06-18", kFirstWithPriming = "2025-11-25";
constexpr std::string_view kShape = "messages are put together by hand, and this member was missed";
constexpr std::string_view kOneType = "compose messages from a type that has the members they need";

std::string shown(const Json& value) {
  return excerpt(to_text(value), kExcerpt);
}

bool is_response_like(const RpcMessage& message) {
  const Json& body = message.body;
  return body.is_object() && body.find("method") == nullptr;
}

Look json_rpc(const Exchange&, const RpcMessage& message) {
  return message.kind == MessageKind::kInvalid ? message.why_invalid : "";
}

Look id_kind(const Exchange&, const RpcMessage& message) {
  const Json* id = message.body.find("id");
  if (message.method.empty() || id == nullptr || id->is_null()) return std::nullopt;
  const bool whole = id->is_string() || id->is_int() ||
                     (id->is_number() && id->as_double() == std::trunc(id->as_double()));
  return whole ? "" : message.method + " has the id " + shown(*id);
}

Look id_null(const Exchange&, const RpcMessage& message) {
  const Json* id = message.body.find("id");
  if (message.method.empty() || id == nullptr) return std::nullopt;
  return id->is_null() ? message.method + " has the id null" : "";
}

Look no_id(const Exchange&, const RpcMessage& message) {
  if (!message.method.starts_with(kNotifications)) return std::nullopt;
  const Json* id = message.body.find("id");
  return id == nullptr ? "" : message.method + " has the id " + shown(*id);
}

Look result_or_error(const Exchange&, const RpcMessage& message) {
  if (!is_response_like(message)) return std::nullopt;
  const bool result = message.body.find("result") != nullptr;
  const bool error = message.body.find("error") != nullptr;
  if (result && error) return "a response has both a result and an error";
  return result || error ? "" : "a message has no method, no result and no error";
}

Look code_and_message(const Exchange&, const RpcMessage& message) {
  const Json* error = message.body.find("error");
  if (!is_response_like(message) || error == nullptr) return std::nullopt;
  if (error->find("code") == nullptr) return "an error without a code: " + shown(*error);
  return (*error)["message"].is_string() ? "" : "an error without a message: " + shown(*error);
}

Look integer_code(const Exchange&, const RpcMessage& message) {
  const Json* code = message.body["error"].find("code");
  if (!is_response_like(message) || code == nullptr) return std::nullopt;
  const bool whole = code->is_number() && code->as_double() == std::trunc(code->as_double());
  return whole ? "" : "the error code is " + shown(*code);
}

Look one_line(const Exchange&, const RpcMessage& message) {
  if (message.kind != MessageKind::kError) return std::nullopt;
  const std::string& text = message.error_message;
  const bool lines = text.find('\n') != std::string::npos;
  if (!lines && text.size() <= kLongSentence) return "";
  return fmt::format("the message of an error has {} characters{}: {}", text.size(),
                     lines ? " on several lines" : "", excerpt(text, kExcerpt));
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_letter_or_digit(char c) {
  return is_letter(c) || (c >= '0' && c <= '9');
}

bool is_label(std::string_view label) {
  const bool inside = std::all_of(label.begin(), label.end(),
                                  [](char c) { return is_letter_or_digit(c) || c == '-'; });
  return inside && is_letter(label.front()) && is_letter_or_digit(label.back());
}

bool is_name(std::string_view name) {
  const bool inside = std::all_of(name.begin(), name.end(), [](char c) {
    return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
  });
  return name.empty() ||
         (inside && is_letter_or_digit(name.front()) && is_letter_or_digit(name.back()));
}

std::vector<std::string_view> labels_of(std::string_view prefix) {
  std::vector<std::string_view> labels;
  for (std::size_t dot; (dot = prefix.find('.')) != std::string_view::npos;) {
    labels.push_back(prefix.substr(0, dot));
    prefix.remove_prefix(dot + 1);
  }
  labels.push_back(prefix);
  return labels;
}

// Looks at each key of the message's `_meta`, as prefix (without its slash) and name.
template <class Wrong>
Look meta_keys(const RpcMessage& message, const Wrong& wrong) {
  Look look;
  for (const char* part : {"params", "result"}) {
    for (const auto& [key, value] : message.body[part]["_meta"].members()) {
      const auto slash = key.find('/');
      const bool plain = slash == std::string::npos;
      const std::string_view prefix = plain ? "" : std::string_view(key).substr(0, slash);
      const std::string_view name = plain ? key : std::string_view(key).substr(slash + 1);
      look = "";
      if (wrong(prefix, !plain, name)) return "_meta has the key " + excerpt(key, kExcerpt);
    }
  }
  return look;
}

bool has_empty_label(std::string_view prefix) {
  const auto labels = labels_of(prefix);
  return std::any_of(labels.begin(), labels.end(), [](auto label) { return label.empty(); });
}

Look meta_prefix(const Exchange&, const RpcMessage& message) {
  return meta_keys(message, [](auto prefix, bool has_prefix, auto) {
    return has_prefix && has_empty_label(prefix);
  });
}

Look meta_label(const Exchange&, const RpcMessage& message) {
  return meta_keys(message, [](auto prefix, bool has_prefix, auto) {
    if (!has_prefix || has_empty_label(prefix)) return false;  // That is another law's.
    const auto labels = labels_of(prefix);
    return !std::all_of(labels.begin(), labels.end(), is_label);
  });
}

Look meta_name(const Exchange&, const RpcMessage& message) {
  return meta_keys(message, [](auto, bool, auto name) { return !is_name(name); });
}

Look of_its_revision(const Evidence& evidence, const Exchange& exchange) {
  Look look;
  const bool of_client = under_test(evidence.timeline, exchange) == Side::kClient;
  const bool batches = evidence.revision >= kFirstWithoutBatches;
  const auto batch = [&](const std::optional<RpcMessage>& message) {
    if (message) look = look.value_or("");
    const bool is_batch = message && message->kind == MessageKind::kBatch;
    if (batches && is_batch) look = "a batch, which this revision does not have";
  };
  if (of_client) {
    batch(exchange.asked);
    return look;
  }
  batch(exchange.answer);
  for (const StreamEvent& event : exchange.events) {
    batch(event.message);
    // Without a data line no client gets to see it.
    const bool seen = event.sse.is_priming() && event.sse.dispatched;
    if (seen && evidence.revision < kFirstWithPriming) {
      look = "an event without data to resume from, which clients of this revision do not know";
    }
  }
  return look;
}

Look names_its_request(const Evidence&, const Exchange& exchange) {
  const RpcMessage* final = exchange.final_message();
  const bool asks = exchange.asked && exchange.asked->kind == MessageKind::kRequest;
  if (!asks || final == nullptr) return std::nullopt;
  if (final->id == exchange.asked->id) return "";
  if (names_nobody(*final) && exchange.response && exchange.response->status / 100 != 2) return "";
  return fmt::format("the answer to the id {} has the id {}", exchange.asked->id->text,
                     final->id ? final->id->text : "of nobody");
}

Look text_comes_back(const Evidence& evidence, const Exchange& exchange) {
  if (!exchange.asked || !exchange.asked->id) return std::nullopt;
  const std::string& id = exchange.asked->id->text;
  const bool ascii = std::all_of(id.begin(), id.end(), [](char c) { return c >= 0; });
  // Refused with an Error that shows no text: the other law's.
  if (ascii || refused_nameless(exchange)) return std::nullopt;
  return names_its_request(evidence, exchange);
}

Look unreadable(const Evidence&, const Exchange& exchange) {
  const RpcMessage* final = exchange.final_message();
  const bool unread = exchange.asked && exchange.asked->kind == MessageKind::kInvalid &&
                      exchange.asked->body.is_null();
  if (!unread || final == nullptr || final->kind != MessageKind::kError) return std::nullopt;
  if (!final->id || final->id->text == "null") return "";
  return "text that is no JSON was answered for the id " + excerpt(final->id->text, kExcerpt);
}

// The codes that fit what was asked; empty where any does.
std::vector<std::int64_t> fitting_codes(const RpcMessage& asked) {
  constexpr std::int64_t kParse = -32700, kInvalid = -32600, kMethod = -32601;
  if (asked.kind == MessageKind::kInvalid) return {kParse, kInvalid};
  if (asked.method.starts_with(kNobodysMethod)) return {kMethod};
  return {};
}

Look standard_code(const Evidence&, const Exchange& exchange) {
  const RpcMessage* final = exchange.final_message();
  if (!exchange.asked || final == nullptr || !final->error_code) return std::nullopt;
  const auto fitting = fitting_codes(*exchange.asked);
  if (fitting.empty()) return std::nullopt;
  if (std::find(fitting.begin(), fitting.end(), *final->error_code) != fitting.end()) return "";
  return fmt::format("the Error has the code {}, not {}", *final->error_code,
                     fmt::join(fitting, " or "));
}

Look unknown_method(const Evidence&, const Exchange& exchange) {
  const bool unknown = exchange.asked && exchange.asked->method.starts_with(kNobodysMethod) &&
                       exchange.asked->kind == MessageKind::kRequest;
  if (!unknown || !exchange.response) return std::nullopt;
  const RpcMessage* final = exchange.final_message();
  if (final == nullptr) return exchange.response->status / 100 == 2 ? std::nullopt : Look("");
  return final->kind == MessageKind::kResult ? "a method that nobody has got a Result" : "";
}

}  // namespace

Check messages_are_json_rpc(Rule rule) {
  return check_of({"messages_are_json_rpc", "every message is one of JSON-RPC 2.0", kShape,
                   kOneType, "no message was seen", each_message(json_rpc)},
                  rule);
}

Check request_ids_are_text_or_integers(Rule rule) {
  return check_of({"request_ids_are_text_or_integers", "the id of a request is text or an integer",
                   "ids are drawn as numbers of any kind", "count ids, or draw them as text",
                   "no request was seen", each_message(id_kind)},
                  rule);
}

Check request_ids_are_not_null(Rule rule) {
  return check_of({"request_ids_are_not_null", "a request has an id that is not null",
                   "an id that is not set is written as null", "give each request an id",
                   "no request was seen", each_message(id_null)},
                  rule);
}

Check notifications_have_no_id(Rule rule) {
  return check_of({"notifications_have_no_id", "a notification has no id",
                   "notifications are composed as requests are", "leave the member out",
                   "no notification was seen", each_message(no_id)},
                  rule);
}

Check responses_are_result_or_error(Rule rule) {
  return check_of({"responses_are_result_or_error", "a response has a result or an error, not both",
                   kShape, kOneType, "no response was seen", each_message(result_or_error)},
                  rule);
}

Check errors_have_code_and_message(Rule rule) {
  return check_of({"errors_have_code_and_message", "an error has a code and a message", kShape,
                   kOneType, "no error was seen", each_message(code_and_message)},
                  rule);
}

Check error_codes_are_integers(Rule rule) {
  return check_of({"error_codes_are_integers", "the code of an error is an integer", kShape,
                   kOneType, "no error was seen", each_message(integer_code)},
                  rule);
}

Check error_messages_are_one_line(Rule rule) {
  return check_of({"error_messages_are_one_line", "the message of an error is one short sentence",
                   "what was thrown goes out whole, with its report or stack",
                   "say it in a sentence, and put the report into `data`", "no error was seen",
                   each_message(one_line)},
                  rule);
}

Check meta_prefixes_are_labels(Rule rule) {
  return check_of({"meta_prefixes_are_labels", "the prefix of a key in _meta is labels and dots",
                   "a name of another scheme is used as a prefix", "write it as com.example/name",
                   "no _meta was seen", each_message(meta_prefix)},
                  rule);
}

Check meta_labels_are_well_formed(Rule rule) {
  return check_of({"meta_labels_are_well_formed",
                   "a label of a key in _meta begins with a letter and ends with one or a digit",
                   "a name of another scheme is used as a prefix", "write it as com.example/name",
                   "no _meta was seen", each_message(meta_label)},
                  rule);
}

Check meta_names_are_well_formed(Rule rule) {
  return check_of({"meta_names_are_well_formed",
                   "the name of a key in _meta begins and ends with a letter or a digit",
                   "a name of another scheme is used as a key", "write it as com.example/name",
                   "no _meta was seen", each_message(meta_name)},
                  rule);
}

Check keeps_to_its_revision(Rule rule) {
  return check_of({"keeps_to_its_revision", "only what the agreed revision has is used",
                   "a feature is used by what the code can do, not by what was agreed",
                   "ask the session for its revision first", "no message was seen",
                   of_its_revision, Level::kShould},
                  rule);
}

Check answers_name_their_request(Rule rule) {
  return check_of({"answers_name_their_request", "a response has the id of its request, unchanged",
                   "ids are kept as one type and written back as it", "keep the id as it was sent",
                   "no request was answered", names_its_request, Level::kMust,
                   refused_nameless},
                  rule);
}

Check text_comes_back_in_utf8(Rule rule) {
  return check_of({"text_comes_back_in_utf8", "messages are UTF-8, and text comes back unchanged",
                   "text passes through another encoding", "read and write bodies as UTF-8",
                   "no request beyond ASCII was answered", text_comes_back},
                  rule);
}

Check unreadable_requests_get_no_id(Rule rule) {
  return check_of({"unreadable_requests_get_no_id",
                   "an Error for what could not be read has the id null, or none",
                   "the type of an Error wants an id, so one is made up",
                   "write null where the id is not known", "no Error for unreadable text was seen",
                   unreadable},
                  rule);
}

Check errors_have_standard_codes(Rule rule) {
  return check_of({"errors_have_standard_codes",
                   "unreadable text, no request and an unknown method have codes of their own",
                   "one code stands for all that can go wrong", "use the codes of JSON-RPC 2.0",
                   "no Error with a code of the standard's was due", standard_code},
                  rule);
}

Check unknown_methods_are_refused(Rule rule) {
  return check_of({"unknown_methods_are_refused", "a method that the server lacks gets an Error",
                   "what is not known is taken for done", "answer -32601",
                   "no unknown method was answered", unknown_method},
                  rule);
}

}  // namespace tailrace
