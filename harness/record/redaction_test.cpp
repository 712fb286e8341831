// SPDX-License-Identifier: Apache-2.0
#include "harness/record/redaction.h"

#include <gtest/gtest.h>

#include <set>

namespace tailrace {
namespace {

constexpr std::string_view kSession = "7f3c9a52-1b6e-4d0f-8a11-c0ffee123456";

std::string masked_in_pieces(Vault& vault, std::string_view bytes, std::size_t cut) {
  Redactor redactor(vault);
  std::string masked = redactor.mask(bytes.substr(0, cut));
  return masked += redactor.mask(bytes.substr(cut));
}

TEST(Redaction, AHeaderIsMaskedAlikeInEverySplit) {
  Vault vault;
  const std::string head = "HTTP/1.1 200 OK\r\nMcp-Session-Id: " + std::string(kSession) +
                           "\r\nCookie: a=secretsecret\r\n\r\ndata: x\n\n";
  const std::string whole = masked_in_pieces(vault, head, 0);
  EXPECT_EQ(whole.size(), head.size());
  EXPECT_EQ(whole.find(kSession), std::string::npos);
  EXPECT_EQ(whole.find("secretsecret"), std::string::npos);
  EXPECT_NE(whole.find("data: x\n\n"), std::string::npos);
  for (std::size_t cut = 1; cut < head.size(); ++cut) {
    EXPECT_EQ(masked_in_pieces(vault, head, cut), whole) << "cut at " << cut;
  }
}

TEST(Redaction, ALearnedSecretIsMaskedInBodiesAndRevealed) {
  Vault vault;
  Redactor redactor(vault);
  redactor.mask("Mcp-Session-Id: " + std::string(kSession) + "\r\n");
  const std::string body = "id: " + std::string(kSession) + "\ndata: {}\n\n";
  const std::string expected = "id: " + vault.pseudonym(kSession) + "\ndata: {}\n\n";
  EXPECT_EQ(vault.reveal(vault.pseudonym(kSession)), kSession);
  for (std::size_t cut = 0; cut < body.size(); ++cut) {
    const std::string masked = masked_in_pieces(vault, body, cut);
    EXPECT_EQ(masked.find(kSession.substr(6)), std::string::npos) << "cut at " << cut;
    // A prefix of up to three bytes at the end of a read is kept: it may be anything.
    if (cut < 5 || cut > 7) {
      EXPECT_EQ(masked, expected) << "cut at " << cut;
    }
  }
}

TEST(Redaction, BlanksAroundAValueAreNotPartOfIt) {
  Vault vault;
  Redactor redactor(vault);
  const std::string masked = redactor.mask("Mcp-Session-Id:  " + std::string(kSession) + " \t\r\n");
  EXPECT_EQ(masked, "Mcp-Session-Id:  " + vault.pseudonym(kSession) + " \t\r\n");
  EXPECT_EQ(vault.reveal(vault.pseudonym(kSession)), kSession);
}

TEST(Redaction, AUsersTokenIsMaskedWithAndWithoutItsScheme) {
  Vault vault;
  vault.protect("Bearer tok-12345678");
  EXPECT_EQ(vault.mask("echo tok-12345678!").find("tok-1234"), std::string::npos);
  Redactor redactor(vault);
  EXPECT_EQ(redactor.mask("{\"seen\":\"tok-12345678\"}").find("12345678"), std::string::npos);
}

TEST(Redaction, TwoSessionsStayTwoAndRunsDiffer) {
  Vault one, two;
  EXPECT_NE(one.pseudonym("session-a"), one.pseudonym("session-b"));
  EXPECT_EQ(one.pseudonym("session-a"), one.pseudonym("session-a"));
  EXPECT_NE(one.pseudonym(kSession), two.pseudonym(kSession));
}

TEST(Redaction, ShortSessionIdsAreRevealedAndNeverMixedUp) {
  Vault vault;
  std::set<std::string> pseudonyms;
  for (int id = 0; id < 62; ++id) {
    const std::string session = "s" + std::to_string(id);
    vault.learn_session(session);
    pseudonyms.insert(vault.pseudonym(session));
    EXPECT_EQ(vault.reveal(vault.pseudonym(session)), session);
  }
  EXPECT_EQ(pseudonyms.size(), 62U);
  EXPECT_EQ(vault.mask("s1 of a body"), "s1 of a body") << "too short to be looked for";
}

TEST(Redaction, AFloodOfOtherSecretsForgetsNoSession) {
  Vault vault;
  vault.learn_session("abc1");
  for (std::size_t i = 0; i < Vault::kMostRevealed + 10; ++i) {
    vault.learn("cookie-" + std::to_string(i));
  }
  EXPECT_EQ(vault.reveal(vault.pseudonym("abc1")), "abc1");
  for (std::size_t i = 0; i < Vault::kMostRevealed; ++i) {
    vault.learn_session("session-" + std::to_string(i));
  }
  EXPECT_NE(vault.reveal(vault.pseudonym("abc1")), "abc1") << "the oldest goes first";
  EXPECT_EQ(vault.reveal(vault.pseudonym("session-1")), "session-1");
}

TEST(Redaction, ASecretInsideATextIsPutBack) {
  Vault vault;
  vault.learn(kSession);
  const std::string event_id = std::string(kSession) + ".17";
  EXPECT_NE(vault.mask(event_id), event_id);
  EXPECT_EQ(vault.unmask(vault.mask(event_id)), event_id);
  EXPECT_EQ(vault.unmask("nothing of it"), "nothing of it");
}

TEST(Redaction, OnlyTheUsersSecretsAreNeverForgotten) {
  Vault vault;
  vault.protect("users-secret");
  for (std::size_t i = 0; i < Vault::kMostLearned + 50; ++i) {
    vault.learn("session-" + std::to_string(i));
  }
  EXPECT_EQ(vault.known()->size(), Vault::kMostLearned + 1);
  EXPECT_EQ(vault.known()->front().text, "users-secret");
}

}  // namespace
}  // namespace tailrace
