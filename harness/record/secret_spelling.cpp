// SPDX-License-Identifier: Apache-2.0
#include "harness/record/secret_spelling.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

#include "harness/wire/utf8.h"

namespace tailrace {
namespace {

constexpr std::string_view kPlain = "-._~";
constexpr std::size_t kPartial = std::string_view::npos;  // The text ended in a spelling.
constexpr char32_t kAboveBmp = 0x10000;

struct ShortEscape {
  char byte;
  char letter;
};
constexpr std::array<ShortEscape, 5> kShortEscapes = {
    {{'\n', 'n'}, {'\r', 'r'}, {'\t', 't'}, {'\b', 'b'}, {'\f', 'f'}}};

struct Entity {
  char byte;
  std::string_view name;
};
constexpr std::array<Entity, 7> kEntities = {{{'&', "&amp;"},
                                              {'<', "&lt;"},
                                              {'>', "&gt;"},
                                              {'"', "&quot;"},
                                              {'"', "&#34;"},
                                              {'\'', "&#39;"},
                                              {'\'', "&apos;"}}};

constexpr std::array<std::string_view, 2> kBase64 = {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"};

bool is_alnum(char byte) {
  return std::isalnum(static_cast<unsigned char>(byte)) != 0;
}

char lower(char byte) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(byte)));
}

// Length of what stands there; kPartial where the text ends in it; 0 where something else stands.
// Only `expected` in lower case is given for what may stand in either.
std::size_t stands(std::string_view text, std::size_t at, std::string_view expected,
                   bool either_case = false) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (at + i == text.size()) return kPartial;
    const char byte = text[at + i];
    if ((either_case ? lower(byte) : byte) != expected[i]) return 0;
  }
  return expected.size();
}

std::string hex(std::uint32_t value, int digits) {
  std::string text(static_cast<std::size_t>(digits), '0');
  for (int i = digits - 1; i >= 0; --i, value >>= 4) {
    text[static_cast<std::size_t>(i)] = "0123456789abcdef"[value & 15U];
  }
  return text;
}

// One character of a secret: several bytes where they are UTF-8.
struct Letter {
  std::string_view bytes;
  char32_t code;
};

Letter letter_at(std::string_view secret, std::size_t at) {
  const Utf8Step step = utf8_step(secret, at);
  const auto first = static_cast<unsigned char>(secret[at]);
  if (!step.valid || step.length == 1) return {secret.substr(at, 1), first};
  char32_t code = first & (0x7FU >> step.length);
  for (std::size_t i = 1; i < step.length; ++i) {
    code = code << 6 | (static_cast<unsigned char>(secret[at + i]) & 0x3FU);
  }
  return {secret.substr(at, step.length), code};
}

// The rest of \uXXXX, twice for what has a surrogate. Between the two stand as many backslashes as
// escaping was repeated.
std::size_t u_form(std::string_view text, std::size_t at, char32_t code) {
  if (code < kAboveBmp) return stands(text, at, "u" + hex(code, 4), true);
  const char32_t above = code - kAboveBmp;
  const auto high = stands(text, at, "u" + hex(0xD800 + (above >> 10), 4), true);
  if (high == 0 || high == kPartial) return high;
  std::size_t next = at + high;
  while (next < text.size() && text[next] == '\\') ++next;
  if (next == text.size()) return kPartial;
  const auto low = stands(text, next, "u" + hex(0xDC00 + (above & 0x3FF), 4), true);
  return low == 0 || low == kPartial ? low : next - at + low;
}

// Each byte as %XX, or as Latin-1 text in UTF-8 or in \u00XX.
std::size_t by_bytes(std::string_view text, std::size_t at, std::string_view bytes) {
  std::size_t length = 0;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    std::size_t most = stands(text, at + length, "%" + hex(value, 2), true);
    if (most == 0) most = stands(text, at + length, "%25" + hex(value, 2), true);
    if (most == 0 && value >= 0x80) {
      const std::string latin{static_cast<char>(0xC0 | value >> 6),
                              static_cast<char>(0x80 | (value & 0x3F))};
      most = stands(text, at + length, latin);
      std::size_t slashes = 0;
      while (at + length + slashes < text.size() && text[at + length + slashes] == '\\') ++slashes;
      if (most == 0 && (slashes != 0 || length == 0)) {
        most = stands(text, at + length + slashes, "u" + hex(value, 4), true);
        if (most != 0 && most != kPartial) most += slashes;
      }
    }
    if (most == 0 || most == kPartial) return most;
    length += most;
  }
  return length;
}

std::size_t markup_form(std::string_view text, std::size_t at, char byte) {
  for (const Entity& entity : kEntities) {
    if (entity.byte != byte) continue;
    if (const auto length = stands(text, at, entity.name); length != 0) return length;
  }
  return byte == ' ' ? stands(text, at, "+") : 0;
}

// What a percent sign or an ampersand is, itself or the beginning of a code, shows only later: both
// are tried.
enum class First { kItself, kCode };

