// SPDX-License-Identifier: Apache-2.0
// The program that plays the client against a server.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "reports/reproduce_parts.h"
#include "reports/reproduce_program.h"

namespace tailrace {
namespace {

constexpr std::size_t kMostEntries = 60;  // Lines of steps; more would be read by nobody.
constexpr std::size_t kLongestRound = 6;  // Steps that are looked for as repeated together.
constexpr Nanos kSameTime = std::chrono::milliseconds(10);
constexpr Nanos kPause = std::chrono::milliseconds(100);  // Shorter ones are the harness's own.
constexpr Nanos kAtOnce = std::chrono::milliseconds(2);
constexpr std::uint64_t kSameCount = 2;  // Bytes: an id grows by a digit or two.

// What the facts tell of one step: how much came after it, until when, and how many ended.
struct Step {
  std::string verb;
  std::uint32_t connection = 0;
  std::string bytes;
  MonoTime at;
  std::uint64_t came = 0;
  Nanos until{0};
  int ended = 0;
  std::map<std::uint32_t, std::string> got;  // By connection
};

std::string digits_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  return std::string(text.substr(at, end - at));
}

constexpr std::string_view kId = "\"id\":";

std::string own_id(std::string_view bytes) {
  const auto at = bytes.find(kId);
  return at == std::string_view::npos ? "" : digits_at(bytes, at + kId.size());
}

// Status codes and ids of what came, sorted: what must come again. MARKS of the program.
std::string marks_of(const Step& step) {
  static constexpr std::string_view kVersion = "HTTP/1.";
  const std::string own = own_id(step.bytes);
  std::vector<std::string> words;
  for (const auto& [connection, text] : step.got) {
    for (auto at = text.find(kVersion); at != std::string::npos; at = text.find(kVersion, at + 1)) {
      if (at + 9 < text.size() && text[at + 8] == ' ') words.push_back(digits_at(text, at + 9));
    }
    for (auto at = text.find(kId); at != std::string::npos; at = text.find(kId, at + 1)) {
      const std::string id = digits_at(text, at + kId.size());
      words.push_back(id == own && !id.empty() ? "own" : id);
    }
  }
  std::erase(words, "");
  std::sort(words.begin(), words.end());
  return fmt::format("{}", fmt::join(words, " "));
}

// `bytes` with `by` added to its ids, its length told anew: what again() of the program makes.
std::string counted_on(const std::string& bytes, std::uint64_t by) {
  static constexpr std::string_view kCut = "\r\n\r\n", kLength = "content-length: ";
  const auto cut = bytes.find(kCut);
  if (cut == std::string::npos) return bytes;
  std::string head = bytes.substr(0, cut), body;
  const std::string old = bytes.substr(cut + kCut.size());
  std::size_t from = 0;
  for (auto at = old.find(kId); at != std::string::npos; at = old.find(kId, at + 1)) {
    const std::string id = digits_at(old, at + kId.size());
    if (id.empty() || id.size() > 9) continue;
    body += old.substr(from, at + kId.size() - from) + std::to_string(std::stoull(id) + by);
    from = at + kId.size() + id.size();
  }
  body += old.substr(from);
  if (const auto at = lowered(head).find(kLength); at != std::string::npos) {
    const std::size_t number = at + kLength.size();
    head.replace(number, digits_at(head, number).size(), std::to_string(body.size()));
  }
  return head + std::string(kCut) + body;
}

struct Round {
  std::size_t times = 1;
  std::uint64_t by = 0;
  std::uint32_t on = 0;
};

bool same_later(const Step& first, const Step& later, std::uint64_t by, std::uint32_t on) {
  const auto apart = first.until > later.until ? first.until - later.until
                                               : later.until - first.until;
  const auto more = first.came > later.came ? first.came - later.came : later.came - first.came;
  return first.verb == later.verb && first.connection + on == later.connection &&
         first.ended == later.ended && more <= kSameCount && apart < kSameTime &&
         marks_of(first) == marks_of(later) && counted_on(first.bytes, by) == later.bytes;
}

// How often the `length` steps at `at` come one after the other.
Round rounds_at(const std::vector<Step>& steps, std::size_t at, std::size_t length) {
  Round round;
  if (at + 2 * length > steps.size()) return round;
  const auto number = [](const std::string& id) {
    return id.empty() || id.size() > 9 ? std::uint64_t{0} : std::stoull(id);
  };
  for (std::size_t i = 0; i < length && round.by == 0; ++i) {
    const auto first = number(own_id(steps[at + i].bytes));
    const auto next = number(own_id(steps[at + length + i].bytes));
    if (next > first && first > 0) round.by = next - first;
  }
  const std::uint32_t was = steps[at].connection, is = steps[at + length].connection;
  round.on = is > was ? is - was : 0;
  for (std::size_t i = at + length; i < steps.size(); ++i) {
    const std::size_t nth = (i - at) / length;
    const Step& first = steps[at + (i - at) % length];
    if (!same_later(first, steps[i], nth * round.by,
                    static_cast<std::uint32_t>(nth) * round.on)) {
      break;
    }
    if ((i - at) % length == length - 1) round.times = nth + 1;
  }
  return round;
}

std::string entry(const Step& step) {
  return fmt::format("(\"{}\", {}, {}, ({}, {:.4f}, {}, \"{}\"))", step.verb, step.connection,
                     python_bytes(step.bytes), step.came,
                     std::chrono::duration<double>(step.until).count(), step.ended,
                     marks_of(step));
}

class ServerSteps {
 public:
  void take(const Fact& fact) {
    std::visit(Overloaded{
                   [&](const ConnectionOpened& f) {
                     if (f.quick_ack) quick_.push_back(f.connection.value);
                     add("open", f.connection, "", fact.at);
                   },
                   [&](const BytesWritten& f) { add("send", f.connection, f.bytes, fact.at); },
                   [&](const WeEnded& f) {
                     if (!f.half) add("close", f.connection, "", fact.at);
                   },
                   [&](const BytesRead& f) { came(f, fact.at); },
                   [&](const PeerEnded&) {
                     if (!steps_.empty()) ++steps_.back().ended;
                   },
                   [](const auto&) {},
               },
               fact.event);
  }

