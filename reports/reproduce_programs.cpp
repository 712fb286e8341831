// SPDX-License-Identifier: Apache-2.0
// The programs' text. A line that ends with #x stands where the feature x is needed, one with #!x
// where it is not.
#include <fmt/format.h>

#include <array>

#include "reports/reproduce_parts.h"

namespace tailrace {
namespace {

// Features: o no session, s one, m more of them, d answers of several connections at once, w waits
// for ACKs, l late answers, t either, p parts of answers, r resets, u unread, e event ids, g long
// messages, v values that differ each time; c we close and k the server is stopped, in `action`.
constexpr std::string_view kServerBegin = R"PY(
TOLD = (rb"(?im)^(?:data: ?)?(HTTP/1\.\d \d+|mcp-session-id(?=:)|content-type:[^\r\n]*"
        rb"|x-accel-buffering:[^\r\n]*|\{[^\r\n]*|0(?=\r\n\r)|\(end\))")  #!e
        rb"|x-accel-buffering:[^\r\n]*|\{[^\r\n]*|0(?=\r\n\r)|\(end\)|id:[^\r\n]*)")  #e
MASK = rb"(?=[A-Za-z_.:+-]*\d)[\w.:+-]{20,}"  # Differs each time  #v
url, socks, session = urllib.parse.urlsplit(sys.argv[1]), {}, b""  #s
url, socks, names = urllib.parse.urlsplit(sys.argv[1]), {}, {}  # Of sessions  #m
url, socks = urllib.parse.urlsplit(sys.argv[1]), {}  #o
unread = set()  #u
stalls = missed = 0  #w

def told(came):
    came = [line for n in sorted(came) for line in re.findall(TOLD, came[n])]  #d
    came = re.findall(TOLD, came)  #!d
    came = [m if len(m) < 400 else b"%s ... %s" % (m[:80], m[-40:]) for m in came]  #g
    return re.sub(MASK, b"*", b"\n".join(came))  #v
    return b"\n".join(came)  #!v

for n, sent, want, late, quiet in STEPS:
    sent = sent.replace(b"{host}", url.netloc.encode()).replace(b"{path}", url.path.encode())
    sent = sent.replace(b"{session 1}", session)  #s
    for name, value in names.items():  #m
        sent = sent.replace(name, value)  #m
)PY";

// Linux takes a while to delay its ACKs on a new connection; in a dialogue it does.
constexpr std::array<std::string_view, 4> kAsks{
    "if n not in socks:",
    "    socks[n] = socket.create_connection((url.hostname, url.port or 80))",
    "socks[n].setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)  # As in a dialogue",
    "socks[n].sendall(sent)"};

constexpr std::string_view kServerEnd = R"PY(
    came = {}  # By connection  #d
    came = b""  #!d
    took, began = 0, time.monotonic()  #t
    while (quiet or told(came) != want) and (ready := select.select(  #!u
            list(socks.values()), [], [], quiet if told(came) == want else 5 + 2 * late)[0]):  #!u
    while (quiet or told(came) != want) and (ready := select.select([socks[k] for k in  #u
            socks.keys() - unread], [], [], quiet if told(came) == want else 5 + 2 * late)[0]):  #u
        for k in [k for k, sock in socks.items() if sock in ready]:
            try:  #r
                part = socks[k].recv(1 << 20)  #r
            except ConnectionResetError:  #r
                part = b""  #r
            part = socks[k].recv(1 << 20)  #!r
            came[k] = came.get(k, b"") + (part or b"\n(end)")  #d
            came += part or b"\n(end)"  #!d
            part or socks.pop(k)
        took = time.monotonic() - began  #t
        if want[-3:] == b"..." and told(came).startswith(want[:-3]):  # Not all was read  #p
            want = told(came)  #p
    print(f"{n}: {sent[-60:]}\n  {took:.3f} s: {told(came)}")  #t
    print(f"{n}: {sent[-60:]}\n  {told(came)}")  #!t
    if told(came) != want:
        sys.exit(f"not reproduced, recorded was {want}")
    if late > 0.3 and took < late / 2 - 0.1:  #l
        sys.exit(f"not reproduced, recorded was an answer after {late} s")  #l
    if 0.03 < late < 0.25:  #w
        stalls, missed = stalls + 1, missed + (took < late / 2)  #w
    came = b"".join(came.values())  #d
    if found := re.search(rb"(?i)mcp-session-id: *(.*?)\r", came):  #s
        session = found[1]  #s
    if b'"initialize"' in sent:  #m
        found = re.search(rb"(?i)mcp-session-id: *(.*?)\r", came)  #m
        names[b"{session %d}" % (len(names) + 1)] = found[1]  #m
if missed * 2 > stalls > 2:  #w
    sys.exit(f"not reproduced, {missed} of {stalls} calls did not wait")  #w
print("reproduced")
)PY";

