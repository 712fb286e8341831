// SPDX-License-Identifier: Apache-2.0
// Steps as a list of Python's. What comes again with its numbers counted on is a loop.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>

#include "reports/reproduce_parts.h"

namespace tailrace {
namespace {

constexpr std::size_t kMostEntries = 60;   // More would be read by nobody.
constexpr std::size_t kLongestRound = 8;   // Steps that are looked for as repeated together.
constexpr std::size_t kLongestNumber = 9;  // Digits; longer ones are no counters.
constexpr std::size_t kLongRun = 64;       // So many equal bytes are written as a product.
constexpr std::size_t kLongHead = 32;      // Shorter ones need no name.
constexpr double kSameTime = 0.010, kSameShare = 0.5;
constexpr double kShortStall = 0.03, kLongStall = 0.25;  // Seconds of a delayed ACK.

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
  return (near(a.took, b.took) || (is_stall(a.took) && is_stall(b.took))) && near(a.pause, b.pause);
}

struct Round {
  std::size_t length = 1, times = 1;
};

// Whether the `nth` round's text is the first's, with its numbers counted on as in the second's.
bool counts_on(const std::string& first, const std::string& second, const std::string& then,
               std::size_t nth) {
  const auto once = growth(first, second), now = growth(first, then);
  if (!once || !now) return false;
  for (std::size_t i = 0; i < once->size(); ++i) {
    if ((*now)[i] != (*once)[i] * static_cast<long>(nth)) return false;
  }
  return true;
}

bool comes_again(const std::vector<ScriptStep>& steps, std::size_t first, std::size_t length,
                 std::size_t nth) {
  const ScriptStep &once = steps[first], &twice = steps[first + length];
  const ScriptStep& then = steps[first + nth * length];
  return alike(once, then) && counts_on(once.sent, twice.sent, then.sent, nth) &&
         counts_on(once.wanted, twice.wanted, then.wanted, nth) &&
         then.connection - once.connection == (twice.connection - once.connection) * nth;
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

// `quote` is the one around it.
void literal(std::string& out, char c, char quote) {
  if (c == '\r') {
    out += "\\r";
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == quote || c == '\\') {
    out += {'\\', c};
  } else if (c < ' ' || c > '~') {
    out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  } else {
    out += c;
  }
}

// Heads of messages that are sent more than once, as names of Python's. A head is what stands
// before the length.
class Heads {
 public:
  explicit Heads(const std::vector<ScriptStep>& steps) {
    for (const ScriptStep& step : steps) ++uses_[head_of(step.sent)];
    std::erase_if(uses_, [](const auto& use) { return use.first.size() < kLongHead; });
  }

  // Of a message, with numbers that grow to those of `next`.
  std::string literal(const std::string& sent, const std::string& next) {
    const std::string head = head_of(sent);
    const auto used = uses_.find(head);
    if (used == uses_.end() || used->second < 2 || head != head_of(next)) {
      return python_pattern(sent, *growth(sent, next));
    }
    const auto known = std::find(names_.begin(), names_.end(), head);
    const auto index = static_cast<std::size_t>(known - names_.begin());
    if (known == names_.end()) names_.push_back(head);
    const std::string rest = sent.substr(head.size()), after = next.substr(head.size());
    return name(index) + " + " + python_pattern(rest, *growth(rest, after));
  }

  std::string definitions() const {
    std::string out;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      out += fmt::format("{} = {}\n", name(i), python_bytes(names_[i]));
    }
    return out;
  }

 private:
  static std::string name(std::size_t index) { return fmt::format("HEAD_{}", index + 1); }

  static std::string head_of(const std::string& sent) {
    const auto length = lowered(sent).find("content-length:");
    return length == std::string::npos ? "" : sent.substr(0, length);
  }

  std::map<std::string, int> uses_;
  std::vector<std::string> names_;
};

}  // namespace

std::string python_bytes(std::string_view bytes) {
  const bool double_within = bytes.find('"') != std::string_view::npos;
  const char quote = double_within && bytes.find('\'') == std::string_view::npos ? '\'' : '"';
  std::string out = {'b', quote};
  bool product = false;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t other = bytes.find_first_not_of(bytes[at], at);
    const std::size_t run = std::min(other, bytes.size()) - at;
    if (run < kLongRun) {
      literal(out, bytes[at++], quote);
      continue;
    }
    out += fmt::format("{0} + b{0}", quote);
    literal(out, bytes[at], quote);
    out += fmt::format("{0} * {1} + b{0}", quote, run);
    at += run;
    product = true;
  }
  out += quote;
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

bool is_stall(double seconds) { return seconds > kShortStall && seconds < kLongStall; }

Result<std::string> script_steps(const std::vector<ScriptStep>& steps, std::string_view columns,
                                 const WriteEntry& entry) {
  Heads heads(steps);
  std::string out;
  std::size_t entries = 0;
  for (std::size_t at = 0; at < steps.size();) {
    const Round round = longest_at(steps, at);
    entries += round.length;
    if (entries > kMostEntries) {
      return trouble(fmt::format("it took more than {} steps that differ", kMostEntries));
    }
    const bool loop = round.times > 1;
    if (loop) out += fmt::format("    *(step for i in range({}) for step in [\n", round.times);
    for (std::size_t i = at; i < at + round.length; ++i) {
      const ScriptStep& step = steps[i];
      const ScriptStep& next = steps[loop ? i + round.length : i];
      const long apart = static_cast<long>(next.connection) - static_cast<long>(step.connection);
      out += loop ? "        " : "    ";
      out += entry(step, counted(std::to_string(step.connection), apart),
                   heads.literal(step.sent, next.sent),
                   python_pattern(step.wanted, *growth(step.wanted, next.wanted))) + ",\n";
    }
    if (loop) out.replace(out.size() - 2, 2, "]),\n");
    at += round.length * round.times;
  }
  return fmt::format("{}STEPS = [  # {}\n{}]\n", heads.definitions(), columns, out);
}

}  // namespace tailrace
