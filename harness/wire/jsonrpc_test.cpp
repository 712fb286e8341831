// SPDX-License-Identifier: Apache-2.0
#include "harness/wire/jsonrpc.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(JsonRpc, ClassifiesValidMessages) {
  struct Row {
    const char* text;
    MessageKind kind;
    const char* id;  // "-" for none.
    const char* method;
  };
  for (const Row& row : std::vector<Row>{
           {R"({"jsonrpc":"2.0","id":1,"method":"ping"})", MessageKind::kRequest, "1", "ping"},
           {R"({"jsonrpc":"2.0","id":"1","method":"a","params":{}})", MessageKind::kRequest,
            "\"1\"", "a"},
           {R"({"jsonrpc":"2.0","id":1.0,"method":"a","params":[]})", MessageKind::kRequest, "1",
            "a"},
           {R"({"jsonrpc":"2.0","id":-0.0,"method":"a"})", MessageKind::kRequest, "0", "a"},
           {R"({"jsonrpc":"2.0","id":"","method":""})", MessageKind::kRequest, "\"\"", ""},
           {R"({"jsonrpc":"2.0","id":"\u0041","method":"a"})", MessageKind::kRequest, "\"A\"", "a"},
           {R"({"jsonrpc":"2.0","method":"n"})", MessageKind::kNotification, "-", "n"},
           {R"( {"x":1,"result":null,"id":9223372036854775807,"jsonrpc":"2.0"} )",
            MessageKind::kResult, "9223372036854775807", ""},
           {R"({"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"no"}})",
            MessageKind::kError, "2", ""},
           {R"({"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"","data":[]}})",
            MessageKind::kError, "null", ""},
           {R"({"jsonrpc":"2.0","error":{"code":1,"message":""}})", MessageKind::kError, "-", ""},
       }) {
    const RpcMessage message = classify_message(row.text);
    EXPECT_EQ(message.kind, row.kind) << row.text << message.why_invalid;
    EXPECT_EQ(message.id.value_or(RpcId{"-"}).text, row.id) << row.text;
    EXPECT_EQ(message.method, row.method) << row.text;
    EXPECT_EQ(message.why_invalid, "") << row.text;
    EXPECT_TRUE(message.body.is_object());
  }
}

TEST(JsonRpc, SaysWhyAMessageIsInvalid) {
  struct Row {
    const char* text;
    const char* why;
  };
  for (const Row& row : std::vector<Row>{
           {"", "no JSON: line 1, column 1: "},
           {"{", "no JSON: line 1, column 2: "},
           {"{} {}", "no JSON: line 1, column 4: "},
           {"1", "a message that is no object"},
           {"[]", "an empty batch"},
           {R"({"id":1,"method":"a"})", "no member 'jsonrpc'"},
           {R"({"jsonrpc":2.0,"id":1,"method":"a"})", "the member 'jsonrpc' is not \"2.0\""},
           {R"({"jsonrpc":"1.0","id":1,"method":"a"})", "the member 'jsonrpc' is not \"2.0\""},
           {R"({"jsonrpc":"2.0"})", "neither a method nor a result nor an error"},
           {R"({"jsonrpc":"2.0","id":1})", "neither a method nor a result nor an error"},
           {R"({"jsonrpc":"2.0","id":1.5,"method":"a"})", "the id is a fraction"},
           {R"({"jsonrpc":"2.0","id":true,"method":"a"})",
            "the id is neither a string nor a number"},
           {R"({"jsonrpc":"2.0","id":{},"result":{}})", "the id is neither a string nor a number"},
           {R"({"jsonrpc":"2.0","id":null,"method":"a"})", "the id of a request is null"},
           {R"({"jsonrpc":"2.0","id":1,"method":1})", "the method is no string"},
           {R"({"jsonrpc":"2.0","method":"a","params":1})",
            "params is neither an object nor an array"},
           {R"({"jsonrpc":"2.0","method":"a","params":null})",
            "params is neither an object nor an array"},
           {R"({"jsonrpc":"2.0","id":1,"method":"a","result":{}})",
            "both a method and a result or an error"},
           {R"({"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}})",
            "both a result and an error"},
           {R"({"jsonrpc":"2.0","result":{}})", "a result without an id"},
           {R"({"jsonrpc":"2.0","id":null,"result":{}})", "the id of a result is null"},
           {R"({"jsonrpc":"2.0","id":1,"error":"x"})", "the error is no object"},
           {R"({"jsonrpc":"2.0","id":1,"error":{"message":"x"}})", "the error code is no integer"},
           {R"({"jsonrpc":"2.0","id":1,"error":{"code":"1","message":"x"}})",
            "the error code is no integer"},
           {R"({"jsonrpc":"2.0","id":1,"error":{"code":1.5,"message":"x"}})",
            "the error code is no integer"},
           {R"({"jsonrpc":"2.0","id":1,"error":{"code":1e300,"message":"x"}})",
            "the error code is no integer"},
           {R"({"jsonrpc":"2.0","id":1,"error":{"code":1}})", "the error message is no string"},
           {R"({"jsonrpc":"2.0","id":1,"id":2,"result":{}})", "the member 'id' appears 2 times"},
       }) {
    const RpcMessage message = classify_message(row.text);
    EXPECT_EQ(message.kind, MessageKind::kInvalid) << row.text;
    EXPECT_TRUE(message.why_invalid.starts_with(row.why)) << row.text << message.why_invalid;
  }
}

