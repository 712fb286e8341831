// SPDX-License-Identifier: Apache-2.0
// Checks of what calls leave behind in the implementation's processes: sockets whose peer was us,
// descriptors, children and memory, by slope over batches after a warm-up (fairness.md, section 2,
// routing). Pure.
#pragma once

#include "harness/judge/check.h"
#include "harness/judge/growth.h"

namespace tailrace {

// The script samples the process tree with the labels "batch 0", "batch 1", ... after equal
// batches of calls, and marks "calls_per_batch". Batch 0 is the end of the warm-up.
inline constexpr std::string_view kBatchLabel = "batch ";
inline constexpr std::string_view kCallsPerBatch = "calls_per_batch";
// Samples that follow the batches, when nothing is asked any more.
inline constexpr std::string_view kAtRest = "at rest";
// Of how many it would have been on a machine, and of an implementation, that has time for them.
inline constexpr std::string_view kWholeBatch = "whole_batch";
// "session" where a batch of a server is of those.
inline constexpr std::string_view kBatchUnit = "batch_unit";
// What grows in this history is no store of events: none is replayed, or none is made.
inline constexpr std::string_view kNothingToReplay = "nothing_to_replay";
// Why such a question is declined where there is nothing to sample.
inline constexpr std::string_view kUnwatched =
    "the processes of the server cannot be seen: start it with -- COMMAND to have them watched";
inline constexpr std::string_view kUnserved =
    "this question needs many sessions in one process of the client, and the manifest does not say "
    "that it takes them (\"serves\", fixtures/sut/README.md)";
inline constexpr std::size_t kFewestBatches = 4;  // Points a slope with an interval needs.

Check sockets_do_not_grow(Rule rule);
Check descriptors_do_not_grow(Rule rule);
Check children_do_not_grow(Rule rule);
// Resident memory. A collector lets it grow until it likes to run, so one slope says nothing: the
// script adds batches until the last ones are flat (held), or until growth is steady and has passed
// what a heap may take before its first collection; neither is inconclusive. A should.
Check memory_does_not_grow();
// What many sessions leave behind in one process of a client: batches of them until the last ones
// are flat. Descriptors may be a collector's to close (measured: a JVM holds 450 more before it
// does), so growth convicts only when memory has settled, and what was given back once does not.
Check sockets_settle(Rule rule);
Check descriptors_settle(Rule rule);
Check children_settle(Rule rule);
Check threads_settle(Rule rule);
// Of a client: idle connections to us, which the script ends after each batch.
Check closed_sessions_leave_no_connections();

Growth threads_of(const Timeline& timeline);  // After each batch, as sampled.
// What a finding shows of such a series; `noun` is what was counted.
std::vector<EvidenceLine> ladder_of(const Timeline& timeline, const Growth& growth,
                                    std::string_view noun);

Trend memory_trend(const Timeline& timeline);     // Of the samples so far.
Trend counts_trend(const Timeline& timeline);     // Of sockets, descriptors and children.
// Whether after these few batches one of those is a leak, as far as it was looked at.
bool counts_grow(const Timeline& timeline);
Trend resources_trend(const Timeline& timeline);  // Of these, threads and memory.

// Of memory, in KiB. Measured: Go's heap swings by 500 from batch to batch, V8 stands still for 5
// to 9 batches of 200 calls or falls by 15000. A JVM takes 50000 at 24 a call, V8 100000, before
// either gives back; neither was seen to grow evenly beyond that.
inline constexpr Bounds kMemory{.noise = 2048,
                                .reserve = 192 * 1024,
                                .straight_reserve = 112 * 1024,
                                .least_creep = 64};
// Instead of its noise, where a batch allocates much for few things: the script marks it. Measured:
// V8 adds 1500 a batch of 20 aborted calls until it stands, 3000 a batch of 50 sessions.
inline constexpr std::string_view kMemoryNoise = "memory_noise_kib";
// Where no event can be kept to be replayed, of a collector that runs early (a heap of Go doubles
// at most, cycles of CPython come to a quarter of it), and of a program without any.
inline constexpr double kEagerReserve = 32 * 1024, kEagerStraightReserve = 16 * 1024;
inline constexpr double kNativeReserve = 2048;
// After fewer calls than a fourth of what so many whole batches have, straight growth may be a heap
// that fills for the first time: measured, 12 batches of 4 calls of a healthy program.
inline constexpr double kFewestOfWhole = kStraightBatches / 4.0;
// Of sockets, descriptors and children: flat, and what need not be a leak.
inline constexpr double kFlatCount = 1, kFewKept = 32;
// Of these after few batches: one or two more may be on their way out on a busy machine (measured,
// sockets of a healthy server: 0, 0, 0, 0, 1, 1), and a leak leaves some in each batch.
inline constexpr double kLeastKept = 3;

}  // namespace tailrace
