// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/rpc_glance.h"

#include <algorithm>

#include "harness/wire/eight_bytes.h"

namespace tailrace {
namespace {

constexpr std::size_t kMostText = 128;  // Kept of an id, a method or a name.
constexpr int kDeepest = 64;

class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool take(char wanted) {
    skip_space();
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  char peek() {
    skip_space();
    return rest_.empty() ? '\0' : rest_.front();
  }
  // The text between the quotes, escapes as they stand; false where there is no whole string.
  bool string(std::string_view& text) {
    if (!take('"')) return false;
    const std::size_t near = std::min(rest_.size(), kShort);
    std::size_t end = 0;
    while (near - end >= EightBytes::kSize) {
      const EightBytes bytes(rest_.data() + end);
      const std::size_t plain = first_of(bytes.equal('"') | bytes.equal('\\'));
      end += plain;
      if (plain < EightBytes::kSize) break;
    }
    while (end < near && rest_[end] != '"' && rest_[end] != '\\') ++end;
    if (end == near) end = end_of_long(end);
    while (end < rest_.size() && rest_[end] == '\\') end = end_of_long(end + 2);
    if (end >= rest_.size()) {
      rest_ = {};
      return false;
    }
    text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return true;
  }
  std::string_view scalar() {
    skip_space();
    std::size_t end = 0;
    while (end < rest_.size() && std::string_view(",]} \t\r\n").find(rest_[end]) ==
                                     std::string_view::npos) {
      ++end;
    }
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return text;
  }
  bool skip_value() {
    const char first = peek();
    std::string_view ignored;
    if (first == '"') return string(ignored);
    if (first != '{' && first != '[') return !scalar().empty();
    int depth = 0;
    while (!rest_.empty()) {
      const char here = rest_.front();
      if (here == '"') {
        if (!string(ignored)) return false;
        continue;
      }
      rest_.remove_prefix(1);
      if (here == '{' || here == '[') ++depth;
      if ((here == '}' || here == ']') && --depth == 0) return true;
      if (depth > kDeepest) return false;
    }
    return false;
  }

 private:
  void skip_space() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t' ||
                              rest_.front() == '\r' || rest_.front() == '\n')) {
      rest_.remove_prefix(1);
    }
  }
  // Of a string the next quote or escape: names are short, texts are not.
  std::size_t end_of_long(std::size_t from) const {
    const std::string_view rest = rest_.substr(std::min(from, rest_.size()));
    const std::string_view text = rest.substr(0, rest.find('"'));
    return from + std::min(text.find('\\'), text.size());
  }
  static constexpr std::size_t kShort = 16;  // A call for more than one byte costs that much.
  std::string_view rest_;
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
  RpcGlance glance;
  bool id = false, method = false, result = false, error = false;
};

// False: the rest is cut, or of no interest.
bool take_params(Scanner& scanner, Seen& seen) {
  if (scanner.peek() != '{') return scanner.skip_value();
  bool goes_on = true;
  for_members(scanner, [&](std::string_view name) {
    std::string_view text;
    if (name == "name" && scanner.peek() == '"') {
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
  if (name == "id") {
    if (scanner.peek() == '"') {
      if (!scanner.string(text)) return false;
      seen.glance.id = '"' + std::string(text.substr(0, kMostText)) + '"';
    } else {
      seen.glance.id = scanner.scalar().substr(0, kMostText);
    }
    seen.id = true;
    return true;
  }
  if (name == "method" && scanner.peek() == '"') {
    if (!scanner.string(text)) return false;
    seen.glance.method = text.substr(0, kMostText);
    seen.method = true;
    return true;
  }
  if (name == "params") return take_params(scanner, seen);
  seen.result = seen.result || name == "result";
  seen.error = seen.error || name == "error";
  return scanner.skip_value();
}

}  // namespace

RpcGlance::Kind kind_at(std::string_view json) {
  using Kind = RpcGlance::Kind;
  Scanner scanner(json);
  scanner.take('[');
  Kind kind = Kind::kNone;
  bool id = false, method = false;
  for_members(scanner, [&](std::string_view name) {
    id = id || name == "id";
    method = method || (name == "method" && scanner.peek() == '"');
    if (method) return !id && scanner.skip_value();
    if (name == "result") kind = Kind::kResult;
    if (name == "error") kind = Kind::kError;
    return kind == Kind::kNone && scanner.skip_value();
  });
  if (method) return id ? Kind::kRequest : Kind::kNotification;
  return kind;
}

RpcGlance glance_at(std::string_view json) {
  Scanner scanner(json);
  scanner.take('[');
  Seen seen;
  for_members(scanner, [&](std::string_view name) { return take_member(scanner, name, seen); });
  using Kind = RpcGlance::Kind;
  if (seen.method) {
    seen.glance.kind = seen.id ? Kind::kRequest : Kind::kNotification;
  } else if (seen.error) {
    seen.glance.kind = Kind::kError;
  } else if (seen.result) {
    seen.glance.kind = Kind::kResult;
  }
  return seen.glance;
}

}  // namespace tailrace
