// SPDX-License-Identifier: Apache-2.0
#include "harness/wire/http.h"

#include <gtest/gtest.h>

#include "harness/wire/http_account.h"

namespace tailrace {
namespace {

struct Row {
  std::string input;
  std::string told;
};

void expect_rows(HttpRole role, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    EXPECT_EQ(http_mismatch(role, row.input, row.told + "lost 0\n"), "") << row.input;
  }
}

TEST(Http, Requests) {
  expect_rows(
      HttpRole::kRequest,
      {
          {"", ""},
          {"GET /mcp HTTP/1.1\r\nHost: a\r\n\r\n", "GET /mcp 1.1 none Host=a [0,30)\nend 30\n"},
          {"POST / HTTP/1.0\r\ncontent-length: 2\r\n\r\nab",
           "POST / 1.0 content-length 2 content-length=2 [0,38)\nbody ab [38,40)\nend 40\n"},
          {"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\nDELETE /x?y=1 HTTP/1.1\r\nA:\r\nB:\t x "
           "y \r\n\r\n",
           "POST / 1.1 content-length 0 Content-Length=0 [0,38)\nend 38\n"
           "DELETE /x?y=1 1.1 none A= B=x y [38,78)\nend 78\n"},
          {"GET * HTTP/1.1\n\n", "GET * 1.1 none ?bare LF line end [0,16)\nend 16\n"},
          {"\r\n\r\nGET / HTTP/1.1\r\n\r\n",
           "GET / 1.1 none ?empty line before the request line [4,22)\nend 22\n"},
          {"GET / HTTP/1.1\r\nA: 1\r\n  2\r\n\t\r\n\r\n",
           "GET / 1.1 none A=1 2 ?folded header [0,32)\nend 32\n"},
          {"GET / HTTP/1.1\r\nA: \x01\r\n\r\n",
           "GET / 1.1 none A=\x01 ?control character in a header [0,24)\nend 24\n"},
      });
}

TEST(Http, ResponseFraming) {
  expect_rows(
      HttpRole::kResponse,
      {
          {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 202 Accepted\r\n"
           "Content-Length: 0\r\n\r\n",
           "200 'OK' 1.1 content-length 3 Content-Length=3 [0,38)\nbody abc [38,41)\nend 41\n"
           "202 'Accepted' 1.1 content-length 0 Content-Length=0 [41,85)\nend 85\n"},
          {"HTTP/1.0 200 \r\n\r\nHTTP/1.1 ",
           "200 '' 1.0 until-close [0,17)\nbody HTTP/1.1  "
           "[17,26)\nend 26\n"},
          {"HTTP/1.1 200 OK\r\n\r\n", "200 'OK' 1.1 until-close [0,19)\nend 19\n"},
          {"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 \r\nContent-Length: 9\r\n\r\n",
           "204 'No Content' 1.1 none [0,27)\nend 27\n"
           "304 '' 1.1 none Content-Length=9 [27,63)\nend 63\n"},
          {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 \r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n"
           "Content-Length: 1\r\n\r\na",
           "100 'Continue' 1.1 none [0,25)\nend 25\n103 '' 1.1 none Link=x [25,51)\nend 51\n"
           "200 'OK' 1.1 content-length 1 Content-Length=1 [51,89)\nbody a [89,90)\nend 90\n"},
          {"HTTP/1.1 101 Go\r\n\r\n\0\xFF not HTTP", "101 'Go' 1.1 none [0,19)\nend 19\n"},
          {"HTTP/1.1 700\r\nContent-Length : 0\r\n\r\n",
           "700 '' 1.1 content-length 0 Content-Length=0 ?no space after the status code ?status "
           "code above 599 ?white space between header name and colon [0,36)\nend 36\n"},
          {"HTTP/1.1 599 x\r\nA:b\r\n\r\n", "599 'x' 1.1 until-close A=b [0,23)\nend 23\n"},
          {"HTTP/1.1 204 \r\nContent-Length: 0\r\n\r\n",
           "204 '' 1.1 none Content-Length=0 ?body framing on a response that has no body "
           "[0,36)\nend 36\n"},
          {"HTTP/1.1 200 \r\nContent-Length: 1\r\ncontent-length: 1, 1\r\n\r\na",
           "200 '' 1.1 content-length 1 Content-Length=1 content-length=1, 1 ?repeated "
           "Content-Length [0,58)\nbody a [58,59)\nend 59\n"},
          {"HTTP/1.1 200 \r\nTransfer-Encoding: gzip\r\n\r\nx",
           "200 '' 1.1 until-close Transfer-Encoding=gzip ?transfer coding beside chunked "
           "[0,42)\nbody x [42,43)\nend 43\n"},
      });
}

TEST(Http, ChunkedBodies) {
  const std::string head = "HTTP/1.1 200 \r\nTransfer-Encoding: Chunked\r\n\r\n";
  const std::string told = "200 '' 1.1 chunked Transfer-Encoding=Chunked [0,45)\n";
  ASSERT_EQ(head.size(), 45u);
  expect_rows(HttpRole::kResponse,
              {
                  {head + "0\r\n\r\n", told + "end 50\n"},
                  {head + "3\r\nabc\r\n00A;x=\"y;\"\r\n0123456789\r\n0\r\n\r\n",
                   told + "body abc [48,51)\nbody 0123456789 [65,75)\nend 82\n"},
                  {head + "1\r\na\r\n0;last\r\nDigest: x\r\n more\r\nB:\r\n\r\n",
                   told + "body a [48,49)\nend 83\n"},
                  {head + "1 \r\na\r\n0 ; x\r\n\r\n",
                   told + "odd white space after a chunk size 45\nbody a [49,50)\nend 61\n"},
                  {head + "1\na\n0\r\n\r\n",
                   told + "odd bare LF line end in chunked framing 45\nbody a [47,48)\n"
                          "odd bare LF line end in chunked framing 48\nend 54\n"},
                  {head + "0\r\n\r\n" + head + "1\r\nz\r\n0\r\n\r\n",
                   told + "end 50\n200 '' 1.1 chunked Transfer-Encoding=Chunked [50,95)\n"
                          "body z [98,99)\nend 106\n"},
              });
  expect_rows(HttpRole::kResponse,
              {{"HTTP/1.0 200 \r\nTransfer-Encoding: gzip,\r\nTransfer-Encoding: chunked\r\n"
                "Content-Length: 7\r\n\r\n0\r\n\r\n",
                "200 '' 1.0 chunked Transfer-Encoding=gzip, Transfer-Encoding=chunked "
                "Content-Length=7 ?Transfer-Encoding and Content-Length ?transfer coding beside "
                "chunked ?Transfer-Encoding in HTTP/1.0 [0,90)\nend 95\n"}});
}

TEST(Http, AnswersToHeadHaveNoBody) {
  const std::string input =
      "HTTP/1.1 100 \r\n\r\nHTTP/1.1 200 \r\nContent-Length: 1\r\n\r\na"
      "HTTP/1.1 200 \r\nContent-Length: 9\r\n\r\nHTTP/1.1 200 \r\nContent-Length: 1\r\n\r\nb";
  EXPECT_EQ(http_mismatch(HttpRole::kResponse, input,
                          "100 '' 1.1 none [0,17)\nend 17\n"
                          "200 '' 1.1 content-length 1 Content-Length=1 [17,53)\nbody a [53,54)\n"
                          "end 54\n200 '' 1.1 none Content-Length=9 [54,90)\nend 90\n"
                          "200 '' 1.1 content-length 1 Content-Length=1 [90,126)\nbody b "
                          "[126,127)\nend 127\nlost 0\n",
                          {1, 1}),
            "");
}

TEST(Http, AnInterimResponseIsNotTheAnswerToHead) {
  const std::string told =
      http_account_of(HttpRole::kResponse,
                      {"HTTP/1.1 103 \r\n\r\nHTTP/1.1 200 \r\nContent-Length: 9\r\n\r\n"}, {0});
  EXPECT_TRUE(told.ends_with("Content-Length=9 [17,53)\nend 53\nlost 0\n")) << told;
}

TEST(Http, TellingTwiceOfTheSameAnswerCountsOnce) {
  const std::string head = "HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\n";
  const std::string told =
      http_account_of(HttpRole::kResponse, {head + head + head + "a"}, {0, 0, 1});
  EXPECT_TRUE(told.ends_with("body a [108,109)\nend 109\nlost 0\n")) << told;
}

TEST(Http, TheNextAnswerIsTheOneNotBegunYet) {
  HttpAccount account;
  HttpParser parser(HttpRole::kResponse);
  parser.feed("HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\n", account);
  parser.answer_has_no_body();
  parser.feed("aHTTP/1.1 200 \r\nContent-Length: 1\r\n\r\n", account);
  EXPECT_TRUE(parser.between_messages());
  EXPECT_EQ(parser.finals_begun(), 2u);
  parser.feed("HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\n", account);
  EXPECT_FALSE(parser.between_messages());
}

TEST(Http, EndOfTheDirectionInsideAMessageIsACut) {
  const std::string head = "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string tail :
       {"", "5", "5\r\n", "5\r\nab", "5\r\nabcde", "5\r\nabcde\r\n", "0\r\n", "0\r\nA: b\r\n"}) {
    const std::string told = http_account_of(HttpRole::kResponse, {head + tail});
    EXPECT_NE(told.find("cut " + std::to_string(45 + tail.size())), told.npos) << told;
    EXPECT_EQ(told.find("end"), told.npos) << told;
  }
  for (const char* input : {"H", "HTTP/1.1 200 OK\r\n",
                            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
                            "\r\na"}) {
    const std::string told = http_account_of(HttpRole::kResponse, {input});
    EXPECT_NE(told.find("cut"), told.npos) << told;
  }
}

