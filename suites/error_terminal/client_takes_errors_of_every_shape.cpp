// SPDX-License-Identifier: Apache-2.0
// Calls end by Errors of every shape that JSON-RPC 2.0 has: any integer is a code, `data` may be
// anything or missing, members come in any order. Each call returns an error, and asks for no more:
// who drops an Error finds its stream without a response, and resumes it.

#include <array>

#include "harness/judge/after_answers.h"
#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/judge/resume.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

struct Shape {
  std::string_view name, before, after;  // The id.
  bool is_json = false;                  // As the body, not on a stream.
};

constexpr std::string_view kBefore = R"({"jsonrpc":"2.0","id":)";
constexpr std::array<Shape, 8> kShapes = {{
    {"a positive code", kBefore, R"(,"error":{"code":404,"message":"no such row"}})"},
    {"the code -1", kBefore, R"(,"error":{"code":-1,"message":"failed"}})"},
    {"data that is an object", kBefore,
     R"(,"error":{"code":-32000,"message":"failed","data":{"why":["a",1,null],"again":false}}})"},
    {"data that is text", kBefore, R"(,"error":{"code":-32603,"message":"failed","data":"why"}})"},
    {"data that is null", kBefore, R"(,"error":{"code":-32603,"message":"failed","data":null}})"},
    {"an empty message", kBefore, R"(,"error":{"code":-32603,"message":""}})"},
    {"the id behind the error", R"({"error":{"message":"failed","code":-32603},"id":)",
     R"(,"jsonrpc":"2.0"})"},
    {"a positive code, as JSON", kBefore, R"(,"error":{"code":7,"message":"no such row"}})", true},
}};
constexpr int kCalls = kRoundsOfForms * static_cast<int>(kShapes.size());
constexpr Millis kRetry{100};  // Short, so that a resume shows soon.
constexpr Millis kLinger = kRetry + kResumePatience + Millis(500);
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.use_event_ids(true, kRetry);
  server.start_client(kCalls + 1, kLinger);
  server.answer_with_result(server.await_call());  // Who opens a session for each call shows it.
  for (int i = 0; i < kCalls; ++i) {
    const Shape& shape = kShapes[static_cast<std::size_t>(i) % kShapes.size()];
    const StreamId call = server.await_call();
    server.mark(kMarkVariant, std::string(shape.name));
    const std::string error =
        std::string(shape.before) + server.request_id(call) + std::string(shape.after);
    if (shape.is_json) {
      server.respond(call, 200, {{"Content-Type", "application/json"}}, error);
      continue;
    }
    server.send_head(call);
    server.send_message(call, error);
    server.send_end(call);
  }
  server.await_exit(kLinger + kLeaves);
}

}  // namespace

Scenario error_terminal_client_takes_errors_of_every_shape() {
  return Scenario{{
      .id = "error_terminal.client_takes_errors_of_every_shape",
      .question = "Does an Error of any shape end the call of a client?",
      .covers = {req::kResumeAfterDisconnect, req::kCancelsItsOwn},
      .drive = &drive,
      .checks = {call_returns_what_was_sent(Rule{}),
                 does_not_resume_after(Final::kError, req::kResumeAfterDisconnect),
                 answered_calls_are_not_cancelled(req::kCancelsItsOwn), session_outlives_errors()},
      .catches = {client_fault::kKnowsStandardCodes, client_fault::kResumesAfterError,
                  client_fault::kCancelsAnswered, client_fault::kReopensAfterErrors},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds},
  }};
}

}  // namespace tailrace::suites
