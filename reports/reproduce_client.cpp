// SPDX-License-Identifier: Apache-2.0
// The program that plays the server against a client.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
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
constexpr std::string_view kOpen = "(open)";  // It has not ended this connection.
constexpr std::string_view kColumns =
    "Connection, its request, our answer, seconds from our last one, seconds to this one";

// Of what begins a request, whether its body is there as far as its head promises.
bool has_come_in_full(const std::string& request) {
  constexpr std::string_view kLength = "content-length:", kBlank = "\r\n\r\n";
  const std::string text = lowered(request);
  const auto blank = text.find(kBlank), length = text.find(kLength);
  if (blank == std::string::npos || length > blank) return true;
  const auto promised = std::strtoull(text.c_str() + length + kLength.size(), nullptr, 10);
  return text.size() - blank - kBlank.size() >= promised;
}

class ClientSteps {
 public:
  explicit ClientSteps(const Shown& shown) : shown_(shown), tells_(shown.calls) {}

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
                     came(f.connection, reset ? kResetSaid : kEndSaid, fact.at);
                   },
                   [&](const Marked& f) {
                     if (f.name == kMarkEnvironment) environment_ = f.value;
                   },
                   [&](const ProcessLine& f) {
                     const auto json = parse_json(f.text);
                     if (!json || !(*json)["call"].is_int()) return;
                     tells_ |= (*json)["outcome"].as_string() != "result";
                     told_.push_back(f.text);
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
    if (early_) return trouble("an answer came before the request had come in full");
    end_with_the_process();
    const double after = ended_ && !steps_.empty() ? in_seconds(*ended_ - steps_.back().at) : 0;
    // One that we ended soon might have ended by itself.
    const double silence = killed_ && after > kHangs ? after : 0;
    const std::string open = open_connections(std::min(silence, longest() + kBeyond));
    drop_what_goes_without_saying();
    if (silence > 0) need('g');
    if (!tells_) told_.clear();
    if (!told_.empty()) need('o');
    if (needs('o') && (killed_ || !ended_)) need('k');
    find_features();
    auto steps = script_steps(script(), kColumns, [](const ScriptStep& step,
                                                     const std::string& connection,
                                                     const std::string& answer,
                                                     const std::string& want) {
      return fmt::format("({}, {}, {}, {}, {})", connection, want, answer, seconds(step.took),
                         seconds(step.pause));
    });
    if (!steps) return steps;
    const auto environment = environment_as_python();
    if (!environment) return environment;
    return imports() +
           fmt::format("ENVIRONMENT, WAIT = {}, {}\n", *environment, seconds(longest() + kBeyond)) +
           calls() + open + *steps + client_program(features_);
  }

 private:
  struct Step {
    ConnectionId connection;
    std::string came, wanted, sent;
    double took = 0, pause = 0;
    MonoTime at, began;
  };

  // The record may be somebody else's, and the program is run: a dictionary of texts, or nothing.
  // As our writer spells it, such JSON is Python as well.
  Result<std::string> environment_as_python() const {
    const auto told = parse_json(environment_.empty() ? "{}" : environment_);
    const bool plain = told && told->is_object() &&
                       std::ranges::all_of(told->members(),
                                           [](const auto& m) { return m.second.is_string(); });
    if (!plain) return trouble("the environment of the client cannot be read from the history");
    return told->members().empty() ? "{}" : to_text(*told);
  }

  bool needs(char feature) const { return features_.find(feature) != std::string::npos; }

  std::string imports() const {
    return fmt::format("import atexit, {}itertools, {}os, re, {}socket, subprocess, sys{}\n\n",
                       needs('b') || needs('c') ? "contextlib, " : "", needs('o') ? "json, " : "",
                       needs('g') || needs('j') ? "select, " : "",
                       needs('t') || needs('z') ? ", time" : "");
  }

  std::string calls() const {
    std::string calls;
    for (const std::string& line : told_) {
      calls += (calls.empty() ? "" : ", ") + python_bytes(line);
    }
    return calls.empty() ? "" : "CALLS = [" + calls + "]  # What it told of them\n";
  }

  // Those that it had not ended, and we had not.
  std::string open_connections(double silence) const {
    if (silence == 0) return "";
    std::set<std::uint32_t> open;
    for (const Step& step : steps_) {
      const bool over = is_end(step.wanted) || step.sent == "(close)";
      if (over) open.erase(step.connection.value);
      if (!over) open.insert(step.connection.value);
    }
    return fmt::format("QUIET, OPEN = {}, [{}]\n", seconds(silence), fmt::join(open, ", "));
  }

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
    const ConnectionId last = steps_.back().connection;
    for (const ConnectionId connection : ended) {
      const bool cut = shown_.open && connection != last && !is_whole(connection);
      if (cut) add_word(connection, kOpen);
    }
    add_word(last, kEndSaid.substr(1));
  }

  // A step without a request.
  void add_word(ConnectionId connection, std::string_view word) {
    Step step = steps_.back();
    step.connection = connection;
    step.wanted = word;
    step.sent.clear();
    step.took = step.pause = 0;
    steps_.push_back(step);
  }

  // The last response on it had been sent as far as its head promises.
  bool is_whole(ConnectionId connection) const {
    std::string sent;
    for (const Step& step : steps_) {
      if (step.connection != connection) continue;
      const bool begins = step.sent.starts_with("HTTP/1.");
      sent = begins ? step.sent : sent + step.sent;
    }
    return sent.ends_with("0\r\n\r\n") ||
           lowered(sent).find("content-length:") != std::string::npos;
  }

  double longest() const {
    double longest = 0;
    for (const Step& step : steps_) longest = std::max(longest, step.took);
    return longest;
  }

  // That it closed a connection on which it awaited nothing, and went on.
  void drop_what_goes_without_saying() {
    std::vector<Step> kept;
    for (const Step& step : steps_) {
      const bool idle = step.wanted == kEndSaid.substr(1) && step.sent.empty() &&
                        is_whole(step.connection) && &step != &steps_.back();
      if (!idle) kept.push_back(step);
    }
    steps_ = std::move(kept);
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
    early_ |= first && bytes != "(close)" && !has_come_in_full(last->came);
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
    if (shown_.stalls) need('w');
    if (shown_.early) need('y');
    for (const Step& step : steps_) {
      if (is_end(step.wanted)) need('b');
      if (step.wanted == kOpen) need('j');
      if (step.took > kLate && shown_.times) need('l');
      if (step.pause > 0) need('z');
      if (step.wanted.empty()) need('p');
      const bool asks = step.wanted.find("\"method\"") != std::string::npos;
      if (asks && step.wanted.find("\"id\":\"") != std::string::npos) need('i');
    }
    if (needs('l') || needs('w') || needs('y')) need('t');
  }

  std::vector<ScriptStep> script() const {
    std::vector<ScriptStep> script;
    for (const Step& step : steps_) {
      script.push_back({step.connection.value, step.sent, step.wanted, step.took, step.pause});
    }
    return script;
  }

  Shown shown_;
  std::vector<Step> steps_;
  std::vector<std::string> told_;
  std::string environment_;  // As the history has it.
  std::string features_;
  MonoTime last_;  // When something came or was sent.
  std::optional<MonoTime> ended_;
  bool killed_ = false;
  bool tells_ = false;  // What came of the calls counts.
  bool early_ = false;  // An answer; the script reads requests whole.
};

}  // namespace

Result<std::string> program_against_client(const std::vector<Fact>& facts, const Shown& shown) {
  ClientSteps steps(shown);
  for (const Fact& fact : facts) steps.take(fact);
  return steps.write();
}

}  // namespace tailrace