TEST(Http, AResetIsNoEndOfABodyThatLastsUntilClose) {
  HttpAccount account;
  HttpParser parser(HttpRole::kResponse);
  parser.feed("HTTP/1.1 200 \r\n\r\nab", account);
  parser.cut(account);
  EXPECT_TRUE(account.told.ends_with("cut 19\n")) << account.told;
}

TEST(HttpHead, FindsNamesAndTokensWithoutRegardToCase) {
  HttpHead head;
  head.headers = {{"Connection", "Foo ,,x,CLOSE,Z"}, {"X", "1"}, {"connection", "bar"}, {"x", "2"}};
  EXPECT_EQ(*head.find("x"), "1");
  EXPECT_EQ(head.find("y"), nullptr);
  EXPECT_TRUE(head.has_token("CONNECTION", "close"));
  EXPECT_TRUE(head.has_token("Connection", "Bar"));
  EXPECT_FALSE(head.has_token("Connection", "clos"));
  EXPECT_TRUE(head.has_token("Connection", "x"));
  EXPECT_TRUE(head.has_token("Connection", "z"));
  EXPECT_EQ(head.list("connection").size(), 5u);
}

TEST(HttpHead, KeepsAlive) {
  struct Case {
    int minor;
    const char* connection;
    bool keeps;
  };
  for (const Case& row : std::vector<Case>{{1, "", true},
                                           {1, "close", false},
                                           {1, "keep-alive, Close", false},
                                           {0, "", false},
                                           {0, "Keep-Alive", true},
                                           {0, "keep-alive, close", false}}) {
    HttpHead head;
    head.minor_version = row.minor;
    head.headers = {{"Connection", row.connection}};
    EXPECT_EQ(head.keeps_alive(), row.keeps) << row.minor << row.connection;
  }
}

}  // namespace
}  // namespace tailrace