  std::string write() {
    find_sessions();
    join_what_was_sent_at_once();
    drop_what_goes_without_saying();
    keep_pauses();
    std::string lines;
    bool repeats = false;
    std::size_t entries = 0;
    for (std::size_t at = 0; at < steps_.size() && entries < kMostEntries;) {
      std::size_t length = 1;
      Round best;
      for (std::size_t tried = 1; tried <= kLongestRound; ++tried) {
        const Round round = rounds_at(steps_, at, tried);
        if (round.times * tried > best.times * length && round.times > 1) {
          best = round;
          length = tried;
        }
      }
      std::string inside;
      for (std::size_t i = 0; i < length; ++i) {
        inside += (i == 0 ? "" : ",\n        ") + entry(steps_[at + i]);
      }
      repeats |= best.times > 1;
      lines += best.times == 1
                   ? fmt::format("    {},\n", inside)
                   : fmt::format("    *again({}, {}, {}, [\n        {}]),\n", best.times, best.by,
                                 best.on, inside);
      entries += length;
      at += length * best.times;
    }
    std::string out = "import contextlib, re, select, socket, sys, time, urllib.parse\n";
    if (repeats) out += std::string(kAgain) + "\n";
    return out + tables() + "STEPS = [\n" + lines + "]\n" + program();
  }

 private:
  std::string tables() const {
    std::string out;
    if (!quick_.empty()) {
      out += fmt::format("QUICK = {{{}}}  # Connections that acknowledge at once\n",
                         fmt::join(quick_, ", "));
    }
    if (!sessions_.empty()) {
      out += "SESSIONS = [";
      for (const auto& id : sessions_) out += python_bytes(id) + ", ";
      out += "]  # As they were, in their order\n";
    }
    return out + "MARKS = rb'HTTP/1\\.. (\\d+)|\"id\":(\\d+)'\n"
                 "# verb, connection, bytes, what came: (bytes, until, ends, statuses and ids)\n";
  }

