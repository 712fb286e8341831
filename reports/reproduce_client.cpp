// SPDX-License-Identifier: Apache-2.0
// The program that plays the server against a client.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reports/reproduce_parts.h"

namespace tailrace {
namespace {

constexpr std::size_t kMostSteps = 60;  // More would be read by nobody.

constexpr std::string_view kClientProgram = R"PY(
listener = socket.create_server(("127.0.0.1", 0))
began, agree, more = time.monotonic(), 0, 0

def say(n, what):
    print(f"+{(time.monotonic() - began) * 1000:.1f} ms connection {n}: {what}", flush=True)

def asks(data):  # What must be as it was recorded: its verb, its method, what its head says of MCP
    head = data.partition(b"\r\n\r\n")[0].lower()
    said = re.findall(rb"(?m)^(accept:[^\r]*|last-event-id:[^\r]*|mcp-[a-z-]+)", head)
    return head.split(b" ")[0], re.findall(rb'"method": *"([^"]*)"', data), sorted(said)

def serve(n, sock, steps):
    global agree, more
    ids, rest = {}, b""
    for verb, data, pause in steps:
        while verb == "expect" and b"\r\n\r\n" not in rest:
            came = sock.recv(65536)
            if not came:
                return say(n, "the client closed, though " + data[:60].decode() + " was recorded")
            rest += came
        if verb == "expect":
            head, _, rest = rest.partition(b"\r\n\r\n")
            length = int((re.findall(rb"(?im)^content-length: *(\d+)", head) or [b"0"])[0])
            while len(rest) < length:
                rest += sock.recv(65536)
            body, rest = rest[:length], rest[length:]
            pattern = rb'"id": *("[^"]*"|\d+)'
            ids.update(zip(re.findall(pattern, data), re.findall(pattern, body)))
            agree += asks(data) == asks(head + b"\r\n\r\n" + body)
            say(n, head.split(b"\r\n")[0].decode() + " " + body[:120].decode(errors="replace"))
        elif verb == "send":
            time.sleep(pause)
            sock.sendall(re.sub(rb'"id": *("[^"]*"|\d+)',
                                lambda m: b'"id":' + ids.get(m[1], m[1]), data))
            say(n, f"sent {len(data)} bytes")
        else:
            sock.close()
            return say(n, "closed")
    while rest or (rest := sock.recv(65536)):
        say(n, f"not recorded: {rest[:120]!r}")
        more, rest = more + 1, b""
    say(n, "the client closed")

def accept():
    global more
    for n, steps in STEPS.items():
        threading.Thread(target=serve, args=(n, listener.accept()[0], steps), daemon=True).start()
    while listener.accept():
        say("-", "one connection more than was recorded")
        more += 1

threading.Thread(target=accept, daemon=True).start()
url = "http://127.0.0.1:%d/mcp" % listener.getsockname()[1]
for name, value in ENVIRONMENT.items():
    os.environ.setdefault(name, value)
status = subprocess.run(sys.argv[1:] + [url], timeout=120).returncode
due = sum(verb == "expect" for steps in STEPS.values() for verb, *_ in steps)
print(f"{agree} of {due} requests came as recorded, {more} more; the client's status is {status}")
sys.exit(agree < due or more > 0)
)PY";

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
    // What a client is told by Tailrace: how many calls to make, how long to stay.
    std::string out = fmt::format(
        "ENVIRONMENT = {{\"TAILRACE_CALLS\": \"{}\", \"TAILRACE_LINGER_MS\": \"500\", "
        "\"MCP_CONFORMANCE_SCENARIO\": \"tools_call\"}}\n",
        std::max(calls_, 1));
    out += "STEPS = {  # of each connection: verb, bytes, pause before it\n";
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
    if (verb == "expect" && bytes.find("\"tools/call\"") != std::string::npos) ++calls_;
    if (!steps.empty() && verb == "expect" && steps.back().verb == "expect") {
      steps.back().bytes += bytes;
      return;
    }
    const Nanos pause = steps.empty() || verb == "expect" ? Nanos{0} : at - steps.back().at;
    steps.push_back({std::move(verb), std::move(bytes), pause, at});
  }

  std::map<std::uint32_t, std::vector<Part>> connections_;
  std::size_t count_ = 0;
  int calls_ = 0;
};

}  // namespace

std::string program_against_client(const std::vector<Fact>& facts) {
  ClientSteps steps;
  for (const Fact& fact : facts) steps.take(fact);
  return "import os, re, socket, subprocess, sys, threading, time\n" + steps.write() +
         std::string(kClientProgram.substr(1));
}

}  // namespace tailrace
