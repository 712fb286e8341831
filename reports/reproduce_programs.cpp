// SPDX-License-Identifier: Apache-2.0
// The programs' text. A line that ends with #x stands where the feature x is needed, one with #!x
// where it is not.
#include <fmt/format.h>

#include "reports/reproduce_parts.h"

namespace tailrace {
namespace {

// Features of both: s one session, m more of them, w waits for ACKs, l late answers, t either,
// p parts of answers, e event ids, g long messages, v values that differ each time, c we close.
constexpr std::string_view kServerBegin = R"PY(
TOLD = (rb"(?im)^(?:data: ?)?(HTTP/1\.\d \d+|mcp-session-id(?=:)|(?:content-type|transfer-encoding"
        rb"|x-accel-buffering):[^\r\n]*|\{[^\r\n]*|0(?=\r\n\r)|\(end\))")  #!e
        rb"|x-accel-buffering):[^\r\n]*|\{[^\r\n]*|0(?=\r\n\r)|\(end\)|id:[^\r\n]*)")  #e
MASK = rb"(?=[A-Za-z_.:+-]*\d)[\w.:+-]{20,}"  # Differs each time  #v
if len(sys.argv) < 2 or not sys.argv[1].startswith("http://"):  #!k
if len(sys.argv) < 3 or not sys.argv[1].startswith("http://"):  #k
    sys.exit(print("usage:", __doc__.split(" exits")[0]) or 2)
url = urllib.parse.urlsplit(sys.argv[1])
socks = collections.defaultdict(lambda: socket.create_connection((url.hostname, url.port or 80)))
names = {b"{host}": url.netloc.encode(), b"{path}": (url._replace(
    scheme="", netloc="", fragment="", path=url.path or "/").geturl()).encode()}
sys.excepthook = lambda kind, error, trace: sys.exit(print(
    "not reproduced:" if socks else "no connection:", repr(error)) or 2 * (not socks))
unread = set()  #u
stalls = missed = 0  #w

for step, (n, sent, want, late, quiet) in enumerate(STEPS, 1):
    sent = re.sub(rb"\{(host|path|session \d+)\}", lambda name: names.get(name[0], b""), sent)
)PY";

// All that is asked is answered on the connection that asked.
constexpr std::string_view kServerOwn = R"PY(
    if sent == b"(close)":  #c
        socks.pop(n, socket.socket()).close()  #c
        time.sleep(quiet)  #c
        continue  #c
    socks[n].setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)  # As in a dialogue  #w
    socks[n].sendall(sent)
    took, began = 0, time.monotonic()  #t
    came = said = b""
    while (quiet or said != want) and came[-5:] != b"(end)" and select.select(
            [socks[n]], [], [], quiet if said == want else 5 + late)[0]:
        came += socks[n].recv(1 << 20) or b"\n(end)"
        said = b"\n".join(re.findall(TOLD, came))
)PY";

// Also: r resets, u unread, k the server is stopped.
constexpr std::string_view kServerAll = R"PY(
    if sent == b"(close)":
        socks.pop(n, socket.socket()).close()
    elif sent == b"(stop)":  #k
        os.kill(int(sys.argv[2]), signal.SIGTERM)  #k
    elif sent == b"(unread)":  #u
        unread ^= {n}  # Or read again  #u
    else:
        socks[n].setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)  # As in a dialogue  #w
        socks[n].sendall(sent)
    came, said = {}, b""  # By connection
    took, began = 0, time.monotonic()  #t
    while (quiet or said != want) and (ready := select.select(  #!u
            list(socks.values()), [], [], quiet if said == want else 5 + late)[0]):  #!u
    while (quiet or said != want) and (ready := select.select([socks[k] for k in  #u
            socks.keys() - unread], [], [], quiet if said == want else 5 + late)[0]):  #u
        for k in [k for k, sock in socks.items() if sock in ready]:
            try:  #r
                part = socks[k].recv(1 << 20)  #r
            except ConnectionResetError:  #r
                part = b""  #r
            part = socks[k].recv(1 << 20)  #!r
            came[k] = came.get(k, b"") + (part or b"\n(end)")
            part or socks.pop(k)
        said = b"\n".join(line for k in sorted(came) for line in re.findall(TOLD, came[k]))
)PY";

