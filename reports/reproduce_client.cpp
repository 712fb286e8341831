// SPDX-License-Identifier: Apache-2.0
// The program that plays the server against a client.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "harness/record/marks.h"
#include "reports/reproduce_parts.h"

namespace tailrace {
namespace {

constexpr std::string_view kExpect = "expect", kReset = "reset";
constexpr Nanos kAtOnce = std::chrono::milliseconds(2);
constexpr double kBeyond = 3;  // Seconds that a client may be later than it was.
constexpr double kHangs = 1;   // One that had so long, and did not end, would not have.

constexpr std::string_view kProgram = R"PY(
ID = rb'"(?:id|requestId)": *("[^"]*"|\d+)'
ASKS = (rb'(?m)^[a-z]+ /|^mcp-session-id|^(?:accept:|last-event-id:|mcp-)[^\r]*|"inputresponses"'
        rb'|^reset|"(?:method|requeststate)": *"[^"]*"')  # What must be as it was
listener = socket.create_server(("127.0.0.1", 0))
listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
client = subprocess.Popen(sys.argv[1:] + ["http://127.0.0.1:%d/mcp" % listener.getsockname()[1]],
                          env=os.environ | ENVIRONMENT, stdout=subprocess.PIPE)
socks, ids, agree, stalls, missed, last = [], {}, 0, 0, 0, time.monotonic()

def request(file):  # Nothing at the end of the connection
    try:
        head = b"".join(itertools.takewhile(bytes.strip, file))
        length = re.search(rb"(?im)^content-length: *(\d+)", head)
        return head + (file.read(int(length[1])) if length else b"")
    except ConnectionResetError:
        return b"reset"

try:
    for n, verb, pause, data in STEPS:
        listener.settimeout(pause * 1.5 + WAIT)
        while len(socks) < n:
            socks.append((sock := listener.accept()[0], sock.makefile("rb")))
        sock, file = socks[n - 1]
        sock.settimeout(pause * 1.5 + WAIT)
        if verb == "send":
            time.sleep(pause)
            with contextlib.suppress(ConnectionError):
                sock.sendall(re.sub(ID, lambda m: m[0].replace(m[1], ids.get(m[1], m[1])), data))
        elif verb == "close":
            sock.shutdown(socket.SHUT_RDWR)
        else:
            came, took = request(file), time.monotonic() - last
            old, new = re.findall(ID, data), re.findall(ID, came)
            ids = dict(zip(old, new)) | ids
            waited = 0.03 < pause < 0.3  # Of several such waits most must come again
            stalls, missed = stalls + waited, missed + (waited and took < pause / 2)
            asks = [sorted(re.findall(ASKS, each.lower())) for each in (data, came)]
            same = (asks[0] == asks[1] and [ids[i] for i in old] == new
                    and len(set(ids.values())) == len(ids)
                    and (agree == 0 or pause / 2 - 0.1 < took < pause * 1.5 + 0.1))
            agree += same
            print(f"{n}: +{took:.3f} s {came[:60]!r}", "" if same else f"- not +{pause} s {data}")
        last = time.monotonic()
except OSError as why:
    print(f"{n}: no {verb}: {why}")
try:
    told, hangs = client.communicate(timeout=WAIT)[0], False
except subprocess.TimeoutExpired:
    client.kill()
    told, hangs = client.communicate()[0], True
told = re.findall(rb'(?m)^{"call":[^\n]*', re.sub(rb',"ms":[0-9.]+', b"", told))
due = sum(verb == "expect" for _, verb, *_ in STEPS)
print(f"{agree} of {due} requests and ends came as recorded, {missed} of {stalls} waits did not;",
      "the client", "hangs," if hangs else "ended,", told)
other = told[:len(TOLD)] != TOLD or HANGS is not None and hangs != HANGS
sys.exit(agree < due or 2 * missed > stalls > 2 or other)
)PY";

std::string without_times(std::string line) {
  static constexpr std::string_view kName = ",\"ms\":";
  const auto at = line.find(kName);
  if (at == std::string::npos) return line;
  return line.erase(at, line.find_first_not_of("0123456789.", at + kName.size()) - at);
}

class ClientSteps {
 public:
  void take(const Fact& fact) {
    std::visit(Overloaded{
                   [&](const BytesRead& f) { add(f.connection, kExpect, f.bytes, fact.at); },
                   [&](const BytesWritten& f) { add(f.connection, "send", f.bytes, fact.at); },
                   [&](const WeEnded& f) {
                     if (!f.half) add(f.connection, "close", "", fact.at);
                   },
                   [&](const PeerEnded& f) {
                     const bool reset = f.how == Ending::kReset;
                     add(f.connection, kExpect, std::string(reset ? kReset : ""), fact.at);
                   },
                   [&](const Marked& f) {
                     if (f.name == kMarkEnvironment) environment_ = f.value;
                   },
                   [&](const ProcessLine& f) {
                     if (f.text.starts_with("{\"call\":")) told_.push_back(without_times(f.text));
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
    // What we ended ended its connections.
    while (killed_ && !steps_.empty() && is_end(steps_.back())) {
      steps_.pop_back();
      at_.pop_back();
    }
    auto steps = script_steps(steps_, [](const ScriptStep& step, const std::string& connection,
                                         const std::string& bytes) {
      return fmt::format("({}, \"{}\", {}, {})", connection, step.verb, seconds(step.before),
                         bytes);
    });
    if (!steps) return steps;
    const double after = ended_ && !at_.empty() ? in_seconds(*ended_ - at_.back()) : 0;
    // One that we ended soon might have ended by itself.
    const char* hangs = !killed_ ? "False" : after > kHangs ? "True" : "None";
    return "import contextlib, itertools, os, re, socket, subprocess, sys, time\n\n" +
           fmt::format("ENVIRONMENT = {}\nHANGS, WAIT, TOLD = {}, {}, [{}]\n",
                       environment_.empty() ? "{}" : environment_, hangs, seconds(after + kBeyond),
                       fmt::join(told_in_python(), ", ")) +
           "# Connection, what happens on it, seconds since what was before, bytes\n" + *steps +
           std::string(kProgram.substr(1));
  }

 private:
  static double in_seconds(Nanos time) { return std::chrono::duration<double>(time).count(); }

  std::vector<std::string> told_in_python() const {
    std::vector<std::string> lines;
    for (const std::string& line : told_) lines.push_back(python_bytes(line));
    return lines;
  }

  static bool is_end(const ScriptStep& step) {
    return step.verb == kExpect && (step.bytes.empty() || step.bytes == kReset);
  }

  void add(ConnectionId connection, std::string_view verb, const std::string& bytes, MonoTime at) {
    const Nanos before = at_.empty() ? Nanos{0} : at - at_.back();
    const ScriptStep step{connection.value, std::string(verb), bytes,
                          before > kAtOnce ? in_seconds(before) : 0, 0, 0, ""};
    ScriptStep* last = steps_.empty() ? nullptr : &steps_.back();
    // A request that came in parts.
    if (last != nullptr && verb == kExpect && last->verb == kExpect && !is_end(step) &&
        !is_end(*last) && last->connection == connection.value) {
      last->bytes += bytes;
      last->before += in_seconds(before);
      at_.back() = at;
      return;
    }
    steps_.push_back(step);
    at_.push_back(at);
  }

  std::vector<ScriptStep> steps_;
  std::vector<std::string> told_;
  std::string environment_;  // JSON, which Python reads as well.
  std::vector<MonoTime> at_;  // Of each step
  std::optional<MonoTime> ended_;
  bool killed_ = false;
};

}  // namespace

Result<std::string> program_against_client(const std::vector<Fact>& facts) {
  ClientSteps steps;
  for (const Fact& fact : facts) steps.take(fact);
  return steps.write();
}

}  // namespace tailrace
