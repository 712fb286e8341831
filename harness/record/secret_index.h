// SPDX-License-Identifier: Apache-2.0
// SecretIndex: where known secrets stand in a text, found in one pass over it however many there
// are: a client of hundreds of sessions has as many. Immutable once built: any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tailrace {

struct Secret {
  std::string text;
  std::string pseudonym;
  bool any_spelling = false;  // Looked for as JSON, URLs and markup write it too.
};

class SecretIndex {
 public:
  // A shorter beginning of a secret at the end of a text is chance.
  static constexpr std::size_t kFewest = 4;

  SecretIndex() = default;
  // Of those that are looked for as they are; each has at least kFewest bytes.
  explicit SecretIndex(const std::vector<Secret>& secrets);

  struct Hit {
    std::size_t secret = 0;  // Its place in the list.
    std::size_t at = 0;      // May reach beyond the end of the text.
  };
  // By secret and then by place. `text` outlives nothing of it.
  std::vector<Hit> find(std::string_view text, const std::vector<Secret>& secrets) const;
  std::size_t longest() const { return longest_; }  // 0: there are none.

 private:
  struct Entry {
    std::uint32_t begin = 0;  // Its first bytes.
    std::size_t secret = 0;
  };
  void add_hits(std::string_view text, std::size_t at, const std::vector<Secret>& secrets,
                std::vector<bool>& ended, std::vector<Hit>& hits) const;

  std::vector<Entry> entries_;          // By `begin`.
  std::vector<std::uint64_t> present_;  // One bit for each hash of a `begin`.
  std::size_t longest_ = 0;
};

}  // namespace tailrace
