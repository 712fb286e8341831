// SPDX-License-Identifier: Apache-2.0
#include "harness/wire/http_rules.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

HttpHead with_type(const char* value) {
  HttpHead head;
  head.headers = {{"Content-Type", value}};
  return head;
}

TEST(HttpRules, MediaTypeIsTheLowerCaseEssence) {
  EXPECT_EQ(media_type(HttpHead()), "");
  EXPECT_EQ(media_type(with_type("Text/Event-Stream ; charset=UTF-8")), "text/event-stream");
  EXPECT_TRUE(is_event_stream(with_type("text/event-stream;charset=utf-8")));
  EXPECT_FALSE(is_event_stream(with_type("text/event-streams")));
  EXPECT_TRUE(is_json(with_type("application/JSON")));
  EXPECT_FALSE(is_json(with_type("application/json-rpc")));
  EXPECT_FALSE(is_json(with_type("text/plain; x=application/json")));
}

TEST(HttpRules, AConnectionIsReusableWhenBothSidesKeepItAndTheBodyEnds) {
  HttpHead request;
  request.method = "POST";
  HttpHead response;
  response.status = 200;
  response.framing = HttpFraming::kChunked;
  EXPECT_TRUE(connection_is_reusable(request, response));
  HttpHead closing = response;
  closing.headers = {{"connection", "close"}};
  EXPECT_FALSE(connection_is_reusable(request, closing));
  HttpHead closing_request = request;
  closing_request.headers = {{"connection", "close"}};
  EXPECT_FALSE(connection_is_reusable(closing_request, response));
  HttpHead endless = response;
  endless.framing = HttpFraming::kUntilClose;
  EXPECT_FALSE(connection_is_reusable(request, endless));
  HttpHead interim = response;
  interim.status = 100;
  EXPECT_FALSE(connection_is_reusable(request, interim));
  request.method = "CONNECT";
  EXPECT_FALSE(connection_is_reusable(request, response));
}

}  // namespace
}  // namespace tailrace
