// SPDX-License-Identifier: Apache-2.0
#include "harness/wire/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>

#include "harness/wire/json_writer.h"

namespace tailrace {
namespace {

TEST(Json, TextReadsBackAsItself) {
  for (const char* text : {
           "null",
           "true",
           "false",
           "0",
           "-1",
           "9223372036854775807",
           "-9223372036854775808",
           "1.5",
           "43.97",
           "\"\"",
           "\"a\\\"b\\\\c\\n\"",
           "\"\\u0000\"",
           "[]",
           "{}",
           "[[],{}]",
           "{\"b\":1,\"a\":[1,\"two\",null]}",
           "\"\xF0\x9F\x9A\xA2\"",
           "[1,[2,[3]]]",
           "{\"\":{\"x\":[{},[]]}}",
       }) {
    const auto value = parse_json(text);
    ASSERT_TRUE(value) << text << ": " << value.error().what;
    EXPECT_EQ(to_text(*value), text);
    EXPECT_EQ(parse_json(to_pretty_text(*value)), *value) << text;
  }
}

TEST(Json, RefusesAndNamesThePlace) {
  struct Row {
    std::string text;
    const char* place;
  };
  for (const Row& row : std::vector<Row>{
           {"", "line 1, column 1:"},
           {"{", "line 1, column 2:"},
           {"{\n  \"a\": tru\n}", "line 2, column 11:"},
           {"[1,\n2,\n,]", "line 3, column 1:"},
           {"[1] x", "line 1, column 5:"},
           {"// no\n1", "line 1, column 1:"},
           {"\"\x01\"", "line 1, column 2:"},
           {"\"\xFF\"", "line 1, column "},
           {"\"\xC0\xAF\"", "line 1, column "},
           {"\"\xED\xA0\x80\"", "line 1, column "},
           {"\"\xE2\x82", "line 1, column "},
           {"\"\\uD800\"", "line 1, column "},
           {"1e999", "line 1, column "},
           {"NaN", "line 1, column "},
           {"'a'", "line 1, column "},
           {"{\"a\":1,}", "line 1, column "},
           {std::string("1\0", 2), "line 1, column 2: a NUL byte"},
           {std::string("{}\0{}", 5), "line 1, column 3: a NUL byte"},
       }) {
    const auto value = parse_json(row.text);
    ASSERT_FALSE(value) << row.text;
    EXPECT_TRUE(value.error().what.starts_with(row.place)) << row.text << value.error().what;
  }
}

TEST(Json, DepthIsBounded) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(parse_json(nested(64)));
  const auto refused = parse_json(nested(65));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("nested deeper than 64"), std::string::npos);
  EXPECT_FALSE(parse_json(std::string(2'000'000, '[')));
  EXPECT_TRUE(parse_json("1", {.max_depth = 0}));
  EXPECT_FALSE(parse_json("[]", {.max_depth = 0}));
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_FALSE(parse_json(objects));
}

TEST(Json, CommentsOnlyWhereAllowed) {
  const char* text = "// head\n{\"a\": /* one */ 1}";
  EXPECT_FALSE(parse_json(text));
  const auto value = parse_json(text, {.comments = true});
  ASSERT_TRUE(value);
  EXPECT_EQ((*value)["a"].as_int(), 1);
}

TEST(Json, KeepsMemberOrderAndRepeatedNames) {
  const auto value = parse_json("{\"b\":1,\"a\":2,\"b\":3}");
  ASSERT_TRUE(value);
  EXPECT_EQ(value->members().size(), 3u);
  EXPECT_EQ((*value)["b"].as_int(), 1);
  EXPECT_EQ(to_text(*value), "{\"b\":1,\"a\":2,\"b\":3}");
}

TEST(Json, NumbersKeepInt64ElseDouble) {
  EXPECT_TRUE(parse_json("9223372036854775807")->is_int());
  EXPECT_FALSE(parse_json("9223372036854775808")->is_int());
  EXPECT_TRUE(parse_json("18446744073709551615")->is_number());
  EXPECT_FALSE(parse_json("1.0")->is_int());
  EXPECT_EQ(parse_json("1.25e2")->as_double(), 125.0);
  EXPECT_EQ(parse_json("7")->as_double(), 7.0);
  EXPECT_EQ(to_text(Json(std::nan(""))), "null");
  EXPECT_EQ(to_text(Json(std::numeric_limits<double>::infinity())), "null");
}

TEST(Json, WritesInvalidUtf8AsReplacement) {
  Json value;
  value.set("k\xFF", "a\xC3(\xE2\x82");
  const std::string text = to_text(value);
  EXPECT_EQ(text, "{\"k\xEF\xBF\xBD\":\"a\xEF\xBF\xBD(\xEF\xBF\xBD\"}");
  EXPECT_TRUE(parse_json(text));
}

TEST(Json, AccessorsGiveTheDefaultForAnotherKind) {
  const Json text("x");
  EXPECT_EQ(text.as_int(7), 7);
  EXPECT_TRUE(text.as_bool(true));
  EXPECT_EQ(text.as_double(0.5), 0.5);
  EXPECT_TRUE(text.items().empty());
  EXPECT_TRUE(text.members().empty());
  EXPECT_EQ(text.find("a"), nullptr);
  EXPECT_TRUE(text["a"]["b"].is_null());
  EXPECT_EQ(Json(1).as_string(), "");
}

TEST(JsonWriter, WritesPieceByPieceWhatToPrettyTextWritesAtOnce) {
  const Json list(Json::Array{Json(1), Json(Json::Object{}), Json("\xff"), Json(Json::Array{})});
  Json head, whole;
  head.set("a", 1.5).set("b", "two");
  whole = head;
  whole.set("list", list);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), &std::fclose);
  ASSERT_NE(file, nullptr);
  {
    JsonWriter writer(file.get());
    writer.begin_object();
    writer.members(head);
    writer.name("list");
    writer.begin_array();
    for (const Json& item : list.items()) writer.value(item);
    writer.end_array();
    writer.end_object();
  }
  std::rewind(file.get());
  std::string text(1000, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  EXPECT_EQ(text, to_pretty_text(whole));
}

TEST(Json, SetReplacesOrAppendsAndPushAppends) {
  Json value;
  value.set("a", 1).set("b", true).set("a", "new");
  EXPECT_EQ(to_text(value), "{\"a\":\"new\",\"b\":true}");
  Json list;
  list.push(1).push(nullptr).push(std::uint32_t{4'000'000'000});
  EXPECT_EQ(to_text(list), "[1,null,4000000000]");
  EXPECT_EQ(to_pretty_text(value), "{\n  \"a\": \"new\",\n  \"b\": true\n}\n");
}

}  // namespace
}  // namespace tailrace
