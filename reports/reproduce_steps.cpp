// SPDX-License-Identifier: Apache-2.0
// Steps as a list of Python's. What comes again with its numbers counted on is a loop.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "reports/reproduce_parts.h"

namespace tailrace {
namespace {

constexpr std::size_t kMostEntries = 60;   // More would be read by nobody.
constexpr std::size_t kLongestRound = 8;   // Steps that are looked for as repeated together.
constexpr std::size_t kLongestNumber = 9;  // Digits; longer ones are no counters.
constexpr std::size_t kLongRun = 64;       // So many equal bytes are written as a product.
constexpr double kSameTime = 0.010, kSameShare = 0.5;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Text and numbers by turns; text first.
std::vector<std::string_view> parted(std::string_view text) {
  std::vector<std::string_view> parts;
  std::size_t from = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end == at || end - at > kLongestNumber) {
      at = std::max(end, at + 1);
      continue;
    }
    parts.push_back(text.substr(from, at - from));
    parts.push_back(text.substr(at, end - at));
    from = at = end;
  }
  parts.push_back(text.substr(from));
  return parts;
}

long number(std::string_view digits) {
  return std::strtol(std::string(digits).c_str(), nullptr, 10);
}

// By how much each number of `text` grows to the next round's; nullopt where more differs.
std::optional<std::vector<long>> growth(std::string_view text, std::string_view next) {
  const auto was = parted(text), is = parted(next);
  if (was.size() != is.size()) return std::nullopt;
  std::vector<long> by;
  for (std::size_t i = 0; i < was.size(); ++i) {
    if (i % 2 == 0 ? was[i] != is[i] : was[i].size() != is[i].size()) return std::nullopt;
    if (i % 2 == 1) by.push_back(number(is[i]) - number(was[i]));
  }
  return by;
}

bool near(double a, double b) {
  return std::abs(a - b) < std::max(kSameTime, kSameShare * std::max(a, b));
}

bool alike(const ScriptStep& a, const ScriptStep& b) {
  return a.verb == b.verb && a.wanted == b.wanted && a.came == b.came && near(a.took, b.took) &&
         near(a.before, b.before);
}

struct Round {
  std::size_t length = 1, times = 1;
};

bool comes_again(const std::vector<ScriptStep>& steps, std::size_t first, std::size_t length,
                 std::size_t nth) {
  const ScriptStep& then = steps[first + nth * length];
  const auto once = growth(steps[first].bytes, steps[first + length].bytes);
  const auto now = growth(steps[first].bytes, then.bytes);
  if (!once || !now || !alike(steps[first], then)) return false;
  const auto times = static_cast<long>(nth);
  for (std::size_t i = 0; i < once->size(); ++i) {
    if ((*now)[i] != (*once)[i] * times) return false;
  }
  return then.connection - steps[first].connection ==
         (steps[first + length].connection - steps[first].connection) * nth;
}

// How often the `length` steps at `at` come one after the other.
std::size_t times_at(const std::vector<ScriptStep>& steps, std::size_t at, std::size_t length) {
  std::size_t nth = 1;
  for (; at + (nth + 1) * length <= steps.size(); ++nth) {
    for (std::size_t i = 0; i < length; ++i) {
      if (!comes_again(steps, at + i, length, nth)) return nth;
    }
  }
  return nth;
}

Round longest_at(const std::vector<ScriptStep>& steps, std::size_t at) {
  Round best;
  for (std::size_t length = 1; length <= kLongestRound; ++length) {
    const std::size_t times = times_at(steps, at, length);
    if (times > 1 && times * length > best.times * best.length) best = {length, times};
  }
  return best;
}

std::string counted(const std::string& from, long by) {
  if (by == 0) return from;
  return by == 1 ? from + " + i" : fmt::format("{} + {} * i", from, by);
}

// The bytes with those numbers as placeholders that grow from round to round.
std::string python_pattern(const std::string& bytes, const std::vector<long>& by) {
  if (std::all_of(by.begin(), by.end(), [](long n) { return n == 0; })) return python_bytes(bytes);
  std::string pattern, numbers;
  const auto parts = parted(bytes);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i % 2 == 1 && by[i / 2] != 0) {
      pattern += parts[i].front() == '0' ? fmt::format("%0{}d", parts[i].size()) : "%d";
      numbers += (numbers.empty() ? "" : ", ") +
                 counted(std::to_string(number(parts[i])), by[i / 2]);
      continue;
    }
    for (const char c : parts[i]) pattern += c == '%' ? "%%" : std::string(1, c);
  }
  return fmt::format("{} % ({},)", python_bytes(pattern), numbers);
}

void literal(std::string& out, char c) {
  if (c == '\r') {
    out += "\\r";
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == '"' || c == '\\') {
    out += {'\\', c};
  } else if (c < ' ' || c > '~') {
    out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  } else {
    out += c;
  }
}

}  // namespace

std::string python_bytes(std::string_view bytes) {
  std::string out = "b\"";
  bool product = false;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t other = bytes.find_first_not_of(bytes[at], at);
    const std::size_t run = std::min(other, bytes.size()) - at;
    if (run < kLongRun) {
      literal(out, bytes[at++]);
      continue;
    }
    out += "\" + b\"";
    literal(out, bytes[at]);
    out += fmt::format("\" * {} + b\"", run);
    at += run;
    product = true;
  }
  out += "\"";
  return product ? "(" + out + ")" : out;
}

std::string seconds(double value) {
  return fmt::format("{}", std::round(value * 1000) / 1000);
}

std::string lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

Result<std::string> script_steps(const std::vector<ScriptStep>& steps, const WriteEntry& entry) {
  std::string out = "STEPS = [\n";
  std::size_t entries = 0;
  for (std::size_t at = 0; at < steps.size();) {
    const Round round = longest_at(steps, at);
    entries += round.length;
    if (entries > kMostEntries) {
      return trouble(fmt::format("it took more than {} steps that differ", kMostEntries));
    }
    if (round.times > 1) {
      out += fmt::format("    *(step for i in range({}) for step in [\n", round.times);
    }
    for (std::size_t i = at; i < at + round.length; ++i) {
      const ScriptStep& step = steps[i];
      std::string connection = std::to_string(step.connection);
      std::string bytes = python_bytes(step.bytes);
      if (round.times > 1) {
        const ScriptStep& next = steps[i + round.length];
        connection = counted(connection, static_cast<long>(next.connection) -
                                             static_cast<long>(step.connection));
        bytes = python_pattern(step.bytes, *growth(step.bytes, next.bytes));
      }
      out += (round.times > 1 ? "        " : "    ") + entry(step, connection, bytes) + ",\n";
    }
    if (round.times > 1) out.replace(out.size() - 2, 2, "]),\n");
    at += round.length * round.times;
  }
  return out + "]\n";
}

}  // namespace tailrace