// Of what either has read.
constexpr std::string_view kServerSaid = R"PY(
        said = re.sub(rb"(?m)^(.{80}).{1880,}(.{40})$", rb"\1 ... \2", said)  #g
        said = re.sub(MASK, b"*", said)  #v
        took = time.monotonic() - began  #t
        if want[-3:] == b"..." and said.startswith(want[:-3]):  # Not all was read  #p
            want = said  #p
    print(f"{n}: {sent[-60:]}\n  {took:.3f} s: {said}")  #t
    print(f"{n}: {sent[-60:]}\n  {said}")  #!t
    if said != want:
        words = [re.sub(rb'("(?:text|message|title|description|name|version|instructions)": *)'
                        rb'"(?:[^"\\]|\\.)*"', rb'\1""', text) for text in (said, want)]
        begins = b'"initialize"' in sent and step < len(STEPS)
        if words[0] != words[1]:
            sys.exit(print("cannot tell, it begins unlike" if begins else
                           "not reproduced, recorded was", want) or 2 * begins)
        begins or sys.exit(print("cannot tell, recorded was in other words", want) or 2)
)PY";

// From here on no matter by which connection.
constexpr std::string_view kServerJoins = "    came = b\"\".join(came.values())\n";

// Linux takes a while to delay its ACKs on a new connection; in a dialogue it does.
constexpr std::string_view kServerEnd = R"PY(
    if late > 0.3 and took < late / 2 - 0.1:  #l
        sys.exit(print("not reproduced, recorded was an answer after", late, "s"))  #l
    if 0.03 < late < 0.25:  #w
        stalls, missed = stalls + 1, missed + (took < late / 2)  #w
    names.update((b"{session 1}", s) for s in re.findall(rb"(?i)mcp-session-id: *(.*)\r", came))  #s
    found = b'"initialize"' in sent and re.search(rb"(?i)mcp-session-id: *(.*?)\r", came)  #m
    if found:  #m
        names[b"{session %d}" % (len(names) - 1)] = found[1]  #m
if missed * 2 > stalls > 2:  #w
    sys.exit(print(f"not reproduced, {missed} of {stalls} calls did not wait"))  #w
sys.exit("reproduced\n" + __doc__)
)PY";

// Features: i ids that may be others, r resets, w waits for ACKs, l late requests, t any of both,
// y it came too early, z pauses, p answers in parts, o what the client tells of its calls, g at the
// end nothing comes, k we ended it, c we close, b it does.
constexpr std::string_view kClient = R"PY(
TOLD = rb"(?im)^((?:POST|GET|DELETE) \S+|(?:accept|content-type|last-event-id|mcp-.*?):[^\r]*|\{.*)"
ID = rb'("(?:id|requestId|progressToken)": *)("[^"]*"|[\d.]+)'  #i
len(sys.argv) > 1 or sys.exit(print("usage:", __doc__.split(" exits")[0]) or 2)
socket.setdefaulttimeout(WAIT)
sys.excepthook = lambda kind, error, trace: sys.exit(print(
    "not reproduced:" if socks else "no connection:", repr(error)) or 2 * (not socks))
listener, socks, files = socket.create_server(("127.0.0.1", 0)), [], []
client = subprocess.Popen([*sys.argv[1:], "http://127.0.0.1:%d/mcp" % listener.getsockname()[1]],
                          env={**os.environ, **ENVIRONMENT}, stdout=subprocess.PIPE)
atexit.register(client.kill)
ids = {}  #i
stalls = missed = 0  #w
last = time.monotonic()  #t

for n, want, answer, late, pause in STEPS:
    socks += [listener.accept()[0] for _ in range(n - len(socks))]
    files += [sock.makefile("rb") for sock in socks[len(files):]]
    socks[n - 1].setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  #w
    socks[n - 1].setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)  # As in a dialogue  #w
)PY";

