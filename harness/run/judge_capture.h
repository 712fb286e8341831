// SPDX-License-Identifier: Apache-2.0
// CaptureJudge: the checks of scenarios on traffic that nobody scripted: any capture. It takes what
// a CaptureAnalysis decodes anyway, keeps a bounded part of it, and judges at the end, per server
// and revision. One thread at a time.
//
// Only scenarios all of whose checks read the wire alone can be judged so. Without being asked it
// puts those questions that need no script: what others ask would be the script's own doing.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "harness/flow/flow_observer.h"
#include "harness/record/run_record.h"
#include "harness/scenario/scenario.h"

namespace tailrace {

// Whether its checks read nothing but what packets show too.
bool reads_the_wire_only(const Scenario& scenario);

class CaptureJudge final : public FlowObserver {
 public:
  // Of all connections together; what comes after it is not judged.
  static constexpr std::size_t kMostBytes = 4U << 20;
  static constexpr std::size_t kMostEvents = 50'000;

  // `only` as --only takes it; empty: those that need no script. Error: a word that selects none.
  static Result<CaptureJudge> make(const Registry& registry, const Catalogue& catalogue,
                                   const std::vector<std::string>& only);

  void on_open(ConnectionId connection, const Endpoint& client, const Endpoint& server,
               RealTime at) override;
  void on_packet(const PacketFacts& facts) override { last_ = std::max(last_, facts.at); }
  void on_bytes(const StreamPlace& place, std::string_view bytes) override;
  void on_gap(const StreamPlace& place, std::uint64_t length) override;
  void on_end(const StreamPlace& place, bool reset) override;
  void on_done(ConnectionId connection, ConnectionFlow flow) override;

  // All results, by scenario. `lost_packets`: by the capture itself.
  std::vector<ScenarioResult> judge(bool lost_packets);
  std::vector<std::string> notes() const;  // What was not judged, and why; after that.
  bool is_full() const { return full_; }  // Not everything was kept.

 private:
  enum class What : std::uint8_t { kOpen, kBytes, kLost, kFin, kReset };
  struct Seen {
    ConnectionId connection;
    RealTime at;
    Side from = Side::kClient;
    What what = What::kOpen;
    std::string bytes;
  };
  struct Ends {
    Endpoint client, server;
  };
  // What is judged as one: a server and a revision, and for clients their address.
  struct Group {
    std::string name, revision;  // The former: its server; where several clients call it, who.
    std::set<ConnectionId> connections;
  };

  CaptureJudge(const Registry& registry, const Catalogue& catalogue)
      : registry_(&registry), catalogue_(&catalogue) {}
  void keep(Seen seen);
  Event told_to(Side we, const Seen& seen) const;
  // Without the connections that begin in the middle, with an answer to a request that was not
  // seen: whose answers the others are is not known.
  Timeline without_misread(Timeline all) const;
  // Nothing more came until the end of the capture: that was seen too.
  void reach_the_end(Timeline& timeline) const;
  // As if we were this side. Not as it comes: the analysis needs its memory until the end.
  Timeline seen_from(Side we, const std::set<ConnectionId>* connections = nullptr) const;
  struct Spoken {  // Revisions
    std::map<ConnectionId, std::string> on_connection;
    std::map<Endpoint, std::string> by_server;  // The first that was seen there.
  };
  Spoken revisions(const Timeline& all) const;
  // In the order of their results.
  std::vector<Group> groups_of(Side under_test, const Spoken& spoken) const;
  using ResultsByScenario = std::map<std::string, std::vector<ScenarioResult>>;
  void judge_group(Side under_test, const Group& group, const Timeline& timeline,
                   bool lost_packets, ResultsByScenario& results);

  const Registry* registry_;
  const Catalogue* catalogue_;
  std::deque<Scenario> narrowed_;  // To the checks that packets can answer; stays where it is.
  std::vector<const Scenario*> asked_;
  std::vector<Seen> seen_;
  std::map<ConnectionId, Ends> ends_;
  std::map<ConnectionId, ConnectionFlow> flows_;
  std::set<std::pair<ConnectionId, Side>> lost_;
  RealTime last_;
  std::size_t bytes_ = 0;
  bool full_ = false;
  std::set<std::string> older_;  // Names of groups
};

}  // namespace tailrace
