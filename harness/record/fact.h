// SPDX-License-Identifier: Apache-2.0
// Facts: what the taps, the processes and the script did, raw and in order. Nothing here is
// interpreted; HTTP, SSE and JSON-RPC are derived when judging (timeline.h). Values, any thread.
// One fact is one line of `history.jsonl`.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "harness/base/endpoint.h"
#include "harness/base/ids.h"
#include "harness/base/result.h"
#include "harness/base/time.h"
#include "harness/wire/json.h"

namespace tailrace {

// Why a direction of a connection ended, as seen at our socket.
enum class Ending : std::uint8_t { kFin, kReset, kError };

struct ConnectionOpened {
  ConnectionId connection;
  Endpoint local, remote;
  Side we_are = Side::kClient;
  bool no_delay = true;    // TCP_NODELAY on our socket.
  bool quick_ack = false;  // TCP_QUICKACK set again around each read.
  bool tls = false;        // The tap is above TLS: bytes are plain text.
};
struct ConnectFailed {
  std::string target;
  std::string why;
};
struct BytesRead {
  ConnectionId connection;
  std::string bytes;  // Secrets already replaced (redaction.h).
};
struct BytesWritten {
  ConnectionId connection;
  std::string bytes;  // As far as the kernel took them; secrets already replaced.
};
struct TapTruncated {  // From here on the bytes of this direction are counted, not kept.
  ConnectionId connection;
  bool read = true;
};
struct PeerEnded {
  ConnectionId connection;
  Ending how = Ending::kFin;
};
struct WeEnded {
  ConnectionId connection;
  Ending how = Ending::kFin;
  bool half = false;  // Only our sending direction.
};
struct DeadlinePassed {
  std::string name;
  std::string waited_for;
  Millis limit{0};
};
// An observation window of the script ended. Far over its length: our own timer overslept.
struct WindowEnded {
  std::string name;
  Millis length{0};
  Nanos took{0};
};
struct Marked {  // The script names a point or a choice, for the checks.
  std::string name;
  std::string value;
};
// The implementation made another legal choice, so the script could not ask its question.
struct Declined {
  std::string why;
};
struct SocketFigure {
  Endpoint local, remote;
  std::string state;  // As in /proc/net/tcp: "ESTABLISHED", "CLOSE_WAIT", ...
};
// How a program gives memory back. Lazy: when its heap has grown as far as it likes to. Eager: it
// counts references, or collects before the heap has doubled. None: where it was told to.
enum class Collector : std::uint8_t { kLazy, kEager, kNone };
struct ProcessSampled {  // The whole process tree of the implementation.
  std::string label;
  std::int64_t descriptors = 0, files = 0, pipes = 0, anonymous = 0, children = 0;
  std::int64_t threads = 0;  // 0 in old records.
  std::int64_t resident_bytes = 0;
  Collector collector = Collector::kLazy;  // The laziest of its programs.
  std::vector<SocketFigure> sockets;
};
// Texts of ours that stood in the memory of the implementation's processes: of each kind how many
// of those that were sent.
struct MemorySearched {
  struct Kind {
    std::string name;
    std::int64_t found = 0;
    bool operator==(const Kind&) const = default;
  };
  std::int64_t bytes = 0;  // Looked through.
  std::vector<Kind> kinds;
  std::string why_not;  // Where it could not be read.
};
struct ProcessLine {  // One line of the implementation's standard output.
  std::string text;
};
struct ProcessEnded {
  int exit_code = -1;  // -1: ended by `signal`.
  int signal = 0;
  bool asked = false;  // We had asked it to stop.
  std::string printed = "";  // Its last words, masked; none where it was asked.
};
// The same of a process that had said that it was through with the scenario, and should have taken
// others.
struct ProcessEndedLate {
  ProcessEnded how;
};
// TCP_NODELAY set from outside on the server's socket of this connection, or why it was not: what
// comes on it from here on is the cure in place.
struct CureTried {
  ConnectionId connection;
  bool done = false;
  bool was_set = false;  // The server had set it itself.
  std::string why_not;
};
// What the server's kernel had not sent while we waited for one answer (INET_DIAG).
struct QueueWatched {
  ConnectionId connection;
  std::int64_t looks = 0;
  std::int64_t held = 0;   // Of them: data unsent behind one unacknowledged segment.
  std::int64_t loose = 0;  // Of them: data unsent with nothing unacknowledged, so no Nagle.
  std::int64_t most_unsent = 0;  // Bytes
};
struct HarnessTrouble {  // Trouble of the environment or of ours that spoiled the scenario.
  std::string what;
};

using Event = std::variant<ConnectionOpened, ConnectFailed, BytesRead, BytesWritten, TapTruncated,
                           PeerEnded, WeEnded, DeadlinePassed, WindowEnded, Marked, Declined,
                           ProcessSampled, MemorySearched, ProcessLine, ProcessEnded,
                           ProcessEndedLate, CureTried, QueueWatched, HarnessTrouble>;

// The latest time of a record that somebody may have written by hand (73 years): sums and
// differences of two fit.
inline constexpr Nanos kLatestTime{std::int64_t{1} << 61};

struct Fact {
  std::uint64_t sequence = 0;  // From 1, without holes.
  MonoTime at;
  Event event;
};

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};

std::string_view name_of(Ending ending);
Json to_json(const Fact& fact);
// Error: names the member that is missing or wrong. Facts come from files, so nothing is trusted.
Result<Fact> fact_from(const Json& json);

}  // namespace tailrace
