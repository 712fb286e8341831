// SPDX-License-Identifier: Apache-2.0
// The program that plays the server against a client.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "harness/record/marks.h"
#include "reports/reproduce_parts.h"

namespace tailrace {
namespace {

constexpr Nanos kAtOnce = std::chrono::milliseconds(2);
constexpr double kLate = 0.3;  // Seconds; what is sooner tells nothing.
constexpr double kBeyond = 5;  // Seconds that a client may be later than it was.
constexpr Nanos kKilled = std::chrono::milliseconds(200);  // What ends so late, we ended.
constexpr double kHangs = 1;   // One that had so long, and did not end, would not have.

std::string without_time(std::string line) {
  static constexpr std::string_view kName = ",\"ms\":";
  const auto at = line.find(kName);
  if (at == std::string::npos) return line;
  return line.erase(at, line.find_first_not_of("0123456789.", at + kName.size()) - at);
}

class ClientSteps {
 public:
  void take(const Fact& fact) {
    if (ended_) return;
    std::visit(Overloaded{
                   [&](const BytesRead& f) { came(f.connection, f.bytes, fact.at); },
                   [&](const BytesWritten& f) { sent(f.connection, f.bytes, fact.at); },
                   [&](const WeEnded& f) {
                     sent(f.connection, "(close)", fact.at);
                     need('c');
                   },
                   [&](const PeerEnded& f) {
                     const bool reset = f.how == Ending::kReset;
                     if (reset) need('r');
                     need('b');
                     came(f.connection, reset ? kResetSaid : kEndSaid, fact.at);
                   },
                   [&](const Marked& f) {
                     if (f.name == kMarkEnvironment) environment_ = f.value;
                   },
                   [&](const ProcessLine& f) {
                     if (f.text.starts_with("{\"call\":")) told_.push_back(without_time(f.text));
                   },
                   [&](const ProcessEnded& f) {
                     ended_ = fact.at;
                     killed_ = f.asked;
                   },
                   [](const auto&) {},
               },
               fact.event);
  }

  Result<std::string> write() {
    end_with_the_process();
    const double after = ended_ && !steps_.empty() ? in_seconds(*ended_ - steps_.back().at) : 0;
    // One that we ended soon might have ended by itself.
    if (killed_ && after > kHangs) need('h');
    if (killed_) need('k');
    if (!told_.empty()) need('o');
    find_features();
    auto steps = script_steps(script(), [](const ScriptStep& step, const std::string& connection,
                                           const std::string& answer, const std::string& want) {
      return fmt::format("({}, {}, {}, {}, {})", connection, want, answer, seconds(step.took),
                         seconds(step.pause));
    });
    if (!steps) return steps;
    std::string calls;
    for (const std::string& line : told_) {
      calls += (calls.empty() ? "" : ", ") + python_bytes(line);
    }
    return fmt::format("import {}itertools, os, re, {}socket, subprocess, sys, time\n\n",
                       features_.find('b') == std::string::npos ? "" : "contextlib, ",
                       features_.find('h') == std::string::npos ? "" : "select, ") +
           fmt::format("ENVIRONMENT, WAIT = {}, {}\n", environment_.empty() ? "{}" : environment_,
                       seconds(longest_ + kBeyond)) +
           (calls.empty() ? "" : "CALLS = [" + calls + "]  # What it told of them\n") +
           "# Connection, the request, the answer; seconds from the last answer, to the answer\n" +
           *steps + client_program(features_);
  }

 private:
  struct Step {
    ConnectionId connection;
    std::string came, wanted, sent;
    double took = 0, pause = 0;
    MonoTime at, began;
  };

  static double in_seconds(Nanos time) { return std::chrono::duration<double>(time).count(); }
  static bool is_end(std::string_view wanted) {
    return wanted == kEndSaid.substr(1) || wanted == kResetSaid.substr(1);
  }

  // Connections that are open at the end end with the process: of them that of the last request
  // is told, where the client ended by itself.
  void end_with_the_process() {
    std::set<ConnectionId> ended;
    const auto by_us = [this](const Step& step) { return !killed_ || *ended_ - step.at < kKilled; };
    while (!steps_.empty() && is_end(steps_.back().wanted) && by_us(steps_.back())) {
      ended.insert(steps_.back().connection);
      steps_.pop_back();
    }
    if (steps_.empty() || killed_ || !ended.contains(steps_.back().connection)) return;
    Step end = steps_.back();
    end.wanted = kEndSaid.substr(1);
    end.sent.clear();
    end.took = end.pause = 0;
    steps_.push_back(end);
  }

  void need(char feature) {
    if (features_.find(feature) == std::string::npos) features_ += feature;
  }

  void came(ConnectionId connection, std::string_view bytes, MonoTime at) {
    Step* last = steps_.empty() ? nullptr : &steps_.back();
    // A request that came in parts.
    if (last == nullptr || last->connection != connection || !last->sent.empty() ||
        bytes == kEndSaid || bytes == kResetSaid) {
      steps_.push_back({connection, "", "", "", 0, 0, at, steps_.empty() ? at : last_});
      last = &steps_.back();
    }
    last_ = at;
    last->came += bytes;
    last->wanted = fmt::format("{}", fmt::join(said_of(Said::kRequests, last->came), "\n"));
    last->took = in_seconds(at - last->began);
    last->at = at;
  }

  void sent(ConnectionId connection, const std::string& bytes, MonoTime at) {
    Step* last = steps_.empty() ? nullptr : &steps_.back();
    const Nanos before = last == nullptr ? Nanos{0} : at - last_;
    last_ = at;
    const bool more = last != nullptr && last->connection == connection && bytes != "(close)" &&
                      last->sent != "(close)" && before < kAtOnce && !is_end(last->wanted);
    const bool first = last != nullptr && last->connection == connection && last->sent.empty();
    if (more || first) {
      if (first) last->pause = before > kAtOnce ? in_seconds(before) : 0;
      last->sent += bytes;
      last->at = at;
      return;
    }
    steps_.push_back({connection, "", "", bytes, 0, before > kAtOnce ? in_seconds(before) : 0, at,
                      at});
  }

  void find_features() {
    int stalls = 0;
    for (const Step& step : steps_) {
      stalls += is_stall(step.took);
      if (step.took > kLate) need('l');
      if (step.pause > 0) need('z');
      longest_ = std::max(longest_, step.took);
      const auto id = step.wanted.find("\"id\":\"");
      if (id != std::string::npos) need('i');
    }
    if (stalls > 2) need('w');
    const bool late = features_.find('l') != std::string::npos;
    if (stalls > 2 || late) need('t');
    if (late && stalls <= 2) need('x');
  }

  std::vector<ScriptStep> script() const {
    std::vector<ScriptStep> script;
    for (const Step& step : steps_) {
      script.push_back({step.connection.value, step.sent, step.wanted, step.took, step.pause});
    }
    return script;
  }

  std::vector<Step> steps_;
  std::vector<std::string> told_;
  std::string environment_;  // JSON, which Python reads as well.
  std::string features_;
  MonoTime last_;  // When something came or was sent.
  std::optional<MonoTime> ended_;
  double longest_ = 0;
  bool killed_ = false;
};

}  // namespace

Result<std::string> program_against_client(const std::vector<Fact>& facts) {
  ClientSteps steps;
  for (const Fact& fact : facts) steps.take(fact);
  return steps.write();
}

}  // namespace tailrace