// What a step does, of the kinds that there are.
std::string action(std::string_view features) {
  const auto needs = [features](char c) { return features.find(c) != std::string_view::npos; };
  std::string out;
  const auto kind = [&out](const char* name, const char* does) {
    out += fmt::format("    {} sent == b\"{}\":\n        {}\n", out.empty() ? "if" : "elif", name,
                       does);
  };
  if (needs('k')) kind("(stop)", "os.kill(int(sys.argv[2]), signal.SIGTERM)");
  if (needs('c')) kind("(close)", "socks.pop(n, None)");
  if (needs('u')) kind("(unread)", "unread ^= {n}  # Or read again");
  const std::string indent(out.empty() ? 4 : 8, ' ');
  if (!out.empty()) out += "    else:\n";
  for (const std::string_view line : kAsks) {
    if (line.starts_with("socks[n].setsockopt") && !needs('w')) continue;
    out += fmt::format("{}{}\n", indent, line);
  }
  return out;
}

// Features: i ids that may be others, r resets, w waits for ACKs, l late requests, x these alone,
// t any of both, z pauses, o what the client tells of its calls, h it hangs, k we ended it, c we
// close, b it does.
constexpr std::string_view kClient = R"PY(
TOLD = rb"(?im)^((?:POST|GET|DELETE) \S+|(?:accept|content-type|last-event-id|mcp-.*?):[^\r]*|\{.*)"
ID = rb'("(?:id|requestId|progressToken)": *)("[^"]*"|[\d.]+)'  #i
socket.setdefaulttimeout(WAIT)
listener = socket.create_server(("127.0.0.1", 0))
listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
client = subprocess.Popen([*sys.argv[1:], "http://127.0.0.1:%d/mcp" % listener.getsockname()[1]],
                          env=os.environ | ENVIRONMENT, stdout=subprocess.PIPE)
socks, ids = [], {}  #i
socks = []  #!i
gone = []  #h
last, stalls, missed = time.monotonic(), 0, 0  #w
last = time.monotonic()  #x

def request(n):  # What came on the nth connection
    while len(socks) < n:
        socks.append((sock := listener.accept()[0], sock.makefile("rb")))
    socks[n - 1][0].setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)  # As in a dialogue  #w
    try:  #r
        head = b"".join(itertools.takewhile(bytes.strip, socks[n - 1][1]))  #r
    except ConnectionResetError:  #r
        return b"(reset)"  #r
    head = b"".join(itertools.takewhile(bytes.strip, socks[n - 1][1]))  #!r
    if length := re.search(rb"(?i)content-length: *(\d+)", head):
        head += socks[n - 1][1].read(int(length[1]))
    return b"\n".join(re.findall(TOLD, head)) if head else b"(end)"

for n, want, answer, late, pause in STEPS:
    if want:
        print(n, got := request(n))
        took = time.monotonic() - last  #t
        ids |= zip(re.findall(ID, want), re.findall(ID, got))  #i
        if re.sub(ID, rb"\1?", got) != re.sub(ID, rb"\1?", want):  #i
        if got != want:  #!i
            sys.exit(client.kill() or f"not reproduced, recorded was {want}")
        if late > 0.3 and took < late / 2 - 0.1:  #l
            sys.exit(client.kill() or f"not reproduced, recorded was a pause of {late} s")  #l
        if 0.03 < late < 0.25:  #w
            stalls, missed = stalls + 1, missed + (took < late / 2)  #w
        if got == b"(end)":  #h
            gone.append(socks[n - 1][0])  #h
    time.sleep(pause)  #z
    if answer == b"(close)":  #c
        socks[n - 1][0].shutdown(socket.SHUT_WR)  #c
        continue  #c
    answer = re.sub(ID, lambda m: b"".join(ids.get(m.groups(), m.groups())), answer)  #i
    with contextlib.suppress(ConnectionError):  #b
        socks[n - 1][0].sendall(answer)  #b
    socks[n - 1][0].sendall(answer)  #!b
    last = time.monotonic()  #t
if missed * 2 > stalls > 2:  #w
    sys.exit(client.kill() or f"not reproduced, {missed} of {stalls} calls did not wait")  #w
if select.select([listener, *(s for s, _ in socks if s not in gone)], [], [], WAIT)[0]:  #h
    sys.exit(client.kill() or "not reproduced, the client went on")  #h
client.kill()  #k
told = re.sub(rb',"ms":[\d.]+', b"", client.communicate()[0])  #o
if re.findall(rb'(?m)^{"call":.*', told)[:len(CALLS)] != CALLS:  #o
    sys.exit(f"not reproduced, recorded was {CALLS}")  #o
print("reproduced")
)PY";

}  // namespace

std::string program_of(std::string_view program, std::string_view features) {
  static constexpr std::string_view kMark = "  #";
  std::string out;
  for (std::size_t at = 0; at < program.size();) {
    const std::size_t end = std::min(program.find('\n', at), program.size());
    std::string_view line = program.substr(at, end - at);
    at = end + 1;
    const auto mark = line.rfind(kMark);
    if (mark != std::string_view::npos && line[mark + kMark.size()] != ' ') {
      const bool without = line[mark + kMark.size()] == '!';
      const char feature = line.back();
      if ((features.find(feature) == std::string_view::npos) != without) continue;
      line = line.substr(0, mark);
    }
    out += std::string(line) + "\n";
  }
  return out;
}

std::string server_program(std::string_view features) {
  return program_of(kServerBegin.substr(1), features) + action(features) +
         program_of(kServerEnd.substr(1), features);
}

std::string client_program(std::string_view features) {
  return program_of(kClient.substr(1), features);
}

}  // namespace tailrace
