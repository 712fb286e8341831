// SPDX-License-Identifier: Apache-2.0
// The program that plays the client against a server.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "harness/record/marks.h"
#include "reports/reproduce_parts.h"

namespace tailrace {
namespace {

constexpr Nanos kPause = std::chrono::milliseconds(5);  // Shorter ones are the harness's own.
constexpr Nanos kSoon = std::chrono::milliseconds(100);
constexpr Nanos kAtOnce = std::chrono::milliseconds(20);
constexpr Nanos kNoticed = std::chrono::milliseconds(50);  // A server sees that we closed.
// In which nothing may come at the end: as long as the scenario waited, but where steps were left
// out, after which it went on with others.
constexpr Nanos kLongestTail = std::chrono::seconds(30);
constexpr Nanos kThinnedTail = std::chrono::milliseconds(300);
constexpr int kManyStalls = 8;  // Enough to tell them from chance.
constexpr double kLate = 0.3;   // Seconds; what is sooner tells nothing.
constexpr std::string_view kClose = "(close)", kStop = "(stop)", kUnread = "(unread)";
constexpr std::string_view kColumns =
    "Connection, what is sent, what came, seconds until it came, seconds without more";
constexpr std::size_t kDigits = 9;
constexpr std::string_view kPart = "...";  // At the end of what is wanted: more may come.

// What the facts tell of one step: what came after it, until when.
struct Step {
  ConnectionId connection;
  std::string sent;  // Empty: the connection was opened.
  MonoTime at;
  Nanos until{0};
  std::map<std::uint32_t, std::string> got;  // By connection
  bool watched = false;  // The script waited for something before it went on.
  bool joined = false;   // What came after it counts to the next.

  bool is_request() const { return !sent.empty() && !sent.starts_with('('); }
};

std::string digits_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  return std::string(text.substr(at, end - at));
}

constexpr std::string_view kId = "\"id\":";

bool answered(const Step& step) {
  const auto at = step.sent.find(kId);
  if (at == std::string::npos) return true;
  const std::string own = std::string(kId) + digits_at(step.sent, at + kId.size());
  return std::any_of(step.got.begin(), step.got.end(), [&own](const auto& of) {
    for (auto found = of.second.find(own); found != std::string::npos;
         found = of.second.find(own, found + 1)) {
      if (digits_at(of.second, found + own.size()).empty()) return true;
    }
    return false;
  });
}

// Its response ended, whatever it held.
bool is_over(const Step& step) {
  const auto own = step.got.find(step.connection.value);
  return own != step.got.end() && own->second.ends_with("0\r\n\r\n");
}

class ServerSteps {
 public:
  explicit ServerSteps(const Shown& shown) : shown_(shown) {}

  void take(const Fact& fact) {
    if (cured_) return;
    // How long a process took to end, or to be looked at, is no wait of ours.
    if (!std::holds_alternative<ProcessEnded>(fact.event) &&
        !std::holds_alternative<ProcessSampled>(fact.event)) {
      ended_ = fact.at;
    }
    std::visit(Overloaded{
                   [&](const ConnectionOpened& f) {
                     if (f.quick_ack) quick_.insert(f.connection);
                     add(f.connection, "", fact.at);
                   },
                   [&](const BytesWritten& f) { add(f.connection, f.bytes, fact.at); },
                   [&](const WeEnded& f) {
                     if (!f.half) add(f.connection, std::string(kClose), fact.at);
                   },
                   [&](const BytesRead& f) { came(f.connection, f.bytes, fact.at); },
                   [&](const PeerEnded& f) {
                     if (f.how == Ending::kReset) need('r');
                     came(f.connection, kEndSaid, fact.at);
                   },
                   [&](const Marked& f) {
                     if (f.name == kMarkStop) add(ConnectionId{0}, std::string(kStop), fact.at);
                     if (f.name == kMarkUnread || f.name == kMarkReadAgain) toggle(f, fact.at);
                   },
                   [&](const WindowEnded&) {
                     if (!steps_.empty()) steps_.back().watched = true;
                   },
                   // What came before shows the harm, and no script has that right.
                   [&](const CureTried&) { cured_ = true; },
                   [](const auto&) {},
               },
               fact.event);
  }

