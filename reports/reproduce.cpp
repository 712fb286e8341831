// SPDX-License-Identifier: Apache-2.0
#include "reports/reproduce.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "harness/wire/escape.h"
#include "reports/finding_text.h"

namespace tailrace {
namespace {

constexpr std::size_t kMostSteps = 400;  // Of growth: as many show it, and the file stays short.
constexpr std::size_t kLine = 90;        // Columns of what is said in the comments.
constexpr std::size_t kPart = 600;       // Bytes of it.

constexpr std::string_view kServerProgram = R"PY(
import re, select, socket, sys, time, urllib.parse
url = urllib.parse.urlsplit(sys.argv[1])
at = (url.hostname, url.port or 80)
socks, live, seen = {}, {}, {}

def watch(due, ends, patience):
    """Reads what is due. The next step follows at once: a pause would change how ACKs are sent."""
    began, count, last, gone = time.monotonic(), 0, 0.0, 0
    wait = patience if due or ends else 0.0
    while not (due or ends) or count < due or gone < ends:
        ready = select.select(list(socks.values()), [], [], wait)[0]
        if not ready:
            return count, last, gone
        for n, sock in [(n, s) for n, s in socks.items() if s in ready]:
            try:
                data = sock.recv(65536)
            except OSError:
                data = b""
            sock.setsockopt(socket.IPPROTO_TCP, 12, n in QUICK)  # TCP_QUICKACK, as it was
            count, last = count + len(data), time.monotonic() - began
            if not data:
                gone += 1
                del socks[n]
            seen[n] = seen.get(n, b"") + data
            ids = re.findall(rb"(?i)mcp-session-id: *([^\r\n]+)", seen[n])
            live.update(zip(SESSIONS.get(n, []), ids))
        wait = patience if count < due else 0.08
    return count, last, gone

agree = 0
for step, (verb, n, data, (count, last, gone)) in enumerate(STEPS):
    if verb == "open":
        socks[n] = socket.create_connection(at)
        socks[n].setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        socks[n].setsockopt(socket.IPPROTO_TCP, 12, n in QUICK)
    elif verb == "send" and n in socks:
        for old, new in live.items():
            data = data.replace(old, new)
        head, _, body = data.partition(b"\r\n\r\n")
        head = re.sub(rb"(?im)^host:[^\r]*", b"Host: %s:%d" % (at[0].encode(), at[1]), head)
        head = re.sub(rb"^([A-Z]+) \S+", b"\\1 " + (url.path or "/").encode(), head)
        socks[n].sendall(head + b"\r\n\r\n" + body if _ else data)
    elif verb == "close" and n in socks:
        socks.pop(n).close()
    got = watch(count, gone, max(1.0, 1.5 * last))
    if step == len(STEPS) - 1 and socks:
        late = watch(0, 1, 0.3)
        got = (got[0] + late[0], got[1], got[2] + late[2])
    same = abs(got[0] - count) <= 4 and got[2] == gone and abs(got[1] - last) < 0.025
    agree += same
    print(f"{verb:5} {n}: {got[0]} bytes until +{got[1] * 1000:.1f} ms, {got[2]} ended; "
          f"recorded {count}, +{last * 1000:.1f} ms, {gone}{'' if same else '  <-- differs'}")
print(f"{agree} of {len(STEPS)} steps came as recorded")
sys.exit(agree < len(STEPS))
)PY";

constexpr std::string_view kClientProgram = R"PY(
import re, socket, subprocess, sys, threading, time
listener = socket.create_server(("127.0.0.1", 0))
began = time.monotonic()

def say(n, what):
    print(f"+{(time.monotonic() - began) * 1000:.1f} ms connection {n}: {what}", flush=True)

def serve(n, sock, steps):
    ids, rest = {}, b""
    for verb, data, pause in steps:
        while verb == "expect" and not re.search(rb"\r\n\r\n", rest):
            more = sock.recv(65536)
            if not more:
                return say(n, "the client closed")
            rest += more
        if verb == "expect":
            head, _, rest = rest.partition(b"\r\n\r\n")
            length = int((re.findall(rb"(?im)^content-length: *(\d+)", head) or [b"0"])[0])
            while len(rest) < length:
                rest += sock.recv(65536)
            body, rest = rest[:length], rest[length:]
            pattern = rb'"id": *("[^"]*"|\d+)'
            ids.update(zip(re.findall(pattern, data), re.findall(pattern, body)))
            say(n, head.split(b"\r\n")[0].decode() + " " + body[:120].decode(errors="replace"))
        elif verb == "send":
            time.sleep(pause)
            sock.sendall(re.sub(rb'"id": *("[^"]*"|\d+)',
                                lambda m: b'"id":' + ids.get(m[1], m[1]), data))
            say(n, f"sent {len(data)} bytes")
        else:
            sock.close()
            return say(n, "closed")
    while more := sock.recv(65536):
        say(n, f"and then {more[:120]!r}")
    say(n, "the client closed")

def accept():
    for n, steps in STEPS.items():
        threading.Thread(target=serve, args=(n, listener.accept()[0], steps), daemon=True).start()
    while True:
        listener.accept()
        say("-", "one connection more than was recorded")

threading.Thread(target=accept, daemon=True).start()
url = "http://127.0.0.1:%d/mcp" % listener.getsockname()[1]
sys.exit(subprocess.run(sys.argv[1:] + [url], timeout=120).returncode)
)PY";

