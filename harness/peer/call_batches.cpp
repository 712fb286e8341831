// SPDX-License-Identifier: Apache-2.0
#include "harness/peer/call_batches.h"

#include "harness/judge/service.h"
#include "harness/peer/rest.h"

namespace tailrace {
namespace {

constexpr int kBatches = 6;      // The first is the warm-up.
constexpr int kBatchesLeft = 5;  // Of calls that we leave, and that take longer.
constexpr int kCalls = 8;        // Per batch
constexpr Millis kNoticed{400};  // What a server may take to notice that we left.
constexpr Millis kUnderWay{50};
constexpr Millis kCleanUp{300};
constexpr Millis kLongest{3000};
constexpr Millis kReplay{1000};
constexpr const char* kManyResumes = "many resumes";

void begin(ClientDriver& client) {
  if (!client.can_sample()) client.decline(std::string(kUnwatched));
  client.open_session();
}

void sample(ClientDriver& client, int batch, Millis longest) {
  client.sample_once_back(std::string(kBatchLabel) + std::to_string(batch), longest);
}

// The same mixture in each batch: what is left may be that of one kind of call.
StreamId ask(ClientDriver& client, int call) {
  const AllowedTools& tools = client.tools();
  const PostOptions fresh{.fresh = true};
  if (call == 1 && tools.chatty) return client.ask_tool(&AllowedTools::chatty, fresh);
  if (call == 2 && tools.failing) return client.ask_tool(&AllowedTools::failing, fresh);
  if (call == 3 && tools.refused) return client.ask_tool(&AllowedTools::refused, fresh);
  if (call == 4) return client.ask_for_error(0, fresh);
  // A round that is left where it asks for input; with sessions, it would wait for that.
  const bool asks = call == 5 && client.is_stateless() && tools.asking;
  if (asks) return client.ask_tool(&AllowedTools::asking, fresh);
  return client.ask_for_result(fresh);
}

// How long the slow tool takes, also where its client has left.
Millis begin_slowly(ClientDriver& client) {
  begin(client);
  const Millis done = time_until_done(client, kCleanUp, kLongest);
  client.mark(kCallsPerBatch, std::to_string(kCalls));
  return done - kCleanUp;
}

}  // namespace

Millis time_until_done(ClientDriver& client, Millis clean_up, Millis longest) {
  const StreamId whole = client.ask_tool(&AllowedTools::slow);
  client.await_answer(whole);
  const Millis done = client.time_of(whole) + clean_up;
  if (done > stretched(longest)) client.decline("the slow tool is too slow for this question");
  return done;
}

void call_in_batches(ClientDriver& client) {
  begin(client);
  client.mark(kCallsPerBatch, std::to_string(kCalls));
  for (int batch = 0; batch < kBatches; ++batch) {
    for (int call = 0; call < kCalls; ++call) {
      client.await_answer(ask(client, call));
      client.close_all();
    }
    sample(client, batch, kNoticed);
  }
  sample_at_rest(client);
}

void leave_calls_in_batches(ClientDriver& client) {
  const Millis done = begin_slowly(client);
  for (int batch = 0; batch < kBatchesLeft; ++batch) {
    for (int call = 0; call < kCalls; ++call) {
      const StreamId stream = client.ask_tool(&AllowedTools::slow, {.fresh = true});
      client.watch_head(stream, kUnderWay);
      if (call % 2 == 0) {
        client.reset(client.connection_of(stream));
      } else {
        client.close(client.connection_of(stream));
      }
    }
    client.stay_connected(done);
    sample(client, batch, kCleanUp);
  }
  sample_at_rest(client);
}

void cancel_calls_in_batches(ClientDriver& client) {
  const Millis done = begin_slowly(client);
  for (int batch = 0; batch < kBatchesLeft; ++batch) {
    for (int call = 0; call < kCalls; ++call) {
      const StreamId stream = client.ask_tool(&AllowedTools::slow, {.fresh = true});
      client.watch_head(stream, kUnderWay);
      if (!client.is_accepted(client.cancel(stream))) client.decline("the server takes no cancel");
    }
    client.watch_ends(kCleanUp);
    client.close_all();
    client.stay_connected(done);
    sample(client, batch, kCleanUp);
  }
  sample_at_rest(client);
}

void resume_in_batches(ClientDriver& client) {
  begin(client);
  client.mark(kBatchUnit, "resume");
  client.mark(kCallsPerBatch, std::to_string(kCalls));
  for (int batch = 0; batch < kBatches; ++batch) {
    for (int call = 0; call < kCalls; ++call) {
      const StreamId stream = client.ask_for_result();
      client.watch_answer(stream, kWatchServed);
      if (!client.is_answered(stream)) return client.ask_afterwards(kManyResumes);
      client.await_event_id(stream);
      const StreamId rest = client.get({.last_event_id = client.first_event_id(stream)});
      const bool over = client.watch_end(rest, kReplay);
      if (!client.is_accepted(rest)) client.decline("a stream that is over cannot be resumed");
      if (!over) client.decline("a resumed stream does not end, which is another question");
    }
    client.close_all();
    sample(client, batch, kCleanUp);
  }
  sample_at_rest(client);
  client.ask_afterwards(kManyResumes);
}

}  // namespace tailrace
