// SPDX-License-Identifier: Apache-2.0
// The rules of HTTP that checks ask for. Pure functions: any thread.
#pragma once

#include <string>

#include "harness/wire/http_head.h"

namespace tailrace {

// Type and subtype of Content-Type in lower case, without parameters (RFC 9110, 8.3.1); "" where
// there is none.
std::string media_type(const HttpHead& head);
bool is_event_stream(const HttpHead& head);
// Its Content-Encoding (RFC 9110, 8.4) hides what the body says.
bool is_encoded(const HttpHead& head);
bool is_event_stream(std::string_view content_type);
bool is_json(const HttpHead& head);  // application/json

// Both sides leave the connection open after this exchange (RFC 9112, 9.3), provided that both
// bodies are sent and read to their end.
bool connection_is_reusable(const HttpHead& request, const HttpHead& response);

}  // namespace tailrace
