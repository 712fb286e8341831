// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/header_laws.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/session.h"
#include "harness/wire/meta_names.h"

namespace tailrace {
namespace {

constexpr int kBadRequest = 400;
constexpr int kMismatch = -32020, kUnsupported = -32022, kInvalidParams = -32602;
constexpr std::string_view kInitialize = "initialize", kFirstStateless = "2026-07-28";
constexpr std::string_view kVersion = "mcp-protocol-version", kMethod = "mcp-method";
constexpr std::string_view kName = "mcp-name", kSession = "mcp-session-id";

// What is wrong with a request at 2026-07-28.
enum class Wrong { kNothing, kDate, kValue, kSpelling, kMissing, kRevision, kNoMeta };

Wrong wrong_with(const std::string& header, const std::string& body) {
  if (header == body) return Wrong::kNothing;
  if (header.empty()) return Wrong::kMissing;
  return lower_case(header) == lower_case(body) ? Wrong::kSpelling : Wrong::kValue;
}

Wrong wrong_with(const Exchange& request) {
  const Json& params = request.asked->body["params"];
  const Json& meta = params["_meta"];
  const std::string& version = meta[kMetaVersion].as_string();
  const bool can = meta[kMetaCapabilities].is_object();
  if (version.empty() || !can) return Wrong::kNoMeta;
  if (version != header_of(request, kVersion)) return Wrong::kDate;
  if (version != kFirstStateless) return Wrong::kRevision;
  const Wrong method = wrong_with(header_of(request, kMethod), request.asked->method);
  if (method != Wrong::kNothing || request.asked->method != "tools/call") return method;
  return wrong_with(header_of(request, kName), params["name"].as_string());
}

bool is_mismatch(Wrong wrong) {
  return wrong == Wrong::kDate || wrong == Wrong::kValue || wrong == Wrong::kSpelling ||
         wrong == Wrong::kMissing;
}

bool is_served(const Exchange& exchange) {
  const RpcMessage* final = exchange.final_message();
  return final != nullptr && final->kind == MessageKind::kResult;
}

// A law about the answered requests that are wrong in a way that `chosen` picks.
template <class Chosen, class Look_>
auto each_wrong(Chosen chosen, Look_ look) {
  return [chosen, look](const Evidence&, const Exchange& exchange) -> Look {
    if (!is_request(exchange) || !exchange.response) return std::nullopt;
    if (is_refused_for_now(exchange)) return std::nullopt;
    return chosen(wrong_with(exchange)) ? look(exchange) : std::nullopt;
  };
}

auto only(Wrong wanted) {
  return [wanted](Wrong wrong) { return wrong == wanted; };
}

Look not_served(const Exchange& exchange) {
  return is_served(exchange) ? "it was served" : "";
}

// The status of a refusal; what was served is another law's.
Look bad_request(const Exchange& exchange) {
  if (is_served(exchange)) return std::nullopt;
  const int status = exchange.response->status;
  return status == kBadRequest ? "" : fmt::format("it was refused with {}", status);
}

auto with_code(int code) {
  return [code](const Exchange& exchange) -> Look {
    const RpcMessage* final = exchange.final_message();
    if (exchange.end != BodyEnd::kComplete) return std::nullopt;  // What it says was not seen.
    if (final == nullptr) return "it was refused without an Error";
    return final->error_code == code ? "" : "it got " + describe(*final);
  };
}

// The same, but what was served is another law's.
auto refused_with_code(int code) {
  return [code](const Exchange& exchange) -> Look {
    return is_served(exchange) ? std::nullopt : with_code(code)(exchange);
  };
}

// Who does not serve the revision of the body may say that first (AMB-19).
Look refused_as_mismatch(const Exchange& exchange) {
  const RpcMessage* const final = exchange.final_message();
  const bool unsupported = final != nullptr && final->error_code == kUnsupported;
  if (unsupported && wrong_with(exchange) == Wrong::kDate) return "";
  return refused_with_code(kMismatch)(exchange);
}

Look without_session(const Evidence& evidence, const Exchange& exchange) {
  const bool initialize = exchange.asked && exchange.asked->method == kInitialize;
  if (!is_request(exchange) || initialize || !exchange.response) return std::nullopt;
  const auto& all = evidence.timeline.exchanges;
  // On other replies it may be the noise of a gateway.
  const bool keeps = std::any_of(all.begin(), all.end(), [](const Exchange& other) {
    const bool opens = other.asked && other.asked->method == kInitialize && other.response;
    return opens && other.response->find(kSession) != nullptr;
  });
  if (!keeps || !header_of(exchange, kSession).empty()) return std::nullopt;
  if (is_refused_for_now(exchange)) return std::nullopt;
  const int status = exchange.response->status;
  if (status == kBadRequest) return "";
  return fmt::format("without the id of its session it got {}", status);
}

Look unknown_revision(const Evidence&, const Exchange& exchange) {
  const std::string said = header_of(exchange, kVersion);
  if (!is_request(exchange) || !exchange.response || said != kNobodysRevision) return std::nullopt;
  if (is_refused_for_now(exchange)) return std::nullopt;
  const int status = exchange.response->status;
  return status == kBadRequest ? "" : fmt::format("a revision that nobody has got {}", status);
}

constexpr std::string_view kStatusCause = "the Error is put into a reply that is 200 by default";

std::optional<Reason> refused_otherwise(const Exchange& exchange) {
  if (is_served(exchange)) return std::nullopt;
  const bool has_status = is_refused(exchange);
  return Reason{has_status ? "it is refused with the status of another refusal" : kStatusCause,
                "answer 400"};
}

Look any_case(const Evidence&, const Exchange& exchange) {
  if (!is_request(exchange) || wrong_with(exchange) != Wrong::kNothing) return std::nullopt;
  const auto& headers = exchange.request.headers;
  const bool loud = std::any_of(headers.begin(), headers.end(), [](const HttpHeader& header) {
    return header.name == "MCP-METHOD";
  });
  if (!loud || !exchange.response) return std::nullopt;
  return is_served(exchange) ? "" : fmt::format("MCP-METHOD got {}", exchange.response->status);
}

Check refusal(std::string_view name, std::string_view required, Wrong wrong, Rule rule) {
  return check_of({name, required, "headers are passed over, and the body is served",
                   "compare them before the request is served", "no such request was answered",
                   each_wrong(only(wrong), not_served)},
                  rule);
}

constexpr std::string_view kCodeCause = "one code stands for all that is wrong with a request";

}  // namespace

Check requests_without_session_get_400(Rule rule) {
  return check_of({"requests_without_session_get_400",
                   "a request without the id of its session gets 400",
                   "a request without an id is taken for one of no session", "answer 400",
                   "the server keeps no sessions", without_session},
                  rule);
}

Check unknown_revisions_get_400(Rule rule) {
  return check_of({"unknown_revisions_get_400", "a header with an unknown revision gets 400",
                   "the header is not looked at", "compare it with what is spoken",
                   "no request named an unknown revision", unknown_revision, Level::kMust,
                   refused_otherwise},
                  rule);
}

std::vector<Check> disagreeing_requests_are_refused(Disagreeing rules) {
  std::vector<Check> checks;
  const auto add = [&](std::string_view name, std::string_view required, Wrong wrong, Rule rule) {
    if (!rule.empty()) checks.push_back(refusal(name, required, wrong, rule));
  };
  add("disagreeing_revisions_are_refused",
      "a request whose header and body name different revisions is refused", Wrong::kDate,
      rules.version);
  add("disagreeing_headers_are_refused",
      "a request whose headers do not say what its body says is refused", Wrong::kValue,
      rules.value);
  add("headers_in_another_case_are_refused",
      "a header that says it in another case does not say the same", Wrong::kSpelling,
      rules.spelling);
  add("requests_without_headers_are_refused",
      "a request without a header that repeats its body is refused", Wrong::kMissing,
      rules.missing);
  return checks;
}

Check disagreeing_requests_get_400(Rule rule) {
  return check_of({"disagreeing_requests_get_400", "headers that do not fit get 400", kStatusCause,
                   "look at the headers before the head goes out",
                   "no request with such headers was refused",
                   each_wrong(is_mismatch, bad_request)},
                  rule);
}

Check disagreeing_requests_get_their_code(Rule rule) {
  return check_of({"disagreeing_requests_get_their_code", "headers that do not fit get -32020",
                   kCodeCause, "use -32020", "no request with such headers was refused",
                   each_wrong(is_mismatch, refused_as_mismatch)},
                  rule);
}

Check unsupported_revisions_get_their_code(Rule rule) {
  return check_of({"unsupported_revisions_get_their_code", "an unknown revision gets -32022",
                   kCodeCause, "use -32022, with the revisions that are spoken",
                   "no request named an unknown revision",
                   each_wrong(only(Wrong::kRevision), with_code(kUnsupported))},
                  rule);
}

Check unsupported_revisions_get_400(Rule rule) {
  return check_of({"unsupported_revisions_get_400", "an unknown revision gets 400", kStatusCause,
                   "look at the revision before the head goes out",
                   "no request that named an unknown revision was refused",
                   each_wrong(only(Wrong::kRevision), bad_request)},
                  rule);
}

Check requests_without_meta_get_their_code(Rule rule) {
  return check_of({"requests_without_meta_get_their_code", "_meta that lacks a member gets -32602",
                   kCodeCause, "use -32602", "no request without _meta was answered",
                   each_wrong(only(Wrong::kNoMeta), with_code(kInvalidParams))},
                  rule);
}

Check requests_without_meta_get_400(Rule rule) {
  return check_of({"requests_without_meta_get_400", "_meta that lacks a member gets 400",
                   kStatusCause, "look at _meta before the head goes out",
                   "no request without _meta was refused",
                   each_wrong(only(Wrong::kNoMeta), bad_request)},
                  rule);
}

Check header_names_have_no_case(Rule rule) {
  return check_of({"header_names_have_no_case", "the name of a header is the same in any case",
                   "headers are looked up as they were written", "look them up without case",
                   "no request with loud names was answered", any_case},
                  rule);
}

}  // namespace tailrace
