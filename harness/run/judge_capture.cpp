// SPDX-License-Identifier: Apache-2.0
#include "harness/run/judge_capture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "harness/record/timeline_parts.h"
#include "harness/run/client_crowd.h"
#include "harness/run/plan.h"
#include "harness/run/verdict.h"

namespace tailrace {
namespace {

// Checks that read exchanges, connections and packets. What some of them read beside (a window of
// ours, a mark of the script) only narrows them: without it they judge as well.
constexpr std::array<std::string_view, 32> kWireChecks = {
    "stream_ends",
    "stream_ends_in_order",
    "nothing_follows",
    "json_answers_are_whole",
    "streams_end_with_session",
    "does_not_reset_after_body",
    "measures_connections",
    "connection_carries_next_request",
    "does_not_resume_after",
    "no_delayed_ack_stall",
    "resume_brings_answer",
    "resumed_stream_ends",
    "answer_comes_once",
    "replays_only_its_stream",
    "get_is_answered",
    "finished_stream_stays_over",
    "cancelled_stream_ends",
    "nothing_for_cancelled",
    "refusals_are_complete",
    "unknown_method_gets",
    "methods_are_refused",
    "forged_state_is_rejected",
    "session_is_gone_after_delete",
    "answers_reach_their_requests",
    "session_survives_error",
    "request_ids_are_unique",
    "subscription_begins_with_acknowledgement",
    "server_pings_are_answered",
    "requests_say_what_they_must",
    "starts_anew_after_404",
    "offers_other_revision",
    "refused_initialize_opens_no_session"};

// Whose checks put the whole question to any traffic. Stalls are told by the analysis itself.
constexpr std::array<std::string_view, 9> kNeedNoScript = {
    "drain.client_does_not_resume_after_result",
    "drain.client_keeps_connection_after_complete_body",
    "error_terminal.client_does_not_resume_after_error",
    "error_terminal.server_ends_stream_after_error",
    "stream_closure.server_completes_json_answers",
    "stream_closure.server_ends_initialize_stream",
    "stream_closure.server_ends_stream_after_result",
    "stream_closure.server_sends_nothing_after_final",
    "stream_closure.stateless_server_ends_stream"};

constexpr std::size_t kFewServers = 8;

template <std::size_t N>
bool is_in(const std::array<std::string_view, N>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// What the server named in its answer to initialize.
std::string answered_revision(const Exchange& exchange) {
  const RpcMessage* answer = exchange.final_message();
  if (answer == nullptr || !exchange.asked || exchange.asked->method != "initialize") return "";
  return answer->body["result"]["protocolVersion"].as_string();
}

std::string revision_of(const Exchange& exchange) {
  const std::string* header = exchange.request.find("mcp-protocol-version");
  std::string revision = header != nullptr ? *header : answered_revision(exchange);
  const bool known = std::find(std::begin(kRevisions), std::end(kRevisions), revision) !=
                     std::end(kRevisions);
  return known ? revision : "";
}

// A part for each of the groups, which together have all connections.
template <class Groups>
TimelineParts split_by(const Groups& groups, Timeline timeline) {
  std::map<ConnectionId, std::size_t> group_of;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    for (const ConnectionId connection : groups[i].connections) group_of[connection] = i;
  }
  return split(std::move(timeline), groups.size(),
               [&](ConnectionId connection) { return group_of.at(connection); });
}

// Without a port: a client has another for each connection.
std::string host_text(const std::array<std::uint8_t, 16>& address) {
  const std::string text = Endpoint{address, 0}.text();
  return text.substr(0, text.rfind(':'));
}

// That of 2024-11-05: answers come on a GET stream, which names where to POST first.
bool is_of_old_transport(const Timeline& timeline) {
  return std::ranges::any_of(timeline.exchanges, [](const Exchange& exchange) {
    return !exchange.events.empty() && exchange.events.front().sse.type == "endpoint";
  });
}

bool speaks_mcp(const Timeline& timeline) {
  return std::any_of(timeline.exchanges.begin(), timeline.exchanges.end(),
                     [](const Exchange& e) { return e.asked.has_value(); });
}

}  // namespace

bool reads_the_wire_only(const Scenario& scenario) {
  const auto& checks = scenario.spec().checks;
  return std::all_of(checks.begin(), checks.end(),
                     [](const Check& check) { return is_in(kWireChecks, check.name); });
}

// With those of its checks that packets can answer.
static Scenario of_the_wire(const Scenario& scenario) {
  ScenarioSpec spec = scenario.spec();
  std::erase_if(spec.checks, [](const Check& check) { return !is_in(kWireChecks, check.name); });
  return Scenario(std::move(spec));
}

Result<CaptureJudge> CaptureJudge::make(const Registry& registry, const Catalogue& catalogue,
                                        const std::vector<std::string>& only) {
  CaptureJudge judge(registry, catalogue);
  std::vector<std::string> possible;
  for (const Scenario& scenario : registry) {
    const bool in_part = is_in(kNeedNoScript, scenario.id());
    if (!reads_the_wire_only(scenario) && !in_part) continue;
    possible.emplace_back(scenario.id());
    const bool chosen = only.empty()
                            ? is_in(kNeedNoScript, scenario.id())
                            : std::any_of(only.begin(), only.end(), [&](const std::string& word) {
                                return selects(word, scenario);
                              });
    if (chosen) judge.asked_.push_back(&judge.narrowed_.emplace_back(of_the_wire(scenario)));
  }
  for (const std::string& word : only) {
    const bool any = std::any_of(judge.asked_.begin(), judge.asked_.end(),
                                 [&](const Scenario* s) { return selects(word, *s); });
    if (any) continue;
    const std::string near = nearest_selection(word, possible);
    return trouble("--only '" + word + "' selects no scenario that packets alone can answer; " +
                   (near.empty() ? "see --list-scenarios" : "did you mean " + near + "?"));
  }
  return judge;
}

void CaptureJudge::keep(Seen seen) {
  if (full_) return;
  bytes_ += seen.bytes.size();
  full_ = bytes_ > kMostBytes || seen_.size() >= kMostEvents;
  // What is open now is not seen to its end.
  if (full_) {
    const RealTime at = seen.at;
    for (const auto& [connection, ends] : ends_) {
      for (const Side side : {Side::kClient, Side::kServer}) {
        seen_.push_back({connection, at, side, What::kLost, ""});
      }
    }
    return;
  }
  seen_.push_back(std::move(seen));
}

void CaptureJudge::on_open(ConnectionId connection, const Endpoint& client, const Endpoint& server,
                           RealTime at) {
  if (full_) return;
  ends_[connection] = {client, server};
  keep({connection, at, Side::kClient, What::kOpen, ""});
}

void CaptureJudge::on_bytes(const StreamPlace& place, std::string_view bytes) {
  if (full_ || lost_.contains({place.connection, place.from})) return;
  keep({place.connection, place.at, place.from, What::kBytes, std::string(bytes)});
}

void CaptureJudge::on_gap(const StreamPlace& place, std::uint64_t) {
  if (full_ || !lost_.insert({place.connection, place.from}).second) return;
  keep({place.connection, place.at, place.from, What::kLost, ""});
}

void CaptureJudge::on_end(const StreamPlace& place, bool reset) {
  keep({place.connection, place.at, place.from, reset ? What::kReset : What::kFin, ""});
}

void CaptureJudge::on_done(ConnectionId connection, ConnectionFlow flow) {
  if (ends_.contains(connection)) flows_.emplace(connection, std::move(flow));
}

// As a tap at the other side's socket would have told it.
Event CaptureJudge::told_to(Side we, const Seen& seen) const {
  const bool ours = seen.from == we;
  const Ending how = seen.what == What::kReset ? Ending::kReset : Ending::kFin;
  switch (seen.what) {
    case What::kOpen: {
      const Ends& ends = ends_.at(seen.connection);
      ConnectionOpened opened;
      opened.connection = seen.connection;
      opened.local = we == Side::kClient ? ends.client : ends.server;
      opened.remote = we == Side::kClient ? ends.server : ends.client;
      opened.we_are = we;
      return opened;
    }
    case What::kBytes:
      if (ours) return BytesWritten{seen.connection, seen.bytes};
      return BytesRead{seen.connection, seen.bytes};
    case What::kLost:
      return TapTruncated{seen.connection, !ours};
    case What::kFin:
    case What::kReset:
      break;
  }
  if (ours) return WeEnded{seen.connection, how, false};
  return PeerEnded{seen.connection, how};
}

void CaptureJudge::reach_the_end(Timeline& timeline) const {
  if (timeline.last) timeline.last = std::max(*timeline.last, MonoTime{last_.since_epoch});
}

Timeline CaptureJudge::seen_from(Side we, const std::set<ConnectionId>* connections) const {
  TimelineBuilder builder;
  std::uint64_t sequence = 0;
  for (const Seen& seen : seen_) {
    if (connections != nullptr && !connections->contains(seen.connection)) continue;
    builder.apply({++sequence, MonoTime{seen.at.since_epoch}, told_to(we, seen)});
  }
  Timeline timeline = builder.take();
  reach_the_end(timeline);
  return timeline;
}

Timeline CaptureJudge::without_misread(Timeline all) const {
  std::set<ConnectionId> misread;
  for (const Exchange& exchange : all.exchanges) {
    const RpcMessage* const final = exchange.final_message();
    const bool another = exchange.asked && final != nullptr && final->id != exchange.asked->id;
    if (!another) continue;
    const auto flow = flows_.find(exchange.connection);
    if (flow != flows_.end() && !flow->second.syn_seen) misread.insert(exchange.connection);
  }
  if (misread.empty()) return all;
  TimelineParts parts = split(std::move(all), 2, [&](ConnectionId connection) {
    return misread.contains(connection) ? std::size_t{1} : 0;
  });
  return std::move(parts.parts[0]);
}

CaptureJudge::Spoken CaptureJudge::revisions(const Timeline& all) const {
  Spoken spoken;
  for (const Exchange& exchange : all.exchanges) {
    const std::string revision = revision_of(exchange);
    if (revision.empty()) continue;
    spoken.on_connection.try_emplace(exchange.connection, revision);
    spoken.by_server.try_emplace(ends_.at(exchange.connection).server, revision);
  }
  return spoken;
}

std::vector<CaptureJudge::Group> CaptureJudge::groups_of(Side under_test,
                                                         const Spoken& spoken) const {
  using Key = std::tuple<Endpoint, std::string, std::array<std::uint8_t, 16>>;
  std::map<Key, Group> groups;
  for (const auto& [connection, ends] : ends_) {
    const auto own = spoken.on_connection.find(connection);
    const auto server = spoken.by_server.find(ends.server);
    std::string revision(kNewestRevision);
    if (own != spoken.on_connection.end()) {
      revision = own->second;
    } else if (server != spoken.by_server.end()) {
      revision = server->second;
    }
    Key key{ends.server, revision, {}};
    if (under_test == Side::kClient) std::get<2>(key) = ends.client.address;
    Group& group = groups[key];
    if (group.connections.empty()) group.name = ends.server.text();
    group.revision = revision;
    group.connections.insert(connection);
  }
  std::vector<Group> list;
  for (auto at = groups.begin(); at != groups.end();) {
    const auto is_of_another_server = [&](const auto& other) {
      return std::get<0>(other.first) != std::get<0>(at->first) ||
             std::get<1>(other.first) != std::get<1>(at->first);
    };
    const auto end = std::find_if(at, groups.end(), is_of_another_server);
    const bool several = std::next(at) != end;
    for (; at != end; ++at) {
      std::string& name = at->second.name;
      if (several) name = name_of_client(host_text(std::get<2>(at->first)), name);
      list.push_back(std::move(at->second));
    }
  }
  std::ranges::stable_sort(list, {}, [](const Group& group) {
    return std::tie(group.revision, group.name);
  });
  return list;
}

void CaptureJudge::judge_group(Side under_test, const Group& group, const Timeline& timeline,
                               bool lost_packets, ResultsByScenario& results) {
  if (!speaks_mcp(timeline)) return;
  if (is_of_old_transport(timeline)) {
    older_.insert(group.name);
    return;
  }
  Evidence evidence{timeline, *catalogue_, group.revision, {}, "", false, lost_packets};
  std::uint64_t frames = 0;
  for (const ConnectionId connection : group.connections) {
    const auto flow = flows_.find(connection);
    if (flow == flows_.end()) continue;
    evidence.packets.push_back({connection, &flow->second});
    frames += flow->second.from_client.segments + flow->second.from_server.segments;
  }
  const Nanos took = timeline.begun ? *timeline.last - *timeline.begun : Nanos(0);
  HeardLaws heard;
  for (const Scenario* scenario : asked_) {
    if (scenario->under_test() != under_test) continue;
    if (!scenario->asks_in(group.revision)) continue;
    ScenarioResult& result = results[std::string(scenario->id())].emplace_back();
    result.id = scenario->id();
    result.title = scenario->spec().question;
    result.revision = group.revision;
    result.mode = group.name;
    result.role = name_of(under_test);
    result.frames = frames;
    result.ms = static_cast<double>(took.count()) / 1e6;
    judge_scenario(*scenario, evidence, heard, result);
  }
}

std::vector<std::string> CaptureJudge::notes() const {
  if (older_.empty()) return {};
  return {fmt::format("{} speak{} HTTP with SSE as of 2024-11-05: the rules of Streamable HTTP, "
                      "which replaced it, are not asked of that",
                      fmt::join(older_, ", "), older_.size() == 1 ? "s" : "")};
}

std::vector<ScenarioResult> CaptureJudge::judge(bool lost_packets) {
  Timeline all = without_misread(seen_from(Side::kClient));
  const Spoken spoken = revisions(all);
  const auto turn_round = [&](Timeline timeline) {
    return turned_round(std::move(timeline), [&](const std::set<ConnectionId>& connections) {
      return seen_from(Side::kServer, &connections);
    });
  };
  const std::vector<Group> servers = groups_of(Side::kServer, spoken);
  const std::vector<Group> clients = groups_of(Side::kClient, spoken);
  // Often one host calls a server: what is near the processor then is judged both ways. Of many
  // servers what must be decoded anew is so at once.
  const bool in_pairs =
      servers.size() <= kFewServers &&
      std::ranges::equal(servers, clients, {}, &Group::connections, &Group::connections);
  ResultsByScenario results;
  TimelineParts parts = split_by(servers, std::move(all));
  for (std::size_t i = 0; i < servers.size(); ++i) {
    judge_group(Side::kServer, servers[i], parts.parts[i], lost_packets, results);
    if (!in_pairs) continue;
    const Timeline round = turn_round(std::move(parts.parts[i]));
    judge_group(Side::kClient, clients[i], round, lost_packets, results);
  }
  if (!in_pairs) {
    parts = split_by(clients, turn_round(joined(std::move(parts))));
    for (std::size_t i = 0; i < clients.size(); ++i) {
      judge_group(Side::kClient, clients[i], parts.parts[i], lost_packets, results);
    }
  }
  std::vector<ScenarioResult> list;
  for (auto& [id, of_groups] : results) std::ranges::move(of_groups, std::back_inserter(list));
  return crowds_as_one(std::move(list));
}

}  // namespace tailrace