std::string python_bytes(std::string_view bytes) {
  std::string out = "b\"";
  for (const char c : bytes) {
    if (c == '\r') {
      out += "\\r";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (c < ' ' || c > '~') {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

// What the facts tell of one step: how much came after it, until when, and how many ended.
struct Step {
  std::string verb;
  std::uint32_t connection = 0;
  std::string bytes;
  MonoTime at;
  std::uint64_t came = 0;
  Nanos until{0};
  int ended = 0;
};

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

  std::string write() const {
    // set() of nothing, since {} would be no set.
    std::string out =
        fmt::format("QUICK = set([{}])  # connections that acknowledge at once\nSESSIONS = {{",
                    fmt::join(quick_, ", "));
    for (const auto& [connection, ids] : sessions_) {
      out += fmt::format("{}: [", connection);
      for (const auto& id : ids) out += python_bytes(id) + ", ";
      out += "], ";
    }
    out += "}\nSTEPS = [  # verb, connection, bytes, (bytes that came, until, connections ended)\n";
    for (std::size_t i = 0; i < std::min(steps_.size(), kMostSteps); ++i) {
      const Step& step = steps_[i];
      out += fmt::format("    (\"{}\", {}, {}, ({}, {:.4f}, {})),\n", step.verb, step.connection,
                         python_bytes(step.bytes), step.came,
                         std::chrono::duration<double>(step.until).count(), step.ended);
    }
    return out + "]\n";
  }

 private:
  void add(std::string verb, ConnectionId connection, std::string bytes, MonoTime at) {
    // The parts of one request that were written at once are one step.
    if (verb == "send" && !steps_.empty() && steps_.back().verb == "send" &&
        steps_.back().connection == connection.value && steps_.back().came == 0) {
      steps_.back().bytes += bytes;
      return;
    }
    steps_.push_back({std::move(verb), connection.value, std::move(bytes), at, 0, Nanos{0}, 0});
  }

  void came(const BytesRead& read, MonoTime at) {
    if (steps_.empty()) return;
    Step& step = steps_.back();
    step.came += read.bytes.size();
    step.until = at - step.at;
    static constexpr std::string_view kName = "mcp-session-id:";
    std::string lower = read.bytes;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    const auto found = lower.find(kName);
    if (found == std::string::npos) return;
    const auto end = read.bytes.find('\r', found);
    const auto begin = read.bytes.find_first_not_of(' ', found + kName.size());
    if (begin == std::string::npos || end == std::string::npos || begin >= end) return;
    sessions_[read.connection.value].push_back(read.bytes.substr(begin, end - begin));
  }

  std::vector<Step> steps_;
  std::vector<std::uint32_t> quick_;
  std::map<std::uint32_t, std::vector<std::string>> sessions_;
};

class ClientSteps {
 public:
  void take(const Fact& fact) {
    std::visit(Overloaded{
                   [&](const ConnectionOpened& f) { add(f.connection, "", "", fact.at); },
                   [&](const BytesRead& f) { add(f.connection, "expect", f.bytes, fact.at); },
                   [&](const BytesWritten& f) { add(f.connection, "send", f.bytes, fact.at); },
                   [&](const WeEnded& f) {
                     if (!f.half) add(f.connection, "close", "", fact.at);
                   },
                   [](const auto&) {},
               },
               fact.event);
  }

  std::string write() const {
    std::string out = "STEPS = {  # of each connection: verb, bytes, pause before it\n";
    for (const auto& [connection, steps] : connections_) {
      out += fmt::format("    {}: [\n", connection);
      for (const auto& [verb, bytes, pause, last] : steps) {
        out += fmt::format("        (\"{}\", {}, {:.4f}),\n", verb, python_bytes(bytes),
                           std::chrono::duration<double>(pause).count());
      }
      out += "    ],\n";
    }
    return out + "}\n";
  }

 private:
  struct Part {
    std::string verb, bytes;
    Nanos pause{0};
    MonoTime at;
  };

  void add(ConnectionId connection, std::string verb, std::string bytes, MonoTime at) {
    auto& steps = connections_[connection.value];
    if (verb.empty() || ++count_ > kMostSteps) return;
    if (!steps.empty() && verb == "expect" && steps.back().verb == "expect") {
      steps.back().bytes += bytes;
      return;
    }
    const Nanos pause = steps.empty() || verb == "expect" ? Nanos{0} : at - steps.back().at;
    steps.push_back({std::move(verb), std::move(bytes), pause, at});
  }

  std::map<std::uint32_t, std::vector<Part>> connections_;
  std::size_t count_ = 0;
};

std::string comment(std::string_view name, const std::string& text) {
  if (text.empty()) return "";
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += kLine) {
    out += fmt::format("# {:<9}{}\n", at == 0 ? name : "", text.substr(at, kLine));
  }
  return out;
}

}  // namespace

std::string reproduction(const ScenarioResult& result, const std::vector<Fact>& facts) {
  const bool of_client = result.role == "client";
  std::string out = fmt::format(
      "#!/usr/bin/env python3\n# {} at {}\n# usage: python3 this.py {}\n",
      excerpt(result.id, kLine), excerpt(result.revision, kLine),
      of_client ? "CLIENT [ARGUMENT...]   (gets the URL last)" : "http://HOST:PORT/PATH");
  for (const Finding* finding : shown_findings(result, false)) {
    out += comment("required", excerpt(finding->required, kPart));
    out += comment("observed", excerpt(finding->observed, kPart));
    break;
  }
  if (of_client) {
    ClientSteps steps;
    for (const Fact& fact : facts) steps.take(fact);
    return out + std::string(kClientProgram.substr(0, 1)) + steps.write() +
           std::string(kClientProgram.substr(1));
  }
  ServerSteps steps;
  for (const Fact& fact : facts) steps.take(fact);
  return out + "\n" + steps.write() + std::string(kServerProgram.substr(1));
}

}  // namespace tailrace