  Result<std::string> write() {
    leave_out_quick_connections();
    find_sessions();
    join_what_was_sent_at_once();
    const Nanos tail = time_at_the_end();
    drop_what_goes_without_saying();
    make_script(tail);
    auto steps = script_steps(script_, kColumns, [](const ScriptStep& step,
                                                    const std::string& connection,
                                                    const std::string& sent,
                                                    const std::string& wanted) {
      return fmt::format("({}, {}, {}, {}, {})", connection, sent, wanted, seconds(step.took),
                         seconds(step.pause));
    });
    if (!steps) return steps;
    const bool stops = features_.find('k') != std::string::npos;
    const bool timed = needs('t') || needs('c');
    return fmt::format("import collections, {}re, select, {}socket, sys, {}urllib.parse\n\n",
                       stops ? "os, " : "", stops ? "signal, " : "", timed ? "time, " : "") +
           *steps + server_program(features_);
  }

 private:
  void need(char feature) {
    if (features_.find(feature) == std::string::npos) features_ += feature;
  }
  bool needs(char feature) const { return features_.find(feature) != std::string::npos; }

  // No more is read of the connection whose request was the last or, where one follows, of that.
  void toggle(const Marked& mark, MonoTime at) {
    const std::string digits = digits_at(mark.value, 0);
    if (digits.empty() || digits.size() > kDigits) return;
    const ConnectionId connection{static_cast<std::uint32_t>(std::stoul(digits))};
    need('u');
    if (mark.name == kMarkReadAgain) unread_.erase(connection);
    if (mark.name == kMarkUnread) unread_.insert(connection);
    const bool asked = std::any_of(steps_.begin(), steps_.end(), [connection](const Step& step) {
      return step.connection == connection && step.is_request();
    });
    if (mark.name == kMarkUnread && !asked) {
      unread_next_ = connection;
    } else {
      add(connection, std::string(kUnread), at);
    }
  }

  // Those that acknowledge at once show what the others miss; a stall shows without them.
  void leave_out_quick_connections() {
    const auto quick = [this](const Step& step) { return quick_.contains(step.connection); };
    if (std::all_of(steps_.begin(), steps_.end(), quick) ||
        std::erase_if(steps_, quick) == 0) {
      return;
    }
    thinned_ = true;
    int stalls = 0;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      stalls += is_stall(in_seconds(steps_[i].until));
      if (stalls == kManyStalls) steps_.resize(i + 1);
    }
  }

