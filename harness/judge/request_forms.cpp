// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/request_forms.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/ladder.h"
#include "harness/judge/service.h"
#include "harness/judge/session.h"

namespace tailrace {
namespace {

struct Cause {
  std::string_view form, likely_cause, cure;
};

constexpr Cause kCauses[] = {
    {kFormLowerCase, "names of headers are compared with their case, as a dictionary of texts does",
     "compare names of headers without case (RFC 9110, section 5.1)"},
    {kFormCharset, "Content-Type is compared as a whole text",
     "take the media type up to the semicolon, and pass over parameters (RFC 9110, section 8.3.1)"},
    {kFormSegments, "what one read brings is taken for the whole body",
     "read the body as far as Content-Length says before it is parsed"},
};

std::string_view form_of(const Timeline& timeline, const Exchange& request) {
  std::string_view form;
  for (const auto& mark : timeline.marks) {
    if (mark.what.name == kMarkForm && mark.at <= request.request_at) form = mark.what.value;
  }
  return form;
}

// How it was not served; "" where it was, or where nothing can be said.
std::string refusal_of(const Timeline& timeline, const Exchange& request, bool plain_has_result) {
  if (is_refused_for_now(request)) return "";
  if (const RpcMessage* const answer = own_answer(request)) {
    const bool refused = plain_has_result && answer->kind == MessageKind::kError;
    return refused ? "got " + describe(*answer) : "";
  }
  if (is_refused(request)) return fmt::format("was refused with {}", request.response->status);
  const bool over = request.ended() && request.end != BodyEnd::kUnseen;
  const bool waited = !over && watched_for(timeline, request.request_at, kServed);
  return over || waited ? "got no answer" : "";
}

Judgement judge(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  bool plain = false, plain_has_result = false;
  std::size_t asked = 0;
  for (const Exchange& request : timeline.exchanges) {
    if (!is_request(request) || request.asked->method == "initialize") continue;
    const std::string_view form = form_of(timeline, request);
    if (form.empty()) {
      const RpcMessage* const answer = own_answer(request);
      plain = plain || answer != nullptr;
      plain_has_result = answer != nullptr && answer->kind == MessageKind::kResult;
      continue;
    }
    ++asked;
    const std::string how = refusal_of(timeline, request, plain_has_result);
    if (how.empty() || !plain) continue;
    const auto cause = std::ranges::find(kCauses, form, &Cause::form);
    Finding finding = finding_of(evidence, "requests_are_served_in_every_form", Rule{},
                                 "harm.request_refused");
    finding.required = "a request is served whatever form HTTP lets it have";
    finding.observed = fmt::format("{}, with {}, {}; without that it was served",
                                   describe(request), form, how);
    if (cause != std::end(kCauses)) {
      finding.likely_cause = cause->likely_cause;
      finding.cure = cause->cure;
    }
    finding.evidence = ladder_of(timeline, request);
    return broken(finding);
  }
  if (asked == 0) return inconclusive("the script did not come so far");
  return plain ? held() : inconclusive("the plain form was not served either");
}

}  // namespace

Check requests_are_served_in_every_form() {
  return {"requests_are_served_in_every_form", judge};
}

}  // namespace tailrace
