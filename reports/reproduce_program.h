// SPDX-License-Identifier: Apache-2.0
// The text in Python of the program that plays the client. Lines that end with #q, #s and #p are
// for connections with quick ACKs, for sessions and for pauses. Constants, any thread.
#pragma once

#include <string_view>

namespace tailrace {

inline constexpr std::string_view kAgain = R"PY(
def again(times, by, on, steps):  # Round by round, ids and connections counted on
    for i in range(times):
        for verb, n, data, due in steps:
            head, cut, body = data.partition(b"\r\n\r\n")
            body = re.sub(rb'"id":(\d+)', lambda m: b'"id":%d' % (int(m[1]) + i * by), body)
            head = re.sub(rb"(?i)(content-length: )\d+", b"\\g<1>%d" % len(body), head)
            yield verb, n + i * on, head + cut + body, due
)PY";

inline constexpr std::string_view kProgram = R"PY(
url = urllib.parse.urlsplit(sys.argv[1])
at = (url.hostname, url.port or 80)
socks, live, agree = {}, [], 0

def watch(due, ends, patience, got):
    """What comes, without a pause after it: that would change how ACKs are sent."""
    began, count, last, gone = time.monotonic(), 0, 0.0, 0
    while (count < due or gone < ends) and (ready := select.select(
            list(socks.values()), [], [], patience if count < due else 0.08)[0]):
        for n in [n for n in socks if socks[n] in ready]:
            data = b""
            with contextlib.suppress(OSError):  # A reset ends it as well
                data = socks[n].recv(65536)
            count, last, gone = count + len(data), time.monotonic() - began, gone + (not data)
            got[n] = got.get(n, b"") + data
            socks[n].setsockopt(socket.IPPROTO_TCP, 12, n in QUICK) #q
            if not data:
                del socks[n]
    return count, last, gone

for step, (verb, n, data, (count, last, gone, said)) in enumerate(STEPS):
    if verb == "pause": #p
        time.sleep(float(data)) #p
        continue #p
    if verb != "close" and n not in socks:
        socks[n] = socket.create_connection(at)
        socks[n].setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if n in QUICK:  # TCP_QUICKACK #q
            socks[n].setsockopt(socket.IPPROTO_TCP, 12, 1) #q
    for old, new in zip(SESSIONS, live): #s
        data = data.replace(old, new) #s
    data = re.sub(rb"(?im)^host:[^\r]*", b"Host: %s:%d" % (at[0].encode(), at[1]), data, count=1)
    data = re.sub(rb"^([A-Z]+) /\S*", b"\\1 " + (url.path or "/").encode(), data)
    socks.pop(n, None) if verb == "close" else socks[n].sendall(data)
    got, own = {}, (re.findall(rb'"id":(\d+)', data) + [b"-"])[0]
    seen = watch(count, gone, max(1.0, 1.5 * last), got)
    if step == len(STEPS) - 1 and socks:  # What comes though nothing is due
        seen = tuple(a + b for a, b in zip(seen, watch(0, 1, 0.3, got)))
    if b'"initialize"' in data: #s
        heads = b"".join(got[i] for i in sorted(got)) #s
        live += re.findall(rb"(?i)mcp-session-id: *([^\r\n]+)", heads) #s
    words = [w or i for g in got.values() for w, i in re.findall(MARKS, g)]
    words = " ".join(sorted("own" if w == own else w.decode() for w in words))
    same = (abs(seen[0] - count) <= 4 and seen[2] == gone and words == said
            and abs(seen[1] - last) < 0.025)
    agree += same
    print(f"{verb} {n}: {seen[0]} bytes until +{seen[1] * 1000:.1f} ms, {seen[2]} ended: {words}; "
          + ("as recorded" if same else f"recorded {count}, +{last * 1000:.1f} ms, {gone}: {said}"))
due = sum(verb != "pause" for verb, *_ in STEPS)
print(f"{agree} of {due} steps came as recorded")
sys.exit(agree < due)
)PY";

}  // namespace tailrace