  // Its lines for quick ACKs, sessions and pauses only where there are some.
  std::string program() const {
    std::string out;
    for (std::size_t at = 1; at < kProgram.size();) {
      const std::size_t end = kProgram.find('\n', at);
      std::string_view line = kProgram.substr(at, end - at);
      at = end + 1;
      const bool of_quick = line.ends_with(" #q"), of_sessions = line.ends_with(" #s");
      const bool of_pauses = line.ends_with(" #p");
      if ((of_quick && quick_.empty()) || (of_sessions && sessions_.empty()) ||
          (of_pauses && !paused_)) {
        continue;
      }
      if (of_quick || of_sessions || of_pauses) line.remove_suffix(3);
      out += std::string(line) + "\n";
    }
    return out;
  }

  // A request opens its connection, and the program's end closes what is open.
  void drop_what_goes_without_saying() {
    std::vector<Step> kept;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      const Step& step = steps_[i];
      const bool opens = step.verb == "open" && step.came == 0 && step.ended == 0 &&
                         i + 1 < steps_.size() && steps_[i + 1].verb == "send" &&
                         steps_[i + 1].connection == step.connection;
      if (!opens) kept.push_back(step);
    }
    while (!kept.empty() && kept.back().verb == "close" && kept.back().came == 0 &&
           kept.back().ended == 0) {
      kept.pop_back();
    }
    steps_ = std::move(kept);
  }

  // What came beside a close of ours was of the request before it.
  static void take_back(Step& step, Step& close) {
    step.came += std::exchange(close.came, 0);
    step.ended += std::exchange(close.ended, 0);
    step.until = close.at - step.at + std::exchange(close.until, Nanos{0});
    for (auto& [connection, text] : close.got) step.got[connection] += text;
    close.got.clear();
  }

  // In which nothing came: the script waited for something to happen in the server.
  void keep_pauses() {
    std::vector<Step> kept;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      const Nanos idle =
          i == 0 ? Nanos{0} : steps_[i].at - steps_[i - 1].at - steps_[i - 1].until;
      if (idle > kPause) {
        const auto tenths = idle / std::chrono::milliseconds(100);
        Step pause;
        pause.verb = "pause";
        pause.bytes = fmt::format("{}.{}", tenths / 10, tenths % 10);
        kept.push_back(std::move(pause));
        paused_ = true;
      }
      kept.push_back(steps_[i]);
    }
    steps_ = std::move(kept);
  }

  void add(std::string verb, ConnectionId connection, std::string bytes, MonoTime at) {
    // The parts of one request that were written at once are one step.
    if (verb == "send" && !steps_.empty() && steps_.back().verb == "send" &&
        steps_.back().connection == connection.value && steps_.back().came == 0) {
      steps_.back().bytes += bytes;
      return;
    }
    steps_.push_back({std::move(verb), connection.value, std::move(bytes), at, 0, Nanos{0}, 0, {}});
  }

  void came(const BytesRead& read, MonoTime at) {
    if (steps_.empty()) return;
    Step& step = steps_.back();
    step.came += read.bytes.size();
    step.until = at - step.at;
    step.got[read.connection.value] += read.bytes;
  }

  // The sessions in the order in which they began: the server will name them anew.
  void find_sessions() {
    static constexpr std::string_view kName = "mcp-session-id:";
    for (const Step& step : steps_) {
      if (step.bytes.find("\"initialize\"") == std::string::npos) continue;
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
      if (next.verb == "close" && next.came > 0 && next.at - step.at < kPause) {
        take_back(step, next);
        continue;
      }
      if (step.verb != "send" || next.verb != "send" || step.connection == next.connection ||
          next.at - step.at > kAtOnce || own_id(step.bytes).empty() ||
          marks_of(step).find("own") != std::string::npos) {
        continue;
      }
      if (next.came == 0) next.until = Nanos{0};
      next.came += std::exchange(step.came, 0);
      next.ended += std::exchange(step.ended, 0);
      step.until = Nanos{0};
      for (auto& [connection, text] : step.got) next.got[connection].insert(0, text);
      step.got.clear();
    }
  }

  std::vector<Step> steps_;
  std::vector<std::uint32_t> quick_;
  std::vector<std::string> sessions_;
  bool paused_ = false;
};

}  // namespace

std::string program_against_server(const std::vector<Fact>& facts) {
  ServerSteps steps;
  for (const Fact& fact : facts) steps.take(fact);
  return steps.write();
}

}  // namespace tailrace
