// SPDX-License-Identifier: Apache-2.0
// Fuzz target: event streams. The first byte says how the rest is cut into feeds, which must change
// nothing; the limit is small, so that it is passed.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "harness/wire/sse.h"

namespace tailrace {
namespace {

constexpr std::size_t kSmallLimit = 256;

class Account final : public SseSink {
 public:
  void on_event(SseEvent event) override {
    if (event.begin > event.end || event.data.size() > kSmallLimit) std::abort();
    text += "event " + event.type + "|" + event.data + "|" + event.id.value_or("-") + "|" +
            std::to_string(event.begin) + "-" + std::to_string(event.end) + "\n";
  }
  void on_comment(SseComment comment) override { text += "comment " + comment.text + "\n"; }
  void on_unfinished(SseUnfinished left) override { text += "left " + left.partial_line + "\n"; }
  void on_malformed(SseMalformed malformed) override {
    text += malformed.why + std::to_string(malformed.begin) + "\n";
  }
  std::string text;
};

std::string told(std::string_view bytes, std::size_t piece) {
  SseParser parser(kSmallLimit);
  Account account;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    parser.feed(std::string(bytes.substr(at, piece)), account);
  }
  parser.finish(account);
  return account.text;
}

}  // namespace
}  // namespace tailrace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tailrace;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (told(bytes, data[0] % 64U + 1) != told(bytes, size)) std::abort();
  return 0;
}
