// SPDX-License-Identifier: Apache-2.0
#include "reports/markup.h"

#include <gtest/gtest.h>

#include "reports/wrap.h"

namespace tailrace {
namespace {

using std::string_literals::operator""s;

TEST(XmlText, HoldsOnlyWhatXmlCanHold) {
  const std::pair<std::string, std::string> cases[] = {
      {"", ""},
      {"plain, \xC3\xA9, \xF0\x9F\x98\x80", "plain, \xC3\xA9, \xF0\x9F\x98\x80"},
      {"<a b=\"c\" d='e'>&amp;", "&lt;a b=&quot;c&quot; d=&apos;e&apos;&gt;&amp;amp;"},
      {"]]>", "]]&gt;"},
      {"a\tb\r\nc", "a&#9;b&#13;&#10;c"},
      {"\0\x01\x1b\x1f"s, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"\xEF\xBF\xBE\xEF\xBF\xBF", "\xEF\xBF\xBD\xEF\xBF\xBD"},  // U+FFFE, U+FFFF
      {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},  // A surrogate
      {"a\xFF", "a\xEF\xBF\xBD"},
      {"a\xC3", "a\xEF\xBF\xBD"},
  };
  for (const auto& [text, wanted] : cases) EXPECT_EQ(xml_text(text), wanted);
}

TEST(XmlLines, KeepsOnlyTheLineBreaks) {
  EXPECT_EQ(xml_lines("a<\n\tb\n"), "a&lt;\n&#9;b\n");
  EXPECT_EQ(xml_lines(""), "");
}

TEST(MarkdownText, IsNeverMarkup) {
  const std::pair<const char*, const char*> cases[] = {
      {"plain (text), 1.5 - 2 + 3 = 4", "plain (text), 1.5 - 2 + 3 = 4"},
      {"a|b `c` *d* _e_ ~f~", "a\\|b \\`c\\` \\*d\\* \\_e\\_ \\~f\\~"},
      {"[a](b) ![c](d)", "\\[a\\](b) \\!\\[c\\](d)"},
      {"<b>&lt;", "&lt;b&gt;&amp;lt;"},
      {"@all #12", "@&#8203;all #&#8203;12"},
      {"https://a.b www.c.d", "https&#58;//a.b www&#46;c.d"},
      {"two\nlines\x1b[1m", "two\\\\nlines\\\\x1B\\[1m"},
  };
  for (const auto& [text, wanted] : cases) EXPECT_EQ(markdown_text(text, 100), wanted);
  EXPECT_EQ(markdown_text("abcdef", 3), "abc… (3 bytes more)");
}

TEST(MarkdownHtml, IsNeverMarkup) {
  EXPECT_EQ(markdown_html("a_b*<c>&@d#1\n\xC3\xA9", 100),
            "a_b*&lt;c&gt;&amp;@&#8203;d#&#8203;1\\n\xC3\xA9");
}

TEST(MarkdownBlock, CannotBeLeft) {
  EXPECT_EQ(markdown_block("a\n"), "```text\na\n```\n");
  EXPECT_EQ(markdown_block("a```\n````\n"), "`````text\na```\n````\n`````\n");
}

TEST(Wrapped, BreaksAtSpacesOnly) {
  EXPECT_EQ(wrapped("one two three", 0, 8), "one two\nthree");
  EXPECT_EQ(wrapped("one two three", 2, 9), "one two\n  three");
  EXPECT_EQ(wrapped("one two three", 2, 0), "one two three");
  EXPECT_EQ(wrapped("abcdefghij k", 2, 6), "abcdefghij\n  k");
  EXPECT_EQ(wrapped("", 2, 6), "");
  EXPECT_EQ(wrapped("  a  b ", 0, 100), "  a  b ");
  EXPECT_EQ(wrapped("\xC3\xA9\xC3\xA9 \xC3\xA9\xC3\xA9", 0, 5),
            "\xC3\xA9\xC3\xA9 \xC3\xA9\xC3\xA9");
}

}  // namespace
}  // namespace tailrace
