// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/member_line.h"

#include <algorithm>
#include <string>
#include <vector>

namespace tailrace {
namespace {

// Walks over the text and keeps the names that lead to the present place.
class MemberFinder {
  struct Within {
    std::string name;  // ".stop", or "[2]" in a list
    bool list = false;
    std::size_t at = 0;  // Of its elements
  };

 public:
  explicit MemberFinder(std::string_view text) : text_(text) {}

  std::size_t line_of(std::string_view path) {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '/') {
        skip_comment();
        continue;
      }
      if (c == '"') {
        const std::size_t began = at_;
        const std::string word = take_string();
        if (is_name() && here(word) == path) return line_at(began);
        last_ = word;
        continue;
      }
      if (c == '{' || c == '[') begin(c == '[');
      if ((c == '}' || c == ']') && !within_.empty()) within_.pop_back();
      if (c == ',' && !within_.empty()) ++within_.back().at;
      ++at_;
    }
    return 0;
  }

 private:
  void skip_comment() {
    const bool block = text_.substr(at_, 2) == "/*";
    const auto end = block ? text_.find("*/", at_ + 2) : text_.find('\n', at_);
    at_ = end == std::string_view::npos ? text_.size() : end + (block ? 2 : 1);
  }

  std::string take_string() {
    std::string word;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
      if (at_ < text_.size()) word += text_[at_];
    }
    ++at_;
    return word;
  }

  bool is_name() const {
    const auto next = text_.find_first_not_of(" \t\r\n", std::min(at_, text_.size()));
    return next != std::string_view::npos && text_[next] == ':';
  }

  void begin(bool list) {
    const bool in_list = !within_.empty() && within_.back().list;
    const std::string name =
        in_list ? "[" + std::to_string(within_.back().at) + "]" : "." + last_;
    within_.push_back({name, list, 0});
  }

  // The outermost brace has no name.
  std::string here(const std::string& word) const {
    std::string path;
    for (std::size_t i = 1; i < within_.size(); ++i) path += within_[i].name;
    path += "." + word;
    return path.substr(1);
  }

  std::size_t line_at(std::size_t place) const {
    return 1 + static_cast<std::size_t>(std::count(
                   text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(place), '\n'));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string last_;
  std::vector<Within> within_;
};

}  // namespace

std::size_t line_of_member(std::string_view text, std::string_view path) {
  return MemberFinder(text).line_of(path);
}

}  // namespace tailrace
