// SPDX-License-Identifier: Apache-2.0
#include "harness/wire/escape.h"

#include <gtest/gtest.h>

#include "harness/wire/json.h"
#include "harness/wire/utf8.h"

namespace tailrace {
namespace {

using namespace std::literals;

TEST(Escape, EveryByteSurvivesAJsonString) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  const std::string text = as_latin1_json_text(bytes);
  EXPECT_EQ(text.size(), 128u + 2 * 128u);
  const auto stored = parse_json(to_text(text));
  ASSERT_TRUE(stored);
  EXPECT_EQ(from_latin1(stored->as_string()), bytes);
  EXPECT_EQ(as_latin1_json_text("data: \xE9"), "data: \xC3\xA9");
}

TEST(Escape, RefusesWhatIsNotItsOwn) {
  EXPECT_FALSE(from_latin1("\xC3"));
  EXPECT_FALSE(from_latin1("\xFF"));
  EXPECT_FALSE(from_latin1("a\xC4\x80"));  // U+0100
  EXPECT_FALSE(from_latin1("\xF0\x9F\x9A\xA2"));
  EXPECT_EQ(from_latin1(""), "");
}

TEST(Escape, WordsForAShellAreOneLine) {
  EXPECT_EQ(shell_quoted("--port={port}"), "--port={port}");
  EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_quoted("a\\b c"), "'a\\b c'");
  EXPECT_EQ(shell_quoted("# a\nit's \x1B[31m\\"), "$'# a\\nit\\'s \\x1B[31m\\\\'");
  EXPECT_EQ(shell_quoted("caf\xE9"), "$'caf\\xE9'");
}

TEST(Escape, ExcerptIsOneSafeLine) {
  struct Row {
    std::string bytes;
    std::size_t limit;
    const char* line;
  };
  for (const Row& row : std::vector<Row>{
           {"", 10, ""},
           {"data: a\r\n\t\0\x1B\x7F"s, 99, "data: a\\r\\n\\t\\x00\\x1B\\x7F"},
           {"h\xC3\xA9 \xFF\xC3", 99, "h\xC3\xA9 \\xFF\\xC3"},
           {"\xC2\x9B"
            "1m\xE2\x80\xA8\xE2\x80\xAE\xE2\x81\xA6",
            99, "\\xC2\\x9B1m\\xE2\\x80\\xA8\\xE2\\x80\\xAE\\xE2\\x81\\xA6"},
           {"\xE2\x81\xA9\xE2\x81\xAA\xE2\x80\xA7\xC2\x9F\xC2\xA0\xC3\x80", 99,
            "\\xE2\\x81\\xA9\xE2\x81\xAA\xE2\x80\xA7\\xC2\\x9F\xC2\xA0\xC3\x80"},
           {"\xE2\x80\xA6", 99, "\xE2\x80\xA6"},
           {"abcdef", 6, "abcdef"},
           {"\xE0\xA0\x80 \xF0\x9F\x9A\xA2", 99, "\xE0\xA0\x80 \xF0\x9F\x9A\xA2"},
           {"abcdefg", 6, "abcdef… (1 bytes more)"},
           {"ab\xC3\xA9"
            "d",
            3, "ab… (3 bytes more)"},
           {"abc", 0, "… (3 bytes more)"},
           {"{\"a\":\"\\n\"}", 99, "{\"a\":\"\\n\"}"},
       }) {
    EXPECT_EQ(excerpt(row.bytes, row.limit), row.line);
  }
}

TEST(Utf8, NothingBeyondTheBytesIsLookedAt) {
  const std::string_view cut = std::string_view("\xC3\xA9").substr(0, 1);
  EXPECT_EQ(utf8_step(cut, 0), (Utf8Step{false, 1}));
  EXPECT_EQ(repaired_utf8(cut), "\xEF\xBF\xBD");
  EXPECT_EQ(repaired_utf8("\xDF\xBF"), "\xDF\xBF");
  EXPECT_EQ(repaired_utf8("ab"), "ab");
}

TEST(Utf8, StepsOverWholeCharactersAndTheLongestBadPart) {
  struct Row {
    const char* bytes;
    Utf8Step step;
  };
  for (const Row& row : std::vector<Row>{
           {"a", {true, 1}},
           {"\xC3\xA9", {true, 2}},
           {"\xE2\x82\xAC", {true, 3}},
           {"\xF0\x9F\x9A\xA2", {true, 4}},
           {"\x80", {false, 1}},
           {"\xC0\xAF", {false, 1}},
           {"\xC3(", {false, 1}},
           {"\xE0\x80\x80", {false, 1}},
           {"\xED\xA0\x80", {false, 1}},
           {"\xE2\x82", {false, 2}},
           {"\xE2\x82(", {false, 2}},
           {"\xF0\x9F\x9A", {false, 3}},
           {"\xF4\x90\x80\x80", {false, 1}},
           {"\xF8\x88\x80\x80", {false, 1}},
           {"\xF4\x8F\xBF\xBF", {true, 4}},
           {"\xED\x9F\xBF", {true, 3}},
       }) {
    EXPECT_EQ(utf8_step(row.bytes, 0), row.step) << excerpt(row.bytes, 99);
    EXPECT_EQ(is_valid_utf8(row.bytes), row.step.valid) << excerpt(row.bytes, 99);
    EXPECT_TRUE(is_valid_utf8(repaired_utf8(row.bytes)));
  }
}

}  // namespace
}  // namespace tailrace
