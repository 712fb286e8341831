// SPDX-License-Identifier: Apache-2.0
#include "harness/net/http_message.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(HttpMessage, ARequestSaysItsLengthOnlyWhereItHasABody) {
  EXPECT_EQ(compose_http_request("POST", "/mcp", {{"Host", "a:1"}, {"X", "y"}}, "{}"),
            "POST /mcp HTTP/1.1\r\nHost: a:1\r\nX: y\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_EQ(compose_http_request("GET", "/mcp?x=1", {{"Host", "a"}}, ""),
            "GET /mcp?x=1 HTTP/1.1\r\nHost: a\r\n\r\n");
}

TEST(HttpMessage, AResponseIsFramedByItsLength) {
  EXPECT_EQ(compose_http_response(202, {}, ""),
            "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(compose_http_response(404, {{"Content-Type", "text/plain"}}, "no"),
            "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nno");
}

TEST(HttpMessage, AHeadLeavesItsFramingToTheCaller) {
  EXPECT_EQ(compose_http_head(200, {{"Transfer-Encoding", "chunked"}}) + std::string(kLastChunk),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
}

TEST(HttpMessage, HeadersAreSentAsGiven) {
  EXPECT_EQ(compose_http_request("DELETE", "/", {{"hOST", "a"}, {"X", ""}, {"x", "2"}}, ""),
            "DELETE / HTTP/1.1\r\nhOST: a\r\nX: \r\nx: 2\r\n\r\n");
}

TEST(HttpMessage, ChunksCountInHexadecimal) {
  EXPECT_EQ(chunk_of("data"), "4\r\ndata\r\n");
  EXPECT_EQ(chunk_of(std::string(31, 'x')).substr(0, 4), "1f\r\n");
}

}  // namespace
}  // namespace tailrace
