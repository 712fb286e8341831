// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 messages as bytes, composed by Beast. Pure functions: any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/wire/http_head.h"

namespace tailrace {

// A whole request with Content-Length where there is a body. Header values are sent as given.
std::string compose_http_request(std::string_view method, std::string_view target,
                                 const std::vector<HttpHeader>& headers, std::string_view body);
// The head of a response; the framing headers are the caller's to give.
std::string compose_http_head(int status, const std::vector<HttpHeader>& headers);
// A whole response with Content-Length.
std::string compose_http_response(int status, std::vector<HttpHeader> headers,
                                  std::string_view body);

std::string chunk_of(std::string_view bytes);  // RFC 9112, section 7.1
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace tailrace