// What came; indented where not each step begins with it. Also: j a connection is open.
constexpr std::string_view kClientCame = R"PY(
    if want == b"(open)" and select.select([socks[n - 1]], [], [], 0)[0]:  #j
        sys.exit(print("not reproduced, it ended connection", n))  #j
    if want == b"(open)":  #j
        continue  #j
    try:  #r
        head = b"".join(itertools.takewhile(bytes.strip, files[n - 1]))  #r
    except ConnectionResetError:  #r
        head = b"(reset)"  #r
    head = b"".join(itertools.takewhile(bytes.strip, files[n - 1]))  #!r
    body = files[n - 1].read(int(re.search(rb"(?i)content-length: *(\d+)|$", head)[1] or 0))
    got = b"\n".join(re.findall(TOLD, head + body)) or head or b"(end)"  #r
    got = b"\n".join(re.findall(TOLD, head + body)) or b"(end)"  #!r
    print(n, got)
    ids.update(zip(re.findall(ID, want), re.findall(ID, got)))  #i
    if re.sub(ID, rb"\1?", got) != re.sub(ID, rb"\1?", want):  #i
        sys.exit(print("not reproduced, recorded was", want))  #i
    got == want or sys.exit(print("not reproduced, recorded was", want))  #!i
    took = time.monotonic() - last  #t
    if late > 0.3 and took < late / 2 - 0.1:  #l
        sys.exit(print("not reproduced, recorded was a pause of", late, "s"))  #l
    if 0.03 < late < 0.25:  #w
        stalls, missed = stalls + 1, missed + (took < late / 2)  #w
)PY";

constexpr std::string_view kClientEnd = R"PY(
    time.sleep(pause)  #z
    if answer == b"(close)":  #c
        with contextlib.suppress(OSError):  # It may have ended it first  #c
            socks[n - 1].shutdown(socket.SHUT_WR)  #c
        continue  #c
    answer = re.sub(ID, lambda m: b"".join(ids.get(m.groups(), m.groups())), answer)  #i
    with contextlib.suppress(ConnectionError):  #b
        socks[n - 1].sendall(answer)  #b
    socks[n - 1].sendall(answer)  #!b
    last = time.monotonic()  #t
if missed * 2 > stalls > 2:  #w
    sys.exit(print(f"not reproduced, {missed} of {stalls} calls did not wait"))  #w
if took > late + 0.15:  #y
    sys.exit(print("not reproduced, it waited", took, "s"))  #y
others = select.select([listener, *(socks[n - 1] for n in OPEN)], [], [], QUIET)[0]  #g
if others or client.poll() is not None:  #g
    sys.exit(print("not reproduced, the client went on"))  #g
client.kill()  #k
told = re.findall(rb'(?m)^ *{.*"call".*', client.communicate(timeout=WAIT)[0])[:len(CALLS)]  #o
if [{**json.loads(t), "ms": 0} for t in told] != [{**json.loads(c), "ms": 0} for c in CALLS]:  #o
    sys.exit(print("not reproduced, recorded was", CALLS))  #o
sys.exit("reproduced\n" + __doc__)
)PY";

std::string indented(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at) + 1;
    out += "    " + text.substr(at, end - at);
    at = end;
  }
  return out;
}

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
  const bool own = features.find_first_of("drku") == std::string_view::npos;
  return program_of(kServerBegin.substr(1), features) +
         program_of((own ? kServerOwn : kServerAll).substr(1), features) +
         program_of(kServerSaid.substr(1), features) + std::string(own ? "" : kServerJoins) +
         program_of(kServerEnd.substr(1), features);
}

std::string client_program(std::string_view features) {
  const std::string came = program_of(kClientCame.substr(1), features);
  const bool parts = features.find('p') != std::string_view::npos;
  return program_of(kClient.substr(1), features) +
         (parts ? "    if want:\n" + indented(came) : came) +
         program_of(kClientEnd.substr(1), features);
}

}  // namespace tailrace
