// SPDX-License-Identifier: Apache-2.0
// HttpParser against input that is wrong or huge: one complaint, then silence, in bounded memory.
#include <gtest/gtest.h>

#include <random>

#include "harness/wire/http_account.h"

namespace tailrace {
namespace {

using namespace std::literals;

struct Row {
  std::string input;
  std::string why;
  std::uint64_t at;
};

void expect_malformed(HttpRole role, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const auto run = [role](const auto& pieces) { return http_account_of(role, pieces); };
    const std::string told = run(std::vector{row.input});
    const std::string expected =
        fmt::format("malformed {} {}\nlost {}\n", row.why, row.at, row.input.size() - row.at);
    EXPECT_TRUE(told.ends_with(expected)) << row.input << "\ntold " << told << expected;
    EXPECT_EQ(differing_split(row.input, run), "");
  }
}

TEST(HttpHostile, Requests) {
  const std::string noise = "bytes that begin no HTTP/1.x message";
  expect_malformed(
      HttpRole::kRequest,
      {
          {"\x16\x03\x01\x02", noise, 0},
          {"\r\rGET / HTTP/1.1\r\n\r\n", noise, 1},
          {" GET / HTTP/1.1\r\n\r\n", noise, 0},
          {"GET\t/ HTTP/1.1\r\n\r\n", noise, 3},
          {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "the connection preface of HTTP/2", 0},
          {"GET /\r\n\r\n", "a request line without three parts", 0},
          {"GET / x HTTP/1.1\r\n\r\n", "white space in the request target", 0},
          {"GET  HTTP/1.1\r\n\r\n", "white space in the request target", 0},
          {"GET / HTTP/2.0\r\n\r\n", "a request line without HTTP/1.x", 0},
          {"GET / HTTP/1.10\r\n\r\n", "a request line without HTTP/1.x", 0},
          {"GET /\x7F HTTP/1.1\r\n\r\n", "a control character in the request target", 0},
          {"GET / HTTP/1.1\r\nA\r\n\r\n", "a header without a colon", 16},
          {"GET / HTTP/1.1\r\n: x\r\n\r\n", "a header name that is no token", 16},
          {"GET / HTTP/1.1\r\nA B: x\r\n\r\n", "a header name that is no token", 16},
          {"GET / HTTP/1.1\r\nA : x\r\n\r\n", "white space between header name and colon", 16},
          {"GET / HTTP/1.1\r\n A: x\r\n\r\n", "white space before the first header", 16},
          {"GET / HTTP/1.1\r\nA: x\ry\r\n\r\n", "a CR inside a line of the head", 16},
          {"GET / HTTP/1.1\r\nA: \0\r\n\r\n"s, "a NUL byte in the head", 16},
          {"P / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
           "a request whose last transfer coding is not chunked", 0},
          {"P / HTTP/1.1\r\nTransfer-Encoding: chunked, Chunked\r\n\r\n",
           "the chunked coding applied twice", 0},
          {"P / HTTP/1.1\r\nContent-Length: 1\r\n\r\naX / HTTP/1.1\r\nA\r\n",
           "a header without a colon", 50},
      });
}

TEST(HttpHostile, Responses) {
  const std::string noise = "bytes that begin no HTTP/1.x message";
  const std::string bad_length = "a Content-Length that is no number of 64 bits";
  std::vector<Row> rows{
      {"HTTP/2 200\r\n\r\n", noise, 5},
      {"\r\nHTTP/1.1 200 OK\r\n\r\n", noise, 0},
      {"HTT\r\n", noise, 3},
      {"HTT\n", "a status line without HTTP/1.x", 0},
      {"HTTP/1.x 200 OK\r\n\r\n", "a status line without HTTP/1.x", 0},
      {"HTTP/1.1\r\n\r\n", "a status line without a code of three digits", 0},
      {"HTTP/1.1 20\r\n\r\n", "a status line without a code of three digits", 0},
      {"HTTP/1.1 099 x\r\n\r\n", "a status line without a code of three digits", 0},
      {"HTTP/1.1 2000 x\r\n\r\n", "a status code of more than three digits", 0},
      {"HTTP/1.1 200 x\r\nContent-Length: 1, 2\r\n\r\n", "two Content-Lengths that differ", 0},
      {"HTTP/1.1 200 x\r\nContent-Length: 1,2\r\n\r\n", "two Content-Lengths that differ", 0},
      {"HTTP/1.1 204 x\r\n\r\nsurplus", noise, 18},
  };
  for (const char* length : {"", "-1", "+1", "0x1", "1,", "1 1", "18446744073709551616", "1.0"}) {
    rows.push_back({"HTTP/1.1 200 x\r\nContent-Length: "s + length + "\r\n\r\n", bad_length, 0});
  }
  expect_malformed(HttpRole::kResponse, rows);
}

TEST(HttpHostile, Chunks) {
  const std::string head = "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n";
  std::vector<Row> rows;
  for (const auto& [tail, why, at] : std::vector<Row>{
           {"\r\n", "a chunk without a size", 0},
           {"g\r\n", "a chunk without a size", 0},
           {"-1\r\n", "a chunk without a size", 0},
           {" 1\r\n", "a chunk without a size", 0},
           {"0x1\r\n", "a chunk size that is no hexadecimal number", 0},
           {"1 2\r\n", "a chunk size that is no hexadecimal number", 0},
           {"10000000000000000\r\n", "a chunk above 2^64", 0},
           {"1\r\nab\r\n", "no line end after the data of a chunk", 4},
           {"1\r\na\r\r\n", "no line end after the data of a chunk", 5},
           {"1\r\na\r\nz\r\n", "a chunk without a size", 6},
           {"0\r\nno colon\r\n", "a trailer without a name and a colon", 3},
           {"0\r\nnocolon\r\n", "a trailer without a name and a colon", 3},
           {"0\r\na: b\r\nno name: x\r\n", "a trailer without a name and a colon", 9},
       }) {
    rows.push_back({head + tail, why, head.size() + at});
  }
  expect_malformed(HttpRole::kResponse, rows);
}

TEST(HttpHostile, TheLargestSizesAreTakenAtTheirWord) {
  const std::string chunked =
      "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nab";
  const std::string counted = "HTTP/1.1 200 \r\nContent-Length: 18446744073709551615\r\n\r\nab";
  for (const std::string& input : {chunked, counted}) {
    const std::string told = http_account_of(HttpRole::kResponse, {input});
    EXPECT_NE(told.find("body ab"), told.npos) << told;
    EXPECT_NE(told.find("cut"), told.npos) << told;
  }
}

std::string complaint_about(HttpRole role, const std::string& input, std::size_t piece) {
  HttpAccount account;
  HttpParser parser(role);
  for (std::size_t at = 0; at < input.size(); at += piece) {
    parser.feed(std::string_view(input).substr(at, piece), account);
  }
  parser.finish(account);
  EXPECT_EQ(parser.offset(), input.size());
  const auto at = account.told.find("malformed");
  return at == account.told.npos ? "" : account.told.substr(at);
}

TEST(HttpHostile, HeadsAndLinesAreBounded) {
  const std::string request = "GET / HTTP/1.1\r\n";
  std::string headers = request;
  for (int i = 0; i < 1'000'000; ++i) headers += "a:b\r\n";
  const std::string long_line = request + "a:" + std::string(kHttpHeadLimit, 'x');
  const std::string long_target = "GET /" + std::string(kHttpHeadLimit, 'x');
  const std::string empty_lines(kHttpHeadLimit + 1, '\n');
  const std::string above = fmt::format("malformed a head above the limit {}\n", kHttpHeadLimit);
  for (const std::string& input : {headers, long_line, long_target, empty_lines}) {
    EXPECT_EQ(complaint_about(HttpRole::kRequest, input, input.size()), above);
    EXPECT_EQ(complaint_about(HttpRole::kRequest, input, 1), above);
  }
  const std::string head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string long_chunk = head + "1;" + std::string(kHttpChunkLineLimit, 'x');
  EXPECT_EQ(complaint_about(HttpRole::kRequest, long_chunk, 1),
            fmt::format("malformed a chunk line above the limit {}\n",
                        head.size() + kHttpChunkLineLimit));
  std::string trailers = head + "0\r\n";
  for (std::size_t i = 0; i < kHttpTrailerLimit; ++i) trailers += "a:\r\n";
  const std::string too_many =
      fmt::format("malformed trailers above the limit {}\n", head.size() + 3 + kHttpTrailerLimit);
  EXPECT_EQ(complaint_about(HttpRole::kRequest, trailers, trailers.size()), too_many);
}

TEST(HttpHostile, AHeadOfExactlyTheLimitIsRead) {
  std::string input = "GET / HTTP/1.1\r\na:";
  input += std::string(kHttpHeadLimit - input.size() - 4, 'x') + "\r\n\r\n";
  ASSERT_EQ(input.size(), kHttpHeadLimit);
  EXPECT_EQ(complaint_about(HttpRole::kRequest, input + input, input.size() / 3), "");
  const std::string second_is_longer = input + "\n" + input;
  EXPECT_EQ(complaint_about(HttpRole::kRequest, second_is_longer, second_is_longer.size()),
            fmt::format("malformed a head above the limit {}\n", 2 * kHttpHeadLimit));
}

class Counter : public HttpSink {
 public:
  void on_head(const HttpHead&, Span) override { ++heads; }
  void on_body(std::string_view data, Span) override { body += data.size(); }
  void on_end(std::uint64_t) override { ++ends; }
  void on_malformed(const std::string& why, std::uint64_t) override { ADD_FAILURE() << why; }
  void on_cut(std::uint64_t) override { ADD_FAILURE(); }
  std::size_t heads = 0;
  std::size_t ends = 0;
  std::size_t body = 0;
};

TEST(HttpHostile, MuchInputStaysLinear) {  // Quadratic work on it would take minutes.
  constexpr std::size_t kMuch = std::size_t{8} << 20;
  constexpr std::size_t kMessages = 20'000;
  const std::string one_chunk = "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n800000\r\n" +
                                std::string(kMuch, 'x') + "\r\n0\r\n\r\n";
  std::string messages;
  for (std::size_t i = 0; i < kMessages; ++i) {
    messages += "HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\na";
  }
  const std::size_t most = std::max(one_chunk.size(), messages.size());
  for (const std::size_t piece : {std::size_t{1}, most}) {
    Counter counter;
    HttpParser parser(HttpRole::kResponse);
    for (const std::string& input : {one_chunk, messages}) {
      for (std::size_t at = 0; at < input.size(); at += piece) {
        parser.feed(std::string_view(input).substr(at, piece), counter);
      }
    }
    parser.finish(counter);
    EXPECT_EQ(counter.heads, kMessages + 1);
    EXPECT_EQ(counter.ends, kMessages + 1);
    EXPECT_EQ(counter.body, kMessages + kMuch);
  }
}

TEST(HttpHostile, NoiseMeansTheSameHoweverCut) {
  std::mt19937 random(11);
  const std::vector<std::string> words{"HTTP/1.1 200 OK\r\n",
                                       "GET / HTTP/1.1\r\n",
                                       "\r\n",
                                       "\n",
                                       "Content-Length: 3\r\n",
                                       "Transfer-Encoding: chunked\r\n",
                                       "3\r\nabc\r\n",
                                       "0\r\n",
                                       "a: b\r\n",
                                       " ",
                                       ":",
                                       "\r",
                                       "abc"};
  for (int round = 0; round < 400; ++round) {
    const HttpRole role = round % 2 == 0 ? HttpRole::kRequest : HttpRole::kResponse;
    std::string input = words[role == HttpRole::kRequest ? 1 : 0];
    for (int i = 0; i < 9; ++i) input += words[random() % words.size()];
    const auto run = [role](const auto& pieces) { return http_account_of(role, pieces); };
    ASSERT_EQ(differing_split(input, run), "");
  }
}

}  // namespace
}  // namespace tailrace
