// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/secrets_in_url.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string_view>

namespace tailrace {
namespace {

// Words of a name such as api_key, accessToken or X-Amz-Signature, in lower case.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words(1);
  bool was_small = false;
  for (const char c : name) {
    const auto letter = static_cast<unsigned char>(c);
    const bool begins = std::isalnum(letter) == 0 || (was_small && std::isupper(letter) != 0);
    if (begins && !words.back().empty()) words.emplace_back();
    if (std::isalnum(letter) != 0) words.back() += static_cast<char>(std::tolower(letter));
    was_small = std::islower(letter) != 0;
  }
  return words;
}

// No word that messages have: it would be replaced in them.
bool looks_random(std::string_view value) {
  constexpr std::size_t kLeast = 8;
  const auto any = [&](int (*is)(int)) {
    return std::ranges::any_of(value, [&](char c) { return is(static_cast<unsigned char>(c)); });
  };
  const bool mixes = any(&std::isupper) && any(&std::islower);
  return value.size() >= kLeast && (any(&std::isdigit) || mixes);
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned byte = 0;
    const auto* const digits = text.data() + at + 1;
    const bool is_code = text[at] == '%' && at + 2 < text.size() &&
                         std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
    decoded += is_code ? static_cast<char>(byte) : text[at];
    if (is_code) at += 2;
  }
  return decoded;
}

}  // namespace

std::vector<std::string> secrets_in(const Url& url) {
  std::vector<std::string> secrets;
  constexpr std::string_view kNames[] = {"key",       "apikey", "token",    "secret",     "auth",
                                         "signature", "sig",    "password", "credential", "code"};
  std::string_view rest(url.target);
  rest.remove_prefix(std::min(rest.find('?'), rest.size()));
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(pair.size());
    const auto equals = pair.find('=');
    if (equals == pair.npos || !looks_random(pair.substr(equals + 1))) continue;
    const auto words = words_of(pair.substr(0, equals));
    const bool is_secret = std::ranges::any_of(words, [&](const std::string& word) {
      return std::ranges::find(kNames, word) != std::end(kNames);
    });
    if (!is_secret) continue;
    secrets.emplace_back(pair.substr(equals + 1));
    secrets.push_back(percent_decoded(secrets.back()));
    if (secrets.back() == secrets[secrets.size() - 2]) secrets.pop_back();
  }
  return secrets;
}

}  // namespace tailrace
