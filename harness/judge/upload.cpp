// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/upload.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "harness/judge/closure.h"
#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/reuse.h"
#include "harness/judge/service.h"
#include "harness/judge/session.h"
#include "harness/wire/escape.h"

namespace tailrace {
namespace {

constexpr std::size_t kStrayExcerpt = 120;

bool is_upload(const Exchange& exchange) {
  const std::string* length = exchange.request.find("content-length");
  std::size_t bytes = 0;
  if (length != nullptr) std::from_chars(length->data(), length->data() + length->size(), bytes);
  return exchange.is_post() && bytes >= kUploadBytes;
}

// What came after the refusal and fits no request of ours: an answer to bytes of the body.
std::string answer_to_body(const Timeline& timeline, const Exchange& upload) {
  const Connection& connection = *timeline.connection(upload.connection);
  // Bytes of no response are a body that is longer than was announced: another check's.
  for (const auto& trouble : connection.malformed) {
    if (trouble.what.starts_with(kNoRequest)) return trouble.what;
  }
  if (upload.index + 1 >= connection.streams.size()) return "";
  const Exchange& next = *timeline.exchange(connection.streams[upload.index + 1]);
  const RpcMessage* final = next.final_message();
  // An id of the other type is a fault of its own (answers_carry_their_ids).
  const bool own = final != nullptr && next.asked && final->id &&
                   (final->id == next.asked->id || is_text_of(*final->id, *next.asked->id));
  const bool cut = final == nullptr && !is_refused(next);  // Its own, and not all of it.
  if (const auto waited = silent_for(timeline, next)) {
    return fmt::format("{} got no answer for {}", describe(next), in_millis(*waited));
  }
  if (!next.response || own || cut) return "";
  // For want of room, or of its session, which the refusal may have ended.
  if (is_refused_for_now(next) || next.response->status == kNotFound) return "";
  return fmt::format("{} got {}", describe(next), next.response->status);
}

Finding unreadable(const Evidence& evidence, const Exchange& upload) {
  Finding finding = finding_of(evidence, "refused_upload_is_answered", Rule{});
  finding.level = Level::kShould;  // RFC 9112, section 9.6, advises; nothing demands.
  finding.required = "a client whose upload is refused can read why";
  finding.observed = fmt::format("the connection of {} ended {}", describe(upload),
                                 upload.response ? "inside the refusal" : "without a response");
  finding.likely_cause = "the socket is closed while bytes of the body are unread, or before the "
                         "answer is written: the kernel then sends RST instead of the answer";
  finding.cure =
      "write the answer, end the sending side, and read the rest (bounded) before closing";
  finding.evidence = ladder_of(evidence.timeline, upload);
  return finding;
}

Finding taken_for_request(const Evidence& evidence, const Exchange& upload,
                          const std::string& what) {
  Finding finding =
      finding_of(evidence, "refused_upload_is_answered", Rule{}, "harm.body_taken_for_request");
  finding.required = "the rest of a refused upload is read or the connection is closed";
  finding.observed = fmt::format("after the refusal of {}: {}", describe(upload),
                                 excerpt(what, kStrayExcerpt));
  finding.likely_cause = "the refusal is sent before the body was read, and the connection goes on "
                         "where the head ended";
  finding.cure = "skip the announced length of the body before the next request is parsed";
  const Exchange* next = evidence.timeline.last_on(upload.connection);
  finding.evidence = next == nullptr || next == &upload
                         ? ladder_of(evidence.timeline, upload)
                         : ladder_of(evidence.timeline, upload, *next);
  return finding;
}

Judgement judge_upload(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const auto upload =
      std::find_if(timeline.exchanges.begin(), timeline.exchanges.end(), is_upload);
  if (upload == timeline.exchanges.end()) return inconclusive("nothing was uploaded");
  if (!upload->ended() || upload->end == BodyEnd::kUnseen) {
    return inconclusive("the end of the upload was not seen");
  }
  if (upload->response && upload->response->status / 100 < 4) {
    return not_applicable(
        fmt::format("the upload was not refused but answered with {}", upload->response->status));
  }
  if (upload->end != BodyEnd::kComplete) return broken(unreadable(evidence, *upload));
  if (const std::string what = answer_to_body(timeline, *upload); !what.empty()) {
    return broken(taken_for_request(evidence, *upload, what));
  }
  Judgement judgement = held();
  const bool early = !upload->request_complete || *upload->head_at < *upload->request_complete;
  const auto& left = timeline.connection(upload->connection)->peer_ended;
  judgement.measurements = {
      {"refused", early ? "before the end of the upload" : "after the upload"},
      {"connection", !left ? "kept" : left->how == Ending::kReset ? "reset" : "closed"}};
  return judgement;
}

Judgement judge_expectation(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  std::size_t judged = 0;
  for (const Exchange& exchange : timeline.exchanges) {
    if (exchange.request.find("expect") == nullptr) continue;
    if (exchange.response && exchange.response->status == 417) {
      return not_applicable("the server refuses expectations with 417");
    }
    if (exchange.response && exchange.response->minor_version == 0) {
      return not_applicable("the server speaks HTTP/1.0, which knows no 100 (Continue)");
    }
    ++judged;
    const MonoTime body = exchange.request_complete.value_or(*timeline.last);
    // Who says it behind the body was slow, and did look at the field.
    if (exchange.interim_at || (exchange.head_at && *exchange.head_at <= body)) continue;
    if (body - exchange.request_at < continue_window(timeline)) {
      return inconclusive("the body was sent before an answer was due");
    }
    Finding finding = finding_of(evidence, "expectation_is_met", Rule{});
    finding.level = Level::kShould;
    finding.required = "a request that expects 100 (Continue) gets it, or a final status, at once";
    finding.observed = fmt::format("{} got neither for {}, until its body was sent",
                                   describe(exchange), in_millis(body - exchange.request_at));
    finding.likely_cause = "the field Expect is not looked at, and the body is waited for";
    finding.cure = "answer the expectation when the head of the request has been read";
    finding.evidence = ladder_of(timeline, exchange);
    return broken(finding);
  }
  return judged == 0 ? inconclusive("no request had an expectation") : held();
}

}  // namespace

Nanos continue_window(const Timeline& timeline) {
  Nanos slowest{0};
  for (const Exchange& exchange : timeline.exchanges) {
    const bool expects = exchange.request.find("expect") != nullptr;
    if (exchange.head_at && !expects) {
      slowest = std::max(slowest, *exchange.head_at - exchange.request_at);
    }
  }
  return std::max<Nanos>(kContinueWindow, 2 * slowest);
}

Check refused_upload_is_answered() {
  return {"refused_upload_is_answered", judge_upload};
}

Check expectation_is_met() {
  return {"expectation_is_met", judge_expectation};
}

}  // namespace tailrace