TEST(JsonRpc, InvalidMessagesKeepWhatCouldBeRead) {
  const RpcMessage message = classify_message(R"({"jsonrpc":"1.0","id":7,"method":"tools/list"})");
  EXPECT_EQ(message.id, rpc_id(7));
  EXPECT_EQ(message.method, "tools/list");
}

TEST(JsonRpc, ReadsErrors) {
  const RpcMessage message =
      classify_message(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"late"}})");
  EXPECT_TRUE(message.is_response());
  EXPECT_EQ(message.error_code, -32000);
  EXPECT_EQ(message.error_message, "late");
}

TEST(JsonRpc, BatchesHoldTheirMessages) {
  const RpcMessage message = classify_message(
      R"([{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","method":"n"},[],3])");
  EXPECT_EQ(message.kind, MessageKind::kBatch);
  ASSERT_EQ(message.batch.size(), 4u);
  EXPECT_EQ(message.batch[0].kind, MessageKind::kResult);
  EXPECT_EQ(message.batch[1].kind, MessageKind::kNotification);
  EXPECT_EQ(message.batch[2].kind, MessageKind::kInvalid);
  EXPECT_EQ(message.batch[3].kind, MessageKind::kInvalid);
  EXPECT_FALSE(message.is_response());
}

TEST(JsonRpc, IdsAboveInt64AreStillIds) {
  const RpcMessage message =
      classify_message(R"({"jsonrpc":"2.0","id":9223372036854775808,"result":{}})");
  EXPECT_EQ(message.kind, MessageKind::kResult);
  ASSERT_TRUE(message.id);
  EXPECT_TRUE(message.id->text.starts_with("922337203685477")) << message.id->text;
}

TEST(JsonRpc, BigIdsStayTheSameWhenWrittenAndReadAgain) {
  for (const char* id : {"12345678901234567890", "9223372036854775809", "36893488147419103237",
                         "1797693134862315708145274237317043567980", "9.1e22"}) {
    const std::string text = std::string(R"({"jsonrpc":"2.0","method":"a","id":)") + id + "}";
    const RpcMessage message = classify_message(text);
    ASSERT_EQ(message.kind, MessageKind::kRequest) << id;
    EXPECT_EQ(classify_message(to_text(message.body)).id, message.id) << id;
  }
}

TEST(JsonRpc, DeepOrBrokenTextIsInvalidNotFatal) {
  const std::string deep = R"({"jsonrpc":"2.0","id":1,"result":)" + std::string(1'000'000, '[');
  EXPECT_EQ(classify_message(deep).kind, MessageKind::kInvalid);
  EXPECT_EQ(classify_message("{\"jsonrpc\":\"2.0\",\"method\":\"\xFF\"}").kind,
            MessageKind::kInvalid);
}

TEST(JsonRpc, ComposesWhatItClassifies) {
  Json params;
  params.set("name", "echo");
  EXPECT_EQ(compose_request(rpc_id(1), "tools/call", params),
            R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}})");
  EXPECT_EQ(compose_request(rpc_id("a\"b"), "ping"),
            R"({"jsonrpc":"2.0","id":"a\"b","method":"ping"})");
  EXPECT_EQ(compose_notification("notifications/initialized"),
            R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  EXPECT_EQ(compose_result(rpc_id(2), Json(Json::Object())),
            R"({"jsonrpc":"2.0","id":2,"result":{}})");
  EXPECT_EQ(compose_error(rpc_id(3), -32601, "no such method"),
            R"({"jsonrpc":"2.0","id":3,"error":{"code":-32601,"message":"no such method"}})");
  EXPECT_EQ(compose_error(RpcId{"null"}, 1, "x"),
            R"({"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"x"}})");
  EXPECT_EQ(compose_error(std::nullopt, 1, "x"),
            R"({"jsonrpc":"2.0","error":{"code":1,"message":"x"}})");
  const RpcMessage again = classify_message(compose_request(rpc_id("x"), "m", params));
  EXPECT_EQ(again.id, rpc_id("x"));
  EXPECT_EQ(again.body["params"], params);
}

// Of a few bytes each message is kept with a hundred times as many.
TEST(JsonRpc, ABatchOfMoreThanAnybodySendsIsNotReadInParts) {
  const auto batch_of = [](std::size_t many) {
    std::string text = "[1";
    for (std::size_t i = 1; i < many; ++i) text += ",1";
    return classify_message(text + "]");
  };
  EXPECT_EQ(batch_of(1000).batch.size(), 1000U);
  EXPECT_EQ(batch_of(1001).kind, MessageKind::kInvalid);
  EXPECT_TRUE(batch_of(1001).batch.empty());
}

}  // namespace
}  // namespace tailrace
