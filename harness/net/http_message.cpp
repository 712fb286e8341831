// SPDX-License-Identifier: Apache-2.0
#include "harness/net/http_message.h"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <fmt/format.h>

#include <sstream>

namespace tailrace {
namespace {

namespace http = boost::beast::http;

boost::beast::string_view view(std::string_view text) {
  return {text.data(), text.size()};
}

template <bool IsRequest>
void add_headers(http::header<IsRequest>& head, const std::vector<HttpHeader>& headers) {
  for (const HttpHeader& header : headers) head.insert(header.name, header.value);
}

}  // namespace

std::string compose_http_request(std::string_view method, std::string_view target,
                                 const std::vector<HttpHeader>& headers, std::string_view body) {
  http::request<http::string_body> request;
  request.method_string(view(method));
  request.target(view(target));
  add_headers(request, headers);
  request.body() = body;
  if (!body.empty()) request.content_length(body.size());
  std::ostringstream text;
  text << request;
  return std::move(text).str();
}

std::string compose_http_head(int status, const std::vector<HttpHeader>& headers) {
  http::response<http::empty_body> response;
  response.result(static_cast<unsigned>(status));
  add_headers(response, headers);
  std::ostringstream text;
  text << response.base();
  return std::move(text).str();
}

std::string compose_http_response(int status, std::vector<HttpHeader> headers,
                                  std::string_view body) {
  headers.push_back({"Content-Length", std::to_string(body.size())});
  return compose_http_head(status, headers) + std::string(body);
}

std::string chunk_of(std::string_view bytes) {
  std::string text = fmt::format("{:x}\r\n", bytes.size());
  text.reserve(text.size() + bytes.size() + 2);
  return text.append(bytes).append("\r\n");
}

}  // namespace tailrace
