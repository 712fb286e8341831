// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/closed_get.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/judge/client_calls.h"
#include "harness/judge/closure.h"
#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/resources.h"
#include "harness/record/marks.h"

namespace tailrace {
namespace {

// Listening streams that we closed, by our end of their connections.
std::map<Endpoint, const Exchange*> closed_gets(const Timeline& timeline) {
  std::map<Endpoint, const Exchange*> closed;
  for (const Exchange& get : timeline.exchanges) {
    if (!listens(get) || !get.is_event_stream()) continue;
    const Connection& connection = *timeline.connection(get.connection);
    if (connection.we_ended) closed.emplace(connection.client(), &get);
  }
  return closed;
}

const At<ProcessSampled>* last_sample(const Timeline& timeline) {
  const auto last = std::find_if(timeline.samples.rbegin(), timeline.samples.rend(),
                                 [](const auto& s) { return s.what.label == kLeftOfGets; });
  return last == timeline.samples.rend() ? nullptr : &*last;
}

std::vector<const Exchange*> left_in(const At<ProcessSampled>& sample,
                                     const std::map<Endpoint, const Exchange*>& closed) {
  std::vector<const Exchange*> left;
  for (const SocketFigure& socket : sample.what.sockets) {
    const auto of = closed.find(socket.remote);
    if (of != closed.end()) left.push_back(of->second);
  }
  return left;
}

Millis keep_alive_of(const Timeline& timeline) {
  if (!timeline.mark(kMarkKeepAlive)) return kUsualKeepAlive;  // Of older records.
  return Millis(marked_number(timeline, kMarkKeepAlive));
}

Judgement judge_closed(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const auto closed = closed_gets(timeline);
  if (closed.empty()) return inconclusive("no listening stream was closed");
  const At<ProcessSampled>* sample = last_sample(timeline);
  if (sample == nullptr) {
    if (timeline.mark(kNotSampled)) return not_applicable(std::string(kUnwatched));
    return inconclusive("the script came to no sample of its processes");
  }
  MonoTime at{};
  for (const auto& [client, get] : closed) {
    at = std::max(at, timeline.connection(get->connection)->we_ended->at);
  }
  const auto left = left_in(*sample, closed);
  Judgement judgement = held();
  judgement.measurements.push_back({"sockets_free_after", in_millis(sample->at - at)});
  if (left.empty()) return judgement;
  if (sample->at - at < keep_alive_of(timeline) + kMeetsEnd) {
    return inconclusive("sockets of closed streams were not watched for long enough");
  }
  const bool grows = left.size() >= kOpenStreamsAreHarm;
  Finding finding = finding_of(evidence, "closed_gets_free_their_sockets", Rule{},
                               grows ? "harm.sockets_grow" : "");
  if (!grows) finding.level = Level::kShould;
  finding.required = "the socket of a listening stream that its client closed is closed, too";
  finding.observed = fmt::format(
      "{} of {} sockets were still held {} after their client had closed them; their session went "
      "on",
      left.size(), closed.size(), in_millis(sample->at - at));
  finding.likely_cause = "the handler of the stream waits for messages, and not for the end of its "
                         "connection: only the end of the session lets it go";
  finding.cure = "end the handler when its request is aborted, or write to idle streams now and "
                 "then (a comment) and end those that fail";
  finding.evidence = ladder_of(timeline, *left.front());
  judgement = broken(finding);
  return judgement;
}

}  // namespace

std::size_t sockets_of_closed_gets(const Timeline& timeline) {
  const At<ProcessSampled>* sample = last_sample(timeline);
  return sample == nullptr ? 0 : left_in(*sample, closed_gets(timeline)).size();
}

Check closed_gets_free_their_sockets() {
  return {"closed_gets_free_their_sockets", judge_closed};
}

}  // namespace tailrace
