// SPDX-License-Identifier: Apache-2.0
// For the tests of incremental parsers: how bytes are cut into feeds must change nothing.
// Pure function: any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tailrace {

// `run` feeds the pieces to a fresh parser and returns what it told, as text. Cuts `input` in two
// at every place, and into single bytes. Returns the first account that differs from that of the
// uncut input, with its cut; empty where all agree. Pieces are copies, so that a sanitizer sees
// every read beyond one.
template <class Run>
std::string differing_split(std::string_view input, Run run) {
  using Pieces = std::vector<std::string>;
  const std::string whole = run(Pieces{std::string(input)});
  for (std::size_t cut = 0; cut <= input.size(); ++cut) {
    const Pieces two{std::string(input.substr(0, cut)), std::string(input.substr(cut))};
    if (const std::string told = run(two); told != whole) {
      return "cut at " + std::to_string(cut) + ":\n" + told + "uncut:\n" + whole;
    }
  }
  Pieces bytes;
  for (const char byte : input) bytes.emplace_back(1, byte);
  const std::string told = run(bytes);
  return told == whole ? "" : "byte by byte:\n" + told + "uncut:\n" + whole;
}

}  // namespace tailrace
