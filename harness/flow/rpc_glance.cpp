// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/rpc_glance.h"

#include <algorithm>

#include "harness/wire/byte_block.h"

namespace tailrace {
namespace {

constexpr std::size_t kMostText = 128;  // Kept of an id, a method or a name.
constexpr int kDeepest = 64;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {}

  bool take(char wanted) {
    skip_space();
    if (at_ == end_ || *at_ != wanted) return false;
    ++at_;
    return true;
  }
  char peek() {
    skip_space();
    return at_ == end_ ? '\0' : *at_;
  }
  // The text between the quotes, escapes as they stand; false where there is no whole string.
  bool string(std::string_view& text) {
    if (!take('"')) return false;
    const char* stop = at_;
    for (;;) {
      stop = first_marked(stop, end_, [](const ByteBlock& block) {
        return block.equal('"') | block.equal('\\');
      });
      if (stop == end_ || *stop == '"') break;
      stop = end_ - stop < 2 ? end_ : stop + 2;
    }
    text = {at_, static_cast<std::size_t>(stop - at_)};
    at_ = stop == end_ ? end_ : stop + 1;
    return stop != end_;
  }
  std::string_view scalar() {
    skip_space();
    const char* const begin = at_;
    while (at_ != end_ && *at_ != ',' && *at_ != ']' && *at_ != '}' && !is_space(*at_)) ++at_;
    return {begin, static_cast<std::size_t>(at_ - begin)};
  }
  bool skip_value() {
    const char first = peek();
    std::string_view ignored;
    if (first == '"') return string(ignored);
    if (first != '{' && first != '[') return !scalar().empty();
    int depth = 0;
    while (at_ != end_) {
      const char here = *at_;
      if (here == '"') {
        if (!string(ignored)) return false;
        continue;
      }
      ++at_;
      if (here == '{' || here == '[') ++depth;
      if ((here == '}' || here == ']') && --depth == 0) return true;
      if (depth > kDeepest) return false;
    }
    return false;
  }

 private:
  void skip_space() {
    while (at_ != end_ && is_space(*at_)) ++at_;
  }
  const char* at_;
  const char* end_;
};

template <class Member>
void for_members(Scanner& scanner, Member&& member) {
  if (!scanner.take('{')) return;
  do {
    std::string_view name;
    if (!scanner.string(name) || !scanner.take(':') || !member(name)) return;
  } while (scanner.take(','));
  scanner.take('}');
}

struct Seen {
  RpcGlance& glance;
  bool id = false, method = false, result = false, error = false;
};

// False: the rest is cut, or of no interest.
bool take_params(Scanner& scanner, Seen& seen) {
  if (scanner.peek() != '{') return scanner.skip_value();
  bool goes_on = true;
  for_members(scanner, [&](std::string_view name) {
    std::string_view text;
    if (is_text(name, "name") && scanner.peek() == '"') {
      goes_on = scanner.string(text) && !(seen.id && seen.method);  // A call's arguments follow.
      seen.glance.tool = text.substr(0, kMostText);
    } else {
      goes_on = scanner.skip_value();
    }
    return goes_on;
  });
  return goes_on;
}

bool take_member(Scanner& scanner, std::string_view name, Seen& seen) {
  std::string_view text;
  if (is_text(name, "id")) {
    if (scanner.peek() == '"') {
      if (!scanner.string(text)) return false;
      seen.glance.id = '"' + std::string(text.substr(0, kMostText)) + '"';
    } else {
      seen.glance.id = scanner.scalar().substr(0, kMostText);
    }
    seen.id = true;
    return true;
  }
  if (is_text(name, "method") && scanner.peek() == '"') {
    if (!scanner.string(text)) return false;
    seen.glance.method = text.substr(0, kMostText);
    seen.method = true;
    return true;
  }
  if (is_text(name, "params")) return take_params(scanner, seen);
  seen.result = seen.result || is_text(name, "result");
  seen.error = seen.error || is_text(name, "error");
  return scanner.skip_value();
}

// Of an array, the messages that hold one of `either` and an id.
std::uint32_t count_at(std::string_view json, std::initializer_list<std::string_view> either) {
  Scanner scanner(json);
  if (!scanner.take('[')) return 1;
  std::uint32_t count = 0;
  do {
    bool id = false, known = false;
    const bool is_object = scanner.peek() == '{';
    for_members(scanner, [&](std::string_view name) {
      id = id || is_text(name, "id");
      known = known || std::ranges::any_of(
                           either, [&](std::string_view wanted) { return name == wanted; });
      return scanner.skip_value();
    });
    if (!is_object && !scanner.skip_value()) return kUncounted;
    count += id && known;
  } while (scanner.take(','));
  return scanner.take(']') ? count : kUncounted;
}

}  // namespace

std::uint32_t requests_at(std::string_view json) {
  return count_at(json, {"method"});
}

std::uint32_t responses_at(std::string_view json) {
  return count_at(json, {"result", "error"});
}

RpcGlance::Kind kind_at(std::string_view json) {
  using Kind = RpcGlance::Kind;
  Scanner scanner(json);
  scanner.take('[');
  Kind kind = Kind::kNone;
  bool id = false, method = false;
  for_members(scanner, [&](std::string_view name) {
    id = id || is_text(name, "id");
    method = method || (is_text(name, "method") && scanner.peek() == '"');
    if (method) return !id && scanner.skip_value();
    if (is_text(name, "result")) kind = Kind::kResult;
    if (is_text(name, "error")) kind = Kind::kError;
    return kind == Kind::kNone && scanner.skip_value();
  });
  if (method) return id ? Kind::kRequest : Kind::kNotification;
  return kind;
}

RpcGlance glance_at(std::string_view json) {
  Scanner scanner(json);
  scanner.take('[');
  RpcGlance glance;
  Seen seen{glance};
  for_members(scanner, [&](std::string_view name) { return take_member(scanner, name, seen); });
  using Kind = RpcGlance::Kind;
  if (seen.method) {
    glance.kind = seen.id ? Kind::kRequest : Kind::kNotification;
  } else if (seen.error) {
    glance.kind = Kind::kError;
  } else if (seen.result) {
    glance.kind = Kind::kResult;
  }
  return glance;
}

}  // namespace tailrace
