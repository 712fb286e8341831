// SPDX-License-Identifier: Apache-2.0
// HttpReading: the bytes of one connection through the parsers of HTTP/1.x, SSE and JSON-RPC into
// the exchanges of an ExchangeAccount. Private to `flow`; one thread at a time; bounded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "harness/flow/exchange_account.h"
#include "harness/wire/http.h"
#include "harness/wire/sse.h"

namespace tailrace {

// By its first bytes, whatever follows them.
bool begins_request(std::string_view bytes);

// The start of a body: lent by the packet that brought it until more comes or the packet goes.
class BodyStart {
 public:
  void clear();
  void add(std::string_view data);
  void keep();  // The packet goes.
  std::string_view text() const { return lent_.empty() ? kept_ : lent_; }

 private:
  std::string_view lent_;
  std::string kept_;
};

class HttpReading {
 public:
  // The offsets are those of the next byte of either side.
  HttpReading(ExchangeAccount& account, std::uint64_t client_offset, std::uint64_t server_offset);
  ~HttpReading();

  // False: it cannot be read any further.
  bool from_client(const StreamPlace& place, std::string_view bytes);
  bool from_server(const StreamPlace& place, std::string_view bytes);
  void client_ended(const StreamPlace& place);
  void server_ended(const StreamPlace& place);

 private:
  class Requests;
  class Responses;
  class Events;
  using Open = ExchangeAccount::Open;

  Open* sending();
  Open* receiving();  // The first exchange whose response has not ended.
  void take_message(Open& open, std::string_view text);

  ExchangeAccount& account_;
  HttpParser requests_{HttpRole::kRequest}, responses_{HttpRole::kResponse};
  std::optional<SseParser> sse_;
  std::uint64_t base_[2];
  std::uint32_t first_;  // The exchange of the first request that it reads.
  StreamPlace place_;
  std::string_view bytes_;
  bool sending_ = false, interim_ = false, lost_ = false;
  bool encoded_ = false;  // The body that comes: nobody can tell what it says.
  BodyStart request_body_, response_body_;
};

}  // namespace tailrace
