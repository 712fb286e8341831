// SPDX-License-Identifier: Apache-2.0
// The program that plays the client against a server.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "harness/record/marks.h"
#include "reports/reproduce_parts.h"

namespace tailrace {
namespace {

constexpr Nanos kPause = std::chrono::milliseconds(5);  // Shorter ones are the harness's own.
constexpr Nanos kSoon = std::chrono::milliseconds(100);
constexpr Nanos kAtOnce = std::chrono::milliseconds(2);
constexpr int kThinnedSlack = 4;  // Bytes, where a server counts calls that were left out.
constexpr Nanos kTail = std::chrono::milliseconds(300);  // In which nothing may come at the end.

// Lines that end with #s are for sessions, #u for connections that are read no more.
constexpr std::string_view kProgram = R"PY(
url, socks, unread = urllib.parse.urlsplit(sys.argv[1]), {}, {}
agree, stalls, missed = 0, 0, 0
names = {b"{host}": url.netloc.encode(), b"{path}": (url.path or "/").encode()}
for n, pause, data, count, late, ends, said, closes in STEPS:
    time.sleep(pause)
    for name, value in names.items():
        data = data.replace(name, value)
    if data and n not in socks:
        socks[n] = socket.create_connection((url.hostname, url.port or 80))
        socks[n].setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    came, ended, took, began = b"", 0, 0.0, time.monotonic()
    if not data:
        socks.pop(n, None), unread.pop(n, None)
    with contextlib.suppress(OSError):
        data and socks[n].sendall(data)
    while (short := len(came) < count - SLACK or ended < ends) or not data:
        ready = select.select(socks.values(), [], [], 1 + 2 * late if short else 0)[0]
        if not ready:
            break
        for k in [k for k in socks if socks[k] in ready]:
            part = b""
            with contextlib.suppress(OSError):  # A reset ends a connection as well
                part = socks[k].recv(65536)
            came, took = came + part, time.monotonic() - began
            ended += not part and bool(socks.pop(k))
    if b'"initialize"' in data: #s
        for found in re.findall(rb"(?i)mcp-session-id: *(\S+)", came): #s
            names[b"{session %d}" % (len(names) - 1)] = found #s
    own = (re.findall(rb'"id":(\d+)', data) + [b"-"])[0]
    words = [s or i for s, i in re.findall(rb'HTTP/1\.. (\d+)|"id":(\d+)', came)]
    words = " ".join(sorted("own" if w == own else w.decode() for w in words))
    waited = 0.03 < late < 0.3  # Of several such waits most must come again
    stalls, missed = stalls + waited, missed + (waited and took < late / 2)
    same = (ended == ends and words == said and abs(len(came) - count) <= 2 * SLACK
            and late / 2 - 0.1 < took < late * 1.5 + 0.1) or (
                len(came) > count and said in words  # Not all of it was read
                and (closes == 2 or closes and "own" not in said))
    agree += same
    print(f"{n}: {len(came)} bytes, +{took:.3f} s, {ended} ended, {words}",
          "" if same else f"- recorded: {count}, +{late} s, {ends}, {said}")
    if closes == 2: #u
        unread[n] = socks.pop(n) #u
        continue #u
    if closes:
        socks.pop(n, None)
print(f"{agree} of {len(STEPS)} steps came as recorded, {missed} of {stalls} waits did not")
sys.exit(agree < len(STEPS) or 2 * missed > stalls > 2)
)PY";

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
  bool watched = false;  // The script waited for something before it went on.
  int closes = 0;        // 1: and we closed the connection; 2: we read no more of it.
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

class ServerSteps {
 public:
  void take(const Fact& fact) {
    ended_ = fact.at;
    std::visit(Overloaded{
                   [&](const ConnectionOpened& f) {
                     if (f.quick_ack) quick_.insert(f.connection.value);
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
                   [&](const Marked& f) {
                     if (f.name == kMarkUnread) read_no_more(f.value);
                     slow_ |= f.name == kMarkReadAgain;
                   },
                   [&](const WindowEnded&) {
                     if (!steps_.empty()) steps_.back().watched = true;
                   },
                   [](const auto&) {},
               },
               fact.event);
  }

  Result<std::string> write() {
    if (slow_) return trouble("the reader was slow, and a script reads at once");
    leave_out_quick_connections();
    find_sessions();
    join_what_was_sent_at_once();
    const Nanos tail = time_at_the_end();
    drop_what_goes_without_saying();
    keep_pauses();
    script_.push_back({0, "end", "", in_seconds(tail), 0, 0, "0, \"\", 0"});
    auto steps = script_steps(script_, [](const ScriptStep& step, const std::string& connection,
                                          const std::string& bytes) {
      return fmt::format("({}, {}, {}, {}, {}, {})", connection, seconds(step.before), bytes,
                         step.came, seconds(step.took), step.wanted);
    });
    if (!steps) return steps;
    return "import contextlib, re, select, socket, sys, time, urllib.parse\n\n"
           "# Connection, seconds to wait, what is sent; then bytes that came, until when,\n"
           "# connections that ended, statuses and ids, whether we close it\n" +
           *steps + fmt::format("SLACK = {}  # Bytes\n", thinned_ ? kThinnedSlack : 0) + program();
  }

 private:
  void read_no_more(const std::string& connection) {
    const auto last = std::find_if(steps_.rbegin(), steps_.rend(), [&](const Step& step) {
      return std::to_string(step.connection) == connection;
    });
    if (last != steps_.rend()) last->closes = 2;
    unread_ = true;
  }

  // Where a connection was no more to be read and a request followed on it, it is that one.
  void pass_on(Step& step) {
    for (Step& earlier : steps_) {
      if (earlier.connection != step.connection || earlier.closes != 2) continue;
      step.closes = 2;
      earlier.closes = 0;
    }
  }

  // Its lines for sessions and unread connections only where there are some.
  std::string program() const {
    std::string out;
    for (std::size_t at = 1; at < kProgram.size();) {
      const std::size_t end = kProgram.find('\n', at);
      std::string_view line = kProgram.substr(at, end - at);
      at = end + 1;
      const bool of_sessions = line.ends_with(" #s"), of_unread = line.ends_with(" #u");
      if ((of_sessions && sessions_.empty()) || (of_unread && !unread_)) continue;
      if (of_sessions || of_unread) line.remove_suffix(3);
      out += std::string(line) + "\n";
    }
    return out;
  }

  // Those that acknowledge at once show what the others miss; a stall shows without them.
  void leave_out_quick_connections() {
    const auto quick = [this](const Step& step) { return quick_.contains(step.connection); };
    if (!std::all_of(steps_.begin(), steps_.end(), quick)) {
      thinned_ = std::erase_if(steps_, quick) > 0;
    }
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
    steps_.clear();
    for (Step& step : kept) {
      const bool at_once = step.verb == "close" && step.came == 0 && step.ended == 0 &&
                           !steps_.empty() && !steps_.back().closes &&
                           steps_.back().connection == step.connection &&
                           step.at - steps_.back().at - steps_.back().until < kAtOnce;
      if (at_once) {
        steps_.back().closes = 1;
      } else {
        step.closes = step.verb == "close" ? 1 : step.closes;
        steps_.push_back(std::move(step));
      }
    }
  }

  // How long nothing came after the last request, up to what is asked of a replay.
  Nanos time_at_the_end() const {
    const auto last = std::find_if(steps_.rbegin(), steps_.rend(),
                                   [](const Step& step) { return step.verb == "send"; });
    if (last == steps_.rend()) return Nanos{0};
    return std::min(ended_ - last->at - last->until, kTail);
  }

  // What came beside a close of ours was of the request before it.
  static void take_back(Step& step, Step& close) {
    step.came += std::exchange(close.came, 0);
    step.ended += std::exchange(close.ended, 0);
    step.until = close.at - step.at + std::exchange(close.until, Nanos{0});
    for (auto& [connection, text] : close.got) step.got[connection] += text;
    close.got.clear();
  }

  // Pauses in which nothing came: the script waited for something to happen in the server.
  void keep_pauses() {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      const Step& step = steps_[i];
      const Nanos idle = i == 0 ? Nanos{0} : step.at - steps_[i - 1].at - steps_[i - 1].until;
      script_.push_back({step.connection, step.verb, named(step.bytes),
                         idle > kPause ? in_seconds(idle) : 0, in_seconds(step.until), step.came,
                         fmt::format("{}, \"{}\", {}", step.ended, marks_of(step),
                                     step.closes)});
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

  void add(std::string verb, ConnectionId connection, std::string bytes, MonoTime at) {
    // The parts of one request that were written at once are one step.
    if (verb == "send" && !steps_.empty() && steps_.back().verb == "send" &&
        steps_.back().connection == connection.value && steps_.back().came == 0 &&
        at - steps_.back().at < kSoon) {
      steps_.back().bytes += bytes;
      return;
    }
    Step step;
    step.verb = std::move(verb);
    step.connection = connection.value;
    step.bytes = std::move(bytes);
    step.at = at;
    if (step.verb == "send") pass_on(step);
    steps_.push_back(std::move(step));
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
      if (next.verb == "close" && (next.came > 0 || next.ended > 0) && next.at - step.at < kSoon) {
        take_back(step, next);
        continue;
      }
      if (step.verb != "send" || next.verb != "send" || step.connection == next.connection ||
          next.at - step.at > kAtOnce || step.watched || own_id(step.bytes).empty() ||
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
  std::set<std::uint32_t> quick_;
  std::vector<std::string> sessions_;
  std::vector<ScriptStep> script_;
  MonoTime ended_;
  bool unread_ = false, slow_ = false, thinned_ = false;
};

}  // namespace

Result<std::string> program_against_server(const std::vector<Fact>& facts) {
  ServerSteps steps;
  for (const Fact& fact : facts) steps.take(fact);
  return steps.write();
}

}  // namespace tailrace
