// SPDX-License-Identifier: Apache-2.0
// Redaction: secrets are replaced before a byte reaches the History, a file or a report.
//
// A secret's every byte is replaced by one derived from a key of this run and the secret's bytes up
// to there (a chain of SHA-256), so that the pseudonym has the same length (stream offsets still
// match the packets), can be made while bytes arrive in any split, and is equal for equal secrets:
// two sessions stay two, be their ids letters and digits as short as they like. The key is never
// written. Vault: thread-safe. Redactor: one per direction of a connection, used by the thread that
// owns that connection.
#pragma once

#include <array>
#include <compare>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "harness/record/secret_index.h"

namespace tailrace {

struct KnownSecrets {
  std::vector<Secret> list;
  SecretIndex index;
};
using Secrets = std::shared_ptr<const KnownSecrets>;

class Vault {
 public:
  Vault();  // Draws a new key.

  // Shorter values are masked in their headers but not searched for elsewhere: replacing every
  // "1" of a body would destroy the evidence.
  static constexpr std::size_t kShortest = 6;
  // Session ids of a long run are forgotten oldest first; secrets given by the user never.
  static constexpr std::size_t kMostLearned = 512;
  static constexpr std::size_t kMostLearnedBytes = 128 << 10;  // Of those: all are looked for.
  static constexpr std::size_t kMostRevealed = 8192;  // The newest session ids, for reveal().

  // A secret the user gave (a header's value, a token): in every spelling, and in base64.
  void protect(std::string_view secret);
  void learn(std::string_view secret);    // One seen in a header.
  void learn_session(std::string_view id);  // The same, to be revealed whatever its length.

  std::string pseudonym(std::string_view secret) const;
  // Of the next byte of a secret; the chain stands for those before it.
  struct Chain {
    std::array<unsigned char, 32> hash{};  // SHA-256
    bool operator==(const Chain&) const = default;
  };
  Chain begun() const;  // Of none.
  char pseudonym_byte(Chain& chain, char byte) const;
  // The session id of this pseudonym, or another secret; the text itself where it is unknown.
  std::string reveal(const std::string& pseudonym) const;
  // A text with each secret put back that was masked in it, as a session id inside an event id.
  std::string unmask(std::string text) const;
  // Replaces every known secret; for texts that are whole (process output, reports).
  std::string mask(std::string text) const;
  Secrets known() const;

 private:
  Chain next_of(const Chain& chain, char byte) const;  // Under the lock.
  void remember(std::string_view secret, bool by_user);
  void mask_spellings(std::string& text, const Secret& secret) const;

  std::string key_;
  mutable std::mutex mutex_;
  struct Step {
    Chain chain;
    char byte;
    bool operator==(const Step&) const = default;
  };
  struct StepHash {
    std::size_t operator()(const Step& step) const;
  };
  mutable std::unordered_map<Step, Chain, StepHash> chains_;  // Cache of next_of().
  std::size_t by_user_ = 0;  // The first so many of `known_` came from the user.
  std::size_t learned_bytes_ = 0;  // Of the others
  Secrets known_;
  std::map<std::string, std::string, std::less<>> sessions_;  // By pseudonym
  std::deque<std::string> order_;                              // Of those, the oldest first
};

class Redactor {
 public:
  explicit Redactor(Vault& vault) : vault_(&vault), chain_(vault.begun()) {}
  // The next bytes of this direction, masked; of the same length.
  std::string mask(std::string_view bytes);

 private:
  char mask_header_byte(char byte);
  void end_line();
  void mask_known(std::string& masked, std::string_view raw);
  // `skipped`: of `recent_`, what was masked before.
  void mask_hits(std::string& masked, std::size_t skipped, const KnownSecrets& secrets);
  void mask_spellings(std::string& masked, std::size_t skipped, const Secret& secret);

  enum class Place { kLineStart, kSensitiveValue, kRestOfLine };
  Vault* vault_;
  Place place_ = Place::kLineStart;
  bool may_go_on_ = false;  // The line before was a sensitive header's.
  bool after_line_feed_ = false;  // And nothing since but CR.
  std::string name_;   // Of the present line, until its colon.
  std::string value_;  // Of a sensitive header, so far.
  Vault::Chain chain_;  // The same.
  std::string recent_;  // Last raw bytes: a secret may be split between two reads.
};

}  // namespace tailrace
