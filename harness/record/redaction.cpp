// SPDX-License-Identifier: Apache-2.0
#include "harness/record/redaction.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <utility>

#include "harness/base/assert.h"
#include "harness/record/secret_spelling.h"

namespace tailrace {
namespace {

constexpr std::size_t kKeyBytes = 16;
constexpr std::size_t kMostCached = 64 << 10;  // Steps of chains; then the cache begins anew.
// A longer value in a sensitive header is a flood and no secret: masked by kFiller.
constexpr std::size_t kLongestValue = 4 << 10;
constexpr char kFiller = 'x';
constexpr std::size_t kLongestName = 64;      // No sensitive header has a longer name.
constexpr std::size_t kLongestTail = 4096;    // Longer secrets are not found across reads.
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kSessionHeader = "mcp-session-id";
constexpr std::array<std::string_view, 5> kSensitive = {"authorization", "proxy-authorization",
                                                        "cookie", "set-cookie", kSessionHeader};

bool is_sensitive(std::string_view name) {
  return std::find(kSensitive.begin(), kSensitive.end(), name) != kSensitive.end();
}

bool ends_line(char byte) {
  return byte == '\r' || byte == '\n';
}

bool is_blank(char byte) {
  return byte == ' ' || byte == '\t';
}

// Both of one length.
void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

std::string_view without_trailing_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

Vault::Vault() : key_(kKeyBytes, '\0'), known_(std::make_shared<KnownSecrets>()) {
  const int drawn = RAND_bytes(reinterpret_cast<unsigned char*>(key_.data()), kKeyBytes);
  TAILRACE_ASSERT(drawn == 1);
}

void Vault::protect(std::string_view secret) {
  // "Bearer abc": the token alone is as secret as the whole value.
  const std::string_view token = secret.substr(secret.rfind(' ') + 1);
  if (token.size() >= kShortest) {
    for (const std::string& form : base64_forms(token)) remember(form, true);
  }
  remember(token, true);
  remember(secret, true);  // Last, and so looked for first.
}

void Vault::learn(std::string_view secret) {
  remember(secret, false);
}

void Vault::learn_session(std::string_view id) {
  learn(id);
  if (id.empty()) return;
  const std::string masked = pseudonym(id);
  const std::scoped_lock lock(mutex_);
  if (!sessions_.emplace(masked, id).second) return;
  order_.push_back(masked);
  if (order_.size() <= kMostRevealed) return;
  sessions_.erase(order_.front());
  order_.pop_front();
}

void Vault::remember(std::string_view secret, bool by_user) {
  if (secret.size() < kShortest) return;
  const Secret entry{std::string(secret), pseudonym(secret),
                     by_user && has_other_spellings(secret)};
  const std::scoped_lock lock(mutex_);
  const auto is_it = [&](const Secret& known) { return known.text == secret; };
  if (std::ranges::any_of(known_->list, is_it)) return;
  auto list = known_->list;
  if (by_user) {
    list.insert(list.begin(), entry);
    ++by_user_;
  } else {
    list.push_back(entry);
    learned_bytes_ += secret.size();
    const auto oldest = static_cast<std::ptrdiff_t>(by_user_);
    while (list.size() - by_user_ > kMostLearned || learned_bytes_ > kMostLearnedBytes) {
      learned_bytes_ -= list[by_user_].text.size();
      list.erase(list.begin() + oldest);
    }
  }
  SecretIndex index(list);
  known_ = std::make_shared<KnownSecrets>(std::move(list), std::move(index));
}

// A chain is a hash by itself, of a secret key.
std::size_t Vault::StepHash::operator()(const Step& step) const {
  std::size_t hash = 0;
  std::memcpy(&hash, step.chain.hash.data(), sizeof hash);
  return hash ^ static_cast<unsigned char>(step.byte);
}

// All that is hashed is of one length, so that nothing can be put behind it; in one block of the
// hash, since a flood of secrets costs one for each byte.
Vault::Chain Vault::next_of(const Chain& chain, char byte) const {
  const Step step{chain, byte};
  if (const auto known = chains_.find(step); known != chains_.end()) return known->second;
  std::array<unsigned char, kKeyBytes + sizeof chain.hash + 1> hashed;
  static_assert(hashed.size() <= 55);
  const auto rest = std::ranges::copy(key_, hashed.begin()).out;
  *std::ranges::copy(chain.hash, rest).out = static_cast<unsigned char>(byte);
  Chain next;
  EVP_Digest(hashed.data(), hashed.size(), next.hash.data(), nullptr, EVP_sha256(), nullptr);
  if (chains_.size() >= kMostCached) chains_.clear();
  chains_.emplace(step, next);
  return next;
}

Vault::Chain Vault::begun() const {
  const std::scoped_lock lock(mutex_);
  return next_of(Chain(), '\0');
}

char Vault::pseudonym_byte(Chain& chain, char byte) const {
  const std::scoped_lock lock(mutex_);
  const Chain before = std::exchange(chain, next_of(chain, byte));
  // Blanks are no secret, and those around a value are not part of it: they must still show.
  if (is_blank(byte)) return byte;
  // Letters and digits that follow the same bytes are turned by the same amount: two of them never
  // become one, and what differs by one letter differs by one.
  const auto letter = kAlphabet.find(byte);
  const bool turns = letter != std::string_view::npos;
  const Chain& from = turns ? before : chain;
  const std::size_t turn = std::size_t{from.hash[0]} * 256 + from.hash[1];
  return kAlphabet[((turns ? letter : 0) + turn) % kAlphabet.size()];
}

std::string Vault::pseudonym(std::string_view secret) const {
  const Secrets secrets = known();
  const auto same = std::ranges::find(secrets->list, secret, &Secret::text);
  if (same != secrets->list.end()) return same->pseudonym;
  std::string masked(secret);
  Chain chain = begun();
  for (char& byte : masked) byte = pseudonym_byte(chain, byte);
  return masked;
}

std::string Vault::reveal(const std::string& pseudonym) const {
  const std::scoped_lock lock(mutex_);
  if (const auto id = sessions_.find(pseudonym); id != sessions_.end()) return id->second;
  const auto is_it = [&](const Secret& secret) { return secret.pseudonym == pseudonym; };
  const auto known = std::ranges::find_if(known_->list, is_it);
  return known == known_->list.end() ? pseudonym : known->text;
}

std::string Vault::unmask(std::string text) const {
  const Secrets secrets = known();
  for (const Secret& secret : secrets->list) replace_all(text, secret.pseudonym, secret.text);
  return text;
}

std::string Vault::mask(std::string text) const {
  const Secrets secrets = known();
  for (const Secret& secret : secrets->list) {
    if (secret.any_spelling) {
      mask_spellings(text, secret);
    } else {
      replace_all(text, secret.text, secret.pseudonym);
    }
  }
  return text;
}

void Vault::mask_spellings(std::string& text, const Secret& secret) const {
  for (std::size_t at = 0; at < text.size();) {
    const Spelled found = spelled_at(text, at, secret.text);
    if (found.whole) {
      text.replace(at, found.length, pseudonym(std::string_view(text).substr(at, found.length)));
    }
    at += found.whole ? found.length : 1;
  }
}

Secrets Vault::known() const {
  const std::scoped_lock lock(mutex_);
  return known_;
}

std::string Redactor::mask(std::string_view bytes) {
  std::string masked(bytes);
  for (std::size_t at = 0; at < masked.size(); ++at) {
    if (place_ == Place::kRestOfLine) {
      while (at < masked.size() && !ends_line(masked[at])) ++at;
      if (at == masked.size()) break;
    }
    masked[at] = mask_header_byte(masked[at]);
  }
  mask_known(masked, bytes);
  return masked;
}

// Looks at lines only, not at HTTP framing: a body line that begins like a sensitive header is
// masked too, which costs nothing, and no framing error can let a secret through.
char Redactor::mask_header_byte(char byte) {
  if (ends_line(byte)) {
    end_line();
    // An empty line ends the head, and with it what a next line might go on with.
    if (byte == '\n' && std::exchange(after_line_feed_, true)) may_go_on_ = false;
    return byte;
  }
  after_line_feed_ = false;
  if (place_ == Place::kSensitiveValue) {
    if (value_.empty() && is_blank(byte)) return byte;
    if (value_.size() == kLongestValue) return kFiller;
    value_ += byte;
    return vault_->pseudonym_byte(chain_, byte);
  }
  if (place_ == Place::kLineStart && name_.empty()) {
    // A value may go on behind blanks in the next line (RFC 9112, 5.2).
    if (may_go_on_ && is_blank(byte)) place_ = Place::kSensitiveValue;
    if (place_ == Place::kSensitiveValue) return byte;
    may_go_on_ = false;
  }
  if (place_ == Place::kLineStart) {
    if (byte == ':') {
      place_ = is_sensitive(without_trailing_blanks(name_)) ? Place::kSensitiveValue
                                                            : Place::kRestOfLine;
    } else if (is_blank(byte) && !name_.empty() && is_blank(name_.back())) {
      // However many stand before the colon.
    } else if (name_.size() == kLongestName) {
      place_ = Place::kRestOfLine;
    } else {
      name_ += static_cast<char>(std::tolower(static_cast<unsigned char>(byte)));
    }
  }
  return byte;
}

void Redactor::end_line() {
  const bool whole = value_.size() < kLongestValue;
  may_go_on_ = may_go_on_ || place_ == Place::kSensitiveValue;
  if (place_ == Place::kSensitiveValue && whole) {
    const std::string_view value = without_trailing_blanks(value_);
    const bool is_session = without_trailing_blanks(name_) == kSessionHeader;
    is_session ? vault_->learn_session(value) : vault_->learn(value);
  }
  place_ = Place::kLineStart;
  if (!value_.empty()) chain_ = vault_->begun();
  name_.clear();
  value_.clear();
}

void Redactor::mask_known(std::string& masked, std::string_view raw) {
  const Secrets secrets = vault_->known();
  const std::size_t skipped = recent_.size();
  recent_ += raw;
  // Those of the user stand first in the list.
  for (const Secret& secret : secrets->list) {
    if (secret.any_spelling) mask_spellings(masked, skipped, secret);
  }
  mask_hits(masked, skipped, *secrets);
  // Not after each read, which would copy the tail each time.
  if (recent_.size() > 2 * kLongestTail) recent_.erase(0, recent_.size() - kLongestTail);
}

void Redactor::mask_hits(std::string& masked, std::size_t skipped, const KnownSecrets& secrets) {
  // What reaches into the new bytes begins no earlier.
  const std::size_t from = skipped - std::min(skipped, secrets.index.longest());
  const auto hits = secrets.index.find(std::string_view(recent_).substr(from), secrets.list);
  std::size_t covered = 0;  // Of a secret that overlaps itself each byte is written once.
  for (std::size_t i = 0; i < hits.size(); ++i) {
    if (i > 0 && hits[i].secret != hits[i - 1].secret) covered = 0;
    const std::string& pseudonym = secrets.list[hits[i].secret].pseudonym;
    const std::size_t at = from + hits[i].at;
    const std::size_t end = std::min(at + pseudonym.size(), recent_.size());
    for (std::size_t byte = std::max({at, covered, skipped}); byte < end; ++byte) {
      masked[byte - skipped] = pseudonym[byte - at];
    }
    covered = end;
  }
}

// Each spelling has the pseudonym of its own bytes: its length must stay.
void Redactor::mask_spellings(std::string& masked, std::size_t skipped, const Secret& secret) {
  for (std::size_t at = skipped - std::min(skipped, kLongestTail); at < recent_.size();) {
    const Spelled found = spelled_at(recent_, at, secret.text);
    if (!found.whole && found.matched < SecretIndex::kFewest) {
      ++at;
      continue;
    }
    const auto pseudonym =
        vault_->pseudonym(std::string_view(recent_).substr(at, found.length));
    for (std::size_t i = std::max(at, skipped); i < at + found.length; ++i) {
      masked[i - skipped] = pseudonym[i - at];
    }
    at += found.length;
  }
}

}  // namespace tailrace
