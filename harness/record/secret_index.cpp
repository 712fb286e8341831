// SPDX-License-Identifier: Apache-2.0
#include "harness/record/secret_index.h"

#include <algorithm>
#include <cstring>

namespace tailrace {
namespace {

constexpr unsigned kHashBits = 14;
constexpr std::size_t kWords = (std::size_t{1} << kHashBits) / 64;

std::uint32_t begin_of(const char* at) {
  static_assert(sizeof(std::uint32_t) == SecretIndex::kFewest);
  std::uint32_t begin = 0;
  std::memcpy(&begin, at, sizeof begin);
  return begin;
}

std::uint32_t hash_of(std::uint32_t begin) {
  return (begin * 2654435761U) >> (32 - kHashBits);  // 2^32 divided by the golden ratio.
}

}  // namespace

SecretIndex::SecretIndex(const std::vector<Secret>& secrets) : present_(kWords, 0) {
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    const Secret& secret = secrets[i];
    if (secret.any_spelling || secret.text.size() < kFewest) continue;
    const std::uint32_t begin = begin_of(secret.text.data());
    entries_.push_back({begin, i});
    present_[hash_of(begin) / 64] |= std::uint64_t{1} << (hash_of(begin) % 64);
    longest_ = std::max(longest_, secret.text.size());
  }
  std::ranges::stable_sort(entries_, {}, &Entry::begin);
}

std::vector<SecretIndex::Hit> SecretIndex::find(std::string_view text,
                                                const std::vector<Secret>& secrets) const {
  std::vector<Hit> hits;
  if (entries_.empty() || text.size() < kFewest) return hits;
  std::vector<bool> ended(secrets.size(), false);
  for (std::size_t at = 0; at + kFewest <= text.size(); ++at) {
    const std::uint32_t hash = hash_of(begin_of(text.data() + at));
    if ((present_[hash / 64] >> (hash % 64) & 1) != 0) add_hits(text, at, secrets, ended, hits);
  }
  std::ranges::stable_sort(hits, {}, &Hit::secret);
  return hits;
}

// `ended`: of this secret the text's end holds a beginning, and the longest came first.
void SecretIndex::add_hits(std::string_view text, std::size_t at,
                           const std::vector<Secret>& secrets, std::vector<bool>& ended,
                           std::vector<Hit>& hits) const {
  const auto same = std::ranges::equal_range(entries_, begin_of(text.data() + at), {},
                                             &Entry::begin);
  const std::string_view rest = text.substr(at);
  for (const Entry& entry : same) {
    const std::string& secret = secrets[entry.secret].text;
    if (rest.starts_with(secret)) {
      hits.push_back({entry.secret, at});
    } else if (!ended[entry.secret] && secret.starts_with(rest)) {
      ended[entry.secret] = true;
      hits.push_back({entry.secret, at});
    }
  }
}

}  // namespace tailrace