  // A request opens its connection, and the program's end closes what is open.
  void drop_what_goes_without_saying() {
    std::vector<Step> kept;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      Step& step = steps_[i];
      const bool opens = step.sent.empty() && step.got.empty() && i + 1 < steps_.size() &&
                         steps_[i + 1].connection == step.connection;
      if (!opens) kept.push_back(std::move(step));
    }
    while (!kept.empty() && kept.back().sent == kClose && kept.back().got.empty()) kept.pop_back();
    steps_ = std::move(kept);
  }

  // How long nothing came after the last request, up to what is asked of a replay.
  Nanos time_at_the_end() const {
    const auto last = std::find_if(steps_.rbegin(), steps_.rend(),
                                   [](const Step& step) { return step.is_request(); });
    if (last == steps_.rend()) return Nanos{0};
    return std::min(ended_ - last->at - last->until, thinned_ ? kThinnedTail : kLongestTail);
  }

  // What came beside a close of ours was of the request before it.
  static void take_back(Step& step, Step& close) {
    step.until = close.at - step.at + std::exchange(close.until, Nanos{0});
    for (auto& [connection, text] : close.got) step.got[connection] += text;
    close.got.clear();
  }

  // Whether we read no more of its answer before it was whole.
  bool is_part(std::size_t index) const {
    const Step& step = steps_[index];
    if (!step.is_request()) return false;
    for (std::size_t i = index + 1; i < steps_.size(); ++i) {
      if (steps_[i].connection != step.connection) continue;
      return steps_[i].sent == kUnread ||
             (steps_[i].sent == kClose &&
              (!answered(step) || steps_[i].at - step.at - step.until < kSoon));
    }
    return ended_ - step.at - step.until < kSoon;
  }

  std::string wanted_of(std::size_t index) {
    std::string wanted;
    bool cut = false;
    for (const auto& [connection, text] : steps_[index].got) {
      if (connection != steps_[index].connection.value) need('d');
      const std::string said = told_of_answer(text);
      wanted += (wanted.empty() || said.empty() ? "" : "\n") + said;
      cut = !text.ends_with('\n') && !text.ends_with('}');
    }
    // An answer that ends with its own end is whole.
    if (!is_part(index) || wanted.ends_with("\n0")) return wanted;
    const auto last = wanted.rfind('\n') == std::string::npos ? 0 : wanted.rfind('\n') + 1;
    if (cut && wanted.substr(last).starts_with('{')) wanted.resize(last);
    if (!cut && wanted.ends_with('}') && is_json(steps_[index])) return wanted;
    if (wanted.empty()) return wanted;
    need('p');
    return wanted + std::string(kPart);
  }

  // As the program's `told`, of one connection.
  std::string told_of_answer(const std::string& text) {
    std::string told;
    for (const std::string& line : said_of(needs('e') ? Said::kEvents : Said::kAnswers, text)) {
      const std::string brief = shortened(line), out = masked(brief);
      if (brief != line) need('g');
      if (out != brief) need('v');
      told += (told.empty() ? "" : "\n") + out;
    }
    return told;
  }

  bool others_follow(std::size_t index) const {
    return std::any_of(steps_.begin() + static_cast<std::ptrdiff_t>(index), steps_.end(),
                       [this, index](const Step& step) {
                         return step.connection != steps_[index].connection;
                       });
  }

  // Nothing more comes on its connection before the next request.
  static bool is_whole(const Step& step) {
    const auto own = step.got.find(step.connection.value);
    if (own == step.got.end()) return false;
    return is_over(step) || own->second.ends_with(kEndSaid) ||
           lowered(own->second).find("content-length:") != std::string::npos;
  }

  static bool is_json(const Step& step) {
    return std::all_of(step.got.begin(), step.got.end(), [](const auto& of) {
      return lowered(of.second).find("content-length:") != std::string::npos;
    });
  }

  // With the pauses in which nothing came: the script waited for something in the server.
  void make_script(Nanos tail) {
    if (!thinned_) need('e');  // A server may count them.
    if (!sessions_.empty()) need(sessions_.size() > 1 ? 'm' : 's');
    if (shown_.stalls) need('w'), need('t');
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      const Step& step = steps_[i];
      const bool last = i + 1 == steps_.size();
      Nanos idle = last ? tail : steps_[i + 1].at - step.at - step.until;
      if (step.joined) idle = Nanos{0};
      if (step.sent == kClose) idle = std::max(idle, kNoticed);
      const double took = in_seconds(step.until);
      if (step.sent == kClose) need('c');
      if (step.sent == kStop) need('k');
      if (took > kLate && shown_.times) need('l'), need('t');
      if (step.is_request() && !is_whole(step) && others_follow(i)) need('d');
      script_.push_back({step.connection.value, named(step.sent), wanted_of(i), took,
                         idle > kPause ? in_seconds(idle) : 0});
    }
  }

  static double in_seconds(Nanos time) { return std::chrono::duration<double>(time).count(); }

  // With names for what is another one each time: the host, the path, the sessions.
  std::string named(std::string bytes) const {
    for (std::size_t i = 0; i < sessions_.size(); ++i) {
      replace(bytes, sessions_[i], fmt::format("{{session {}}}", i + 1));
    }
    const auto path = bytes.find(" /"), line = bytes.find("\r\n");
    if (path != std::string::npos && path < line) {
      const auto end = bytes.find(' ', path + 1);
      bytes.replace(path + 1, end - path - 1, "{path}");
    }
    static constexpr std::string_view kHost = "\r\nhost: ";
    if (const auto host = lowered(bytes).find(kHost); host != std::string::npos) {
      const auto begin = host + kHost.size();
      bytes.replace(begin, bytes.find('\r', begin) - begin, "{host}");
    }
    return bytes;
  }

  static void replace(std::string& text, std::string_view old, const std::string& by) {
    for (auto at = text.find(old); at != std::string::npos; at = text.find(old, at + by.size())) {
      text.replace(at, old.size(), by);
    }
  }

  void add(ConnectionId connection, std::string sent, MonoTime at) {
    // The parts of one request that were written at once are one step.
    Step* last = steps_.empty() ? nullptr : &steps_.back();
    Step step{connection, std::move(sent), at, Nanos{0}, {}, false, false};
    if (last != nullptr && step.is_request() && last->is_request() && last->got.empty() &&
        last->connection == connection && at - last->at < kSoon) {
      last->sent += step.sent;
      return;
    }
    steps_.push_back(std::move(step));
  }

  void came(ConnectionId connection, std::string_view bytes, MonoTime at) {
    if (steps_.empty()) return;
    Step& step = steps_.back();
    // What was on its way when we stopped to read.
    if (unread_.contains(connection) && step.connection != connection) return;
    if (unread_.contains(connection) && !step.is_request()) return;
    step.until = at - step.at;
    step.got[connection.value] += bytes;
    if (unread_next_ == connection && step.connection == connection && step.is_request()) {
      unread_next_.reset();
      steps_.push_back({connection, std::string(kUnread), at, Nanos{0}, {}, false, false});
    }
  }

  // The sessions in the order in which they began: the server will name them anew.
  void find_sessions() {
    static constexpr std::string_view kName = "mcp-session-id:";
    for (const Step& step : steps_) {
      if (step.sent.find("\"initialize\"") == std::string::npos) continue;
      for (const auto& [connection, text] : step.got) {
        const auto found = lowered(text).find(kName);
        if (found == std::string::npos) continue;
        const auto end = text.find('\r', found);
        const auto begin = text.find_first_not_of(' ', found + kName.size());
        if (begin < end && end != std::string::npos) {
          sessions_.push_back(text.substr(begin, end - begin));
        }
      }
    }
  }

  // Two requests at once: which answer came before the second was sent is luck, so what came of
  // the first counts to the second.
  void join_what_was_sent_at_once() {
    for (std::size_t i = 0; i + 1 < steps_.size(); ++i) {
      Step& step = steps_[i];
      Step& next = steps_[i + 1];
      if (next.sent == kClose && !next.got.empty() && next.at - step.at < kSoon) {
        take_back(step, next);
        continue;
      }
      if (!step.is_request() || !next.is_request() || step.connection == next.connection ||
          next.at - step.at > kAtOnce || step.watched || answered(step) || is_over(step)) {
        continue;
      }
      if (next.got.empty()) next.until = Nanos{0};
      step.until = Nanos{0};
      for (auto& [connection, text] : step.got) next.got[connection].insert(0, text);
      step.got.clear();
      step.joined = true;
    }
  }

  Shown shown_;
  std::vector<Step> steps_;
  std::set<ConnectionId> quick_;
  std::vector<std::string> sessions_;
  std::vector<ScriptStep> script_;
  std::string features_;
  MonoTime ended_;
  std::set<ConnectionId> unread_;
  std::optional<ConnectionId> unread_next_;  // From its next request on.
  bool cured_ = false, thinned_ = false;
};

}  // namespace

Result<std::string> program_against_server(const std::vector<Fact>& facts, const Shown& shown) {
  ServerSteps steps(shown);
  for (const Fact& fact : facts) steps.take(fact);
  return steps.write();
}

}  // namespace tailrace
