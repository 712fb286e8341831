// SPDX-License-Identifier: Apache-2.0
// What a program compares of bytes that came.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "reports/reproduce_parts.h"

namespace tailrace {
namespace {

constexpr std::size_t kLong = 2000, kBegin = 80, kEnd = 40;  // Bytes of a message.
constexpr std::size_t kRandom = 20;                // As long as that, with a digit: not a name.
constexpr std::string_view kOfNames = "_.:+-";
// The framing tells whether a body has an end, where that is what is wrong.
constexpr std::array<std::string_view, 3> kAnswerHeads{"content-type:", "x-accel-buffering:",
                                                       "transfer-encoding:"};
constexpr std::array<std::string_view, 1> kEventId{"id:"}, kSession{"mcp-session-id:"};
constexpr std::array<std::string_view, 4> kRequestHeads{"accept:", "content-type:",
                                                        "last-event-id:", "mcp-"};
constexpr std::array<std::string_view, 3> kMethods{"POST ", "GET ", "DELETE "};

template <std::size_t N>
bool begins(std::string_view line, const std::array<std::string_view, N>& with) {
  return std::any_of(with.begin(), with.end(), [line](std::string_view word) {
    return line.size() >= word.size() &&
           std::equal(word.begin(), word.end(), line.begin(), [](char a, char b) {
             return std::tolower(static_cast<unsigned char>(a)) ==
                    std::tolower(static_cast<unsigned char>(b));
           });
  });
}

// Of one line, or "".
std::string_view of_answer(std::string_view line, bool blank_follows, bool event_ids) {
  constexpr std::size_t kStatus = 12;  // "HTTP/1.1 200"
  if (line == "0" && blank_follows) return line;
  if (line.starts_with("data:")) line.remove_prefix(line.starts_with("data: ") ? 6 : 5);
  if (line.starts_with("HTTP/1.")) return line.substr(0, kStatus);
  if (begins(line, kSession)) return line.substr(0, kSession.front().size() - 1);
  const bool kept = begins(line, kAnswerHeads) || (event_ids && begins(line, kEventId)) ||
                    line.starts_with("{") || line == kEndSaid.substr(1);
  return kept ? line : std::string_view();
}

std::string_view of_request(std::string_view line) {
  if (begins(line, kMethods)) return line.substr(0, line.find(' ', line.find(' ') + 1));
  const bool kept = begins(line, kRequestHeads) || line.starts_with("{") ||
                    line == kEndSaid.substr(1) || line == kResetSaid.substr(1);
  return kept ? line : std::string_view();
}

bool of_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || kOfNames.find(c) != std::string_view::npos;
}

}  // namespace

std::string masked(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    bool digit = false;
    for (; end < text.size() && of_name(text[end]); ++end) {
      digit |= text[end] >= '0' && text[end] <= '9';
    }
    if (end == at) {
      out += text[at++];
      continue;
    }
    out += digit && end - at >= kRandom ? "*" : text.substr(at, end - at);
    at = end;
  }
  return out;
}

std::vector<std::string> said_of(Said which, std::string_view text) {
  std::vector<std::string> said;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool blank = text.substr(std::min(at, text.size())).starts_with('\r');
    const auto told = which == Said::kRequests ? of_request(line)
                                               : of_answer(line, blank, which == Said::kEvents);
    if (!told.empty()) said.emplace_back(told);
  }
  return said;
}

std::string shortened(const std::string& line) {
  if (line.size() < kLong) return line;
  return line.substr(0, kBegin) + " ... " + line.substr(line.size() - kEnd);
}

}  // namespace tailrace
