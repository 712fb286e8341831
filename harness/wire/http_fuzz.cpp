// SPDX-License-Identifier: Apache-2.0
// Fuzz target: one direction of HTTP/1.x. The first byte chooses requests or responses and how the
// rest is cut into feeds; the cuts must change nothing but those of the body.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "harness/wire/http.h"

namespace tailrace {
namespace {

class Account final : public HttpSink {
 public:
  void on_head(const HttpHead&, Span span) override { add("head", span.begin, span.end); }
  void on_body(std::string_view data, Span) override {
    // Reads all of it, so that a sanitizer sees what was lent.
    for (const char byte : data) sum_ = sum_ * 31 + static_cast<unsigned char>(byte);
  }
  void on_end(std::uint64_t offset) override { add("end", offset, sum_); }
  void on_malformed(const std::string& why, std::uint64_t offset) override {
    add(why, offset, sum_);
  }
  void on_cut(std::uint64_t offset) override { add("cut", offset, sum_); }

  std::string text;

 private:
  void add(const std::string& what, std::uint64_t a, std::uint64_t b) {
    text += what + " " + std::to_string(a) + " " + std::to_string(b) + "\n";
  }
  std::uint64_t sum_ = 0;
};

std::string told(HttpRole role, std::string_view bytes, std::size_t piece) {
  HttpParser parser(role);
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
  const HttpRole role = data[0] % 2 == 0 ? HttpRole::kRequest : HttpRole::kResponse;
  const std::size_t piece = data[0] / 2U + 1;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (told(role, bytes, piece) != told(role, bytes, size)) std::abort();
  return 0;
}