// A letter that is no backslash; `escaped` where some stand before `at`.
std::size_t letter_form(std::string_view text, std::size_t at, const Letter& letter, bool escaped,
                        First first) {
  if (first == First::kCode) {
    const auto code = by_bytes(text, at, letter.bytes);
    const bool single = letter.bytes.size() == 1;
    const auto form = code == 0 && single ? markup_form(text, at, letter.bytes.front()) : code;
    if (form != 0) return form;
  }
  if (const auto length = stands(text, at, letter.bytes); length != 0) return length;
  if (escaped) {
    for (const ShortEscape& known : kShortEscapes) {
      if (letter.bytes.front() != known.byte) continue;
      if (const auto length = stands(text, at, {&known.letter, 1}); length != 0) return length;
    }
    if (const auto length = u_form(text, at, letter.code); length != 0) return length;
  }
  if (const auto length = by_bytes(text, at, letter.bytes); length != 0) return length;
  return letter.bytes.size() == 1 ? markup_form(text, at, letter.bytes.front()) : 0;
}

std::size_t slashes_at(std::string_view text, std::size_t at) {
  const auto end = text.find_first_not_of('\\', at);
  return (end == std::string_view::npos ? text.size() : end) - at;
}

// No spelling begins with another byte.
bool may_begin(char byte, char secret) {
  return byte == secret || byte == '\\' || byte == '%' || byte == '&' || byte == '+' ||
         static_cast<unsigned char>(byte) >= 0x80;
}

Spelled spelled_as(std::string_view text, std::size_t at, std::string_view secret, First first) {
  std::size_t here = at, read = 0;
  const auto ended = [&](bool whole) { return Spelled{here - at, whole, read}; };
  while (read < secret.size()) {
    if (here >= text.size()) return {text.size() - at, false, read};
    // Escaping doubles backslashes and adds one: where the secret has n, any n or more may stand.
    std::size_t own = slashes_at(secret, read);
    std::size_t there = slashes_at(text, here);
    if (own == 0 && there != 0 && is_alnum(secret[read]) && read == 0) return {};
    for (; own != 0 && there == 0; --own, ++read) {
      const auto coded = by_bytes(text, here, secret.substr(read, 1));
      if (coded == kPartial) return {text.size() - at, false, read};
      if (coded == 0) return {};
      here += coded;
      there = slashes_at(text, here);
    }
    if (there < own) {
      here += there;
      return here == text.size() ? ended(false) : Spelled{};
    }
    read += own;
    if (read == secret.size()) {
      // Of a run that ends the secret only as many as each level of escaping makes of them.
      std::size_t times = 1;
      while (own * times * 2 <= there) times *= 2;
      here += own * times;
      return ended(true);
    }
    here += there;
    const Letter letter = letter_at(secret, read);
    const auto length = letter_form(text, here, letter, there != 0, first);
    if (length == kPartial) return {text.size() - at, false, read};
    if (length == 0) return {};
    here += length;
    read += letter.bytes.size();
  }
  return ended(true);
}

}  // namespace

bool has_other_spellings(std::string_view secret) {
  return !std::all_of(secret.begin(), secret.end(), [](char byte) {
    return is_alnum(byte) || kPlain.find(byte) != std::string_view::npos;
  });
}

Spelled spelled_at(std::string_view text, std::size_t at, std::string_view secret) {
  if (at >= text.size() || secret.empty() || !may_begin(text[at], secret.front())) return {};
  // No escape of a letter or digit has one before it, and of those of another byte the whole run is
  // looked at from its begin: else each of a flood of them would be, from each.
  const bool within = at > 0 && text[at - 1] == '\\';
  const char first = secret.front();
  if (text[at] == '\\' && (is_alnum(first) || (within && first != '\\'))) return {};
  const Spelled itself = spelled_as(text, at, secret, First::kItself);
  if (itself.whole) return itself;
  const Spelled code = spelled_as(text, at, secret, First::kCode);
  return code.whole || code.matched > itself.matched ? code : itself;
}

std::size_t places_of(std::string_view text, std::string_view secret) {
  std::size_t places = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Spelled found = spelled_at(text, at, secret);
    places += found.whole;
    at += found.whole ? found.length : 1;
  }
  return places;
}

std::vector<std::string> base64_forms(std::string_view secret) {
  std::vector<std::string> forms;
  for (const std::string_view alphabet : kBase64) {
    for (std::size_t before = 0; before < 3; ++before) {
      // Whole groups of six bits that lie within the secret's own.
      const std::size_t bits = 8 * secret.size();
      std::string form;
      for (std::size_t bit = (6 - 8 * before % 6) % 6; bit + 6 <= bits; bit += 6) {
        const std::size_t byte = bit / 8;
        std::uint32_t two = static_cast<unsigned char>(secret[byte]) * 256U;
        if (byte + 1 < secret.size()) two += static_cast<unsigned char>(secret[byte + 1]);
        form += alphabet[two >> (10 - bit % 8) & 63U];
      }
      if (std::find(forms.begin(), forms.end(), form) == forms.end()) forms.push_back(form);
    }
  }
  return forms;
}

}  // namespace tailrace
