// SPDX-License-Identifier: Apache-2.0
#include "harness/wire/base_url.h"

#include <gtest/gtest.h>

#include <vector>

namespace tailrace {
namespace {

TEST(Url, ReadsAndWritesBack) {
  struct Row {
    const char* text;
    Url url;
    const char* authority;
    const char* written;
  };
  for (const Row& row : std::vector<Row>{
           {"http://127.0.0.1:3000/mcp",
            {false, "127.0.0.1", 3000, "/mcp"},
            "127.0.0.1:3000",
            "http://127.0.0.1:3000/mcp"},
           {"HTTPS://Example.COM",
            {true, "example.com", 443, "/"},
            "example.com",
            "https://example.com/"},
           {"https://h:80/", {true, "h", 80, "/"}, "h:80", "https://h:80/"},
           {"http://h:80/A%20b?c=d&e=/@:",
            {false, "h", 80, "/A%20b?c=d&e=/@:"},
            "h",
            "http://h/A%20b?c=d&e=/@:"},
           {"http://h09?x=1", {false, "h09", 80, "/?x=1"}, "h09", "http://h09/?x=1"},
           {"http://h:/x", {false, "h", 80, "/x"}, "h", "http://h/x"},
           {"http://[::1]:8080/mcp",
            {false, "::1", 8080, "/mcp"},
            "[::1]:8080",
            "http://[::1]:8080/mcp"},
           {"https://[2001:DB8::1]",
            {true, "2001:db8::1", 443, "/"},
            "[2001:db8::1]",
            "https://[2001:db8::1]/"},
           {"http://h:65535/a:b//c",
            {false, "h", 65535, "/a:b//c"},
            "h:65535",
            "http://h:65535/a:b//c"},
       }) {
    const auto url = parse_url(row.text);
    ASSERT_TRUE(url) << url.error().what;
    EXPECT_EQ(*url, row.url) << row.text;
    EXPECT_EQ(url->authority(), row.authority);
    EXPECT_EQ(url->text(), row.written);
    EXPECT_EQ(parse_url(url->text()), *url);
  }
}

TEST(Url, RefusesWithAReason) {
  struct Row {
    std::string text;
    const char* why;
  };
  for (const Row& row : std::vector<Row>{
           {"", "neither http:// nor https://"},
           {"localhost:3000", "neither http:// nor https://"},
           {"ftp://h/", "neither http:// nor https://"},
           {"http:/h/", "neither http:// nor https://"},
           {"://h/", "neither http:// nor https://"},
           {"http://", "no host"},
           {"http:///mcp", "no host"},
           {"http://:80/", "no host"},
           {"http://a b/", "character not allowed"},
           {"http://a%20/", "character not allowed"},
           {"http://h\xC3\xB6st/", "character not allowed"},
           {"http://h:0/", "no number from 1 to 65535"},
           {"http://h:65536/", "no number from 1 to 65535"},
           {"http://h:8x/", "no number from 1 to 65535"},
           {"http://h:-1/", "no number from 1 to 65535"},
           {"http://[::1/", "no closing bracket"},
           {"http://[::1%25eth0]/", "no IPv6 address"},
           {"http://[1.2.3.4]/", "no IPv6 address"},
           {"http://[]/", "no IPv6 address"},
           {"http://[::1]x:1/", "between host and port"},
           {"http://h/#a", "fragment"},
           {"http://h#a", "fragment"},
           {"http://h/a b", "needs an escape"},
           {"http://h/\r\nX: y", "needs an escape"},
           {"http://h/" + std::string(1, '\0'), "needs an escape"},
           {"http://h/\xC3\xA9", "needs an escape"},
           {"http://h/\x7F", "needs an escape"},
           {"http://" + std::string(1'000'000, ' '), "character not allowed"},
       }) {
    const auto url = parse_url(row.text);
    ASSERT_FALSE(url) << row.text;
    EXPECT_NE(url.error().what.find(row.why), std::string::npos) << url.error().what;
    EXPECT_LT(url.error().what.size(), 400u);
  }
}

TEST(Url, NeverRepeatsWhatMayBeASecret) {
  for (const char* text :
       {"http://user:hunter2@h/", "http://hunter2@h", "user:hunter2@h", "http:/user:hunter2@h",
        "ftp://hunter2@h/", "http://h/hunter2#", "http://h/?key=hunter2 "}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().what.find("hunter2"), std::string::npos) << url.error().what;
  }
}

}  // namespace
}  // namespace tailrace
