// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/harms.h"

namespace tailrace {
namespace {

// The numbers are those of harness/judge.
constexpr Harm kHarms[] = {
    {"harm.answer_invented",
     "A client told its caller of a result where the server had sent none: the call was refused, "
     "cut off or left unanswered. One is enough: who called goes on with what nobody said."},
    {"harm.answer_lost",
     "A request was accepted, and its answer never reached the caller: it was not sent, was lost "
     "with its connection or stream, or was dropped by the client that had read it. One is "
     "enough, as soon as what was sent proves that it had to come."},
    {"harm.answer_to_wrong_caller",
     "A call got what belongs to another one, of the same session or of another's. One is enough: "
     "data of one user may have been shown to another."},
    {"harm.body_taken_for_request",
     "After a body was refused, bytes that were left of it were read as the next request. One is "
     "enough: whoever writes the body writes requests."},
    {"harm.call_hangs",
     "A call never came back, or later than three times the limit that the client itself gave it. "
     "One that ends by its own limit is a warning, or nothing."},
    {"harm.call_never_made",
     "A call that the client was told to make was not sent for three times its own limit, since "
     "something else that it waits for held it up."},
    {"harm.children_grow",
     "Child processes are left behind by calls or sessions. Judged after a warm-up, over batches: "
     "harm where the 95 % interval of the growth of each lies above zero."},
    {"harm.descriptors_grow",
     "Descriptors are left behind by calls or sessions, until the process has none left. Judged "
     "after a warm-up, over batches: harm where the 95 % interval of the growth of each lies above "
     "zero. Files, pipes and what else is no socket are told apart."},
    {"harm.foreign_answer",
     "A call took an answer that is of a call before it, which had been given up. One is enough."},
    {"harm.open_streams",
     "Three response streams of a run, or more, were still open five seconds after their final "
     "message, whatever became of others; an answer to DELETE without an end is one, too. Each "
     "holds a socket and what is behind it; the specification says SHOULD, so that one or two are "
     "a warning."},
    {"harm.process_ended",
     "The process of the implementation ended by itself while it was asked something: a crash, or "
     "an exit that nobody asked for. What it printed is in output.txt of the run's folder."},
    {"harm.request_refused",
     "A valid request was refused after something that the server has to survive, as a client that "
     "left. One is enough, where it had been served before."},
    {"harm.resume_storm",
     "More than ten resumes or GETs in ten seconds that bring nothing, without any back-off. A "
     "server that is down gets no rest, and neither does a battery."},
    {"harm.retry_storm",
     "More than ten requests of the same kind in ten seconds, each as soon as the one before has "
     "ended, without any back-off."},
    {"harm.session_lost",
     "A session was no longer known after an Error that was about one request of it: what others "
     "did in that session is lost too."},
    {"harm.sockets_grow",
     "Sockets are left behind by calls or sessions: connections that nobody uses again and nobody "
     "closes. Of a process judged after a warm-up: harm where the 95 % interval of the growth of "
     "each lies above zero; of a client, where at least a quarter of its calls leave one. Of "
     "listening streams: where three that we closed are held for longer than a server takes to "
     "notice. Only sockets whose other end is ours are counted."},
    {"harm.stalls",
     "Calls wait some 40 ms for a delayed acknowledgement, since a message is written in small "
     "parts with Nagle's algorithm on. Three proven ones in 20 calls on one connection are harm, "
     "fewer are a note. The proof is in the packets, in the same calls with prompt "
     "acknowledgements, or in the kernel's queue; that time passed is none. Who delays the "
     "acknowledgement is not at fault. docs/stall.md tells the whole."},
    {"harm.threads_grow",
     "Threads are left behind by calls of a server, or by sessions of a client. Judged after a "
     "warm-up, over batches, as descriptors are; of a server more than any pool keeps."},
    {"harm.unknown_session_served",
     "A request with a session id that nobody gave out was answered with a Result. One is enough: "
     "an id that is guessed or stale opens what is behind it."},
};

}  // namespace

std::span<const Harm> harms() {
  return kHarms;
}

}  // namespace tailrace
