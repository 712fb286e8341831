// SPDX-License-Identifier: Apache-2.0
#include "harness/record/redaction.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

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

// As our own parser takes them, too: a blank before the colon, and a value in the next line.
TEST(Redaction, AHeaderIsMaskedHoweverItIsWritten) {
  Vault vault;
  for (const std::string head : {"Set-Cookie : secretsecret\r\n", "Cookie:\r\n\tsecretsecret\r\n",
                                 "authorization: a,\n secretsecret\n"}) {
    for (std::size_t cut = 0; cut < head.size(); ++cut) {
      EXPECT_EQ(masked_in_pieces(vault, head, cut).find("secretsecret"), std::string::npos) << head;
    }
  }
  const std::string body = "Cookie: a\r\n\r\n {\"plain\": 1}";
  EXPECT_NE(masked_in_pieces(vault, body, 0).find("{\"plain\": 1}"), std::string::npos);
}

// Each costs the thread that reads for everybody: by the byte, and not by the byte before it.
TEST(Redaction, FloodsAreMaskedInTheTimeOfTheirBytes) {
  Vault vault;
  vault.protect("Bearer with a blank");
  vault.protect("=begins with no letter");
  Redactor redactor(vault);
  const std::string slashes(1 << 20, '\\');
  EXPECT_EQ(redactor.mask(slashes), slashes);
  redactor.mask("\n");
  std::size_t kept = 0;
  for (int line = 0; line < 64; ++line) {
    const std::string value =
        std::to_string(line) + std::string(4000, static_cast<char>('a' + line % 26));
    kept += redactor.mask("cookie: " + value + "\r\n").find(value) != std::string::npos;
  }
  EXPECT_EQ(kept, 0U);
  std::size_t learned = 0;
  for (const Secret& secret : vault.known()->list) learned += secret.text.size();
  EXPECT_LE(learned, Vault::kMostLearnedBytes + 256);
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
  EXPECT_EQ(vault.known()->list.front().text, "users-secret");
  EXPECT_EQ(vault.known()->list.back().text,
            "session-" + std::to_string(Vault::kMostLearned + 49));
  const std::string first = "session-" + std::to_string(49);
  EXPECT_EQ(vault.mask(first + " users-secret").find(first), 0U) << "forgotten";
  EXPECT_EQ(vault.mask("users-secret").find("users"), std::string::npos);
}

// As many sessions as a vault keeps, of which some begin alike and one overlaps itself.
TEST(Redaction, EachOfManySecretsIsFoundInEverySplit) {
  Vault vault;
  for (std::size_t i = 0; i < Vault::kMostLearned - 2; ++i) {
    vault.learn("session-" + std::to_string(i));
  }
  vault.learn("abcabcabc");
  vault.learn("session-17-of-client");
  const std::string body = "x session-499, session-17-of-client; abcabcabcabc session-3 end";
  // Of two at one place the later one counts; three more bytes of what overlaps are covered too.
  std::string expected = "x " + vault.pseudonym("session-499") + ", " +
                         vault.pseudonym("session-17-of-client") + "; " +
                         vault.pseudonym("abcabcabc");
  expected += vault.pseudonym("abcabcabc").substr(6) + " " + vault.pseudonym("session-3") + " end";
  for (std::size_t cut = 0; cut <= body.size(); ++cut) {
    const std::string masked = masked_in_pieces(vault, body, cut);
    for (const std::string_view secret : {"-499", "-17-", "abcabca", "-3 "}) {
      const auto at = body.find(secret);
      if (cut > at && cut < at + secret.size()) continue;
      EXPECT_EQ(masked.find(secret), std::string::npos) << "cut at " << cut;
    }
    if (cut == 0) {
      EXPECT_EQ(masked, expected);
    }
  }
}

struct Spelling {
  std::string secret;
  std::string text;  // With the secret between two bars.
};

// What writers of JSON, URLs, markup and base64 make of a secret.
const std::vector<Spelling> kSpellings = {
    {R"(a"bTOP2)", R"({"text":"|a\"bTOP2|"})"},
    {R"(a"bTOP2)", R"({"text":"{\"t\":\"|a\\\"bTOP2|\"}"})"},
    {R"(a"bTOP2)", R"("|a\u0022bTOP2|")"},
    {R"("abTOP2)", R"("|\"abTOP2|")"},
    {R"(a\bTOP3)", R"("|a\\bTOP3|")"},
    {R"(a\bTOP3)", R"("{\"t\":\"|a\\\\bTOP3|\"}")"},
    {R"(a\"bTOP)", R"("|a\\\"bTOP|")"},
    {R"(abTOP3\)", R"("|abTOP3\\|")"},
    {R"(abTOP3\)", R"("{\"t\":\"|abTOP3\\\\|\"}")"},
    {"a/bTOP4", R"("|a\/bTOP4|")"},
    {"a/bTOP4", R"("{\"t\":\"|a\\\/bTOP4|\"}")"},
    {"p\u00e4\u20acssTOP1", R"("|p\u00e4\u20acssTOP1|")"},
    {"p\u00e4\u20acssTOP1", R"("|p\u00E4\u20ACssTOP1|")"},
    {"p\u00e4\u20acssTOP1", R"("{\"t\":\"|p\\u00e4\\u20acssTOP1|\"}")"},
    {"p\u00e4\u20acssTOP1", "|p\u00c3\u00a4\u00e2\u0082\u00acssTOP1|"},
    {"p\u00e4\u20acssTOP1", "|p%C3%A4%e2%82%acssTOP1|"},
    {"key\U0001F511TOP", R"("|key\ud83d\udd11TOP|")"},
    {"key\U0001F511TOP", R"("|key\\uD83D\\uDD11TOP|")"},
    {"a<b>&'TOP", R"("|a\u003cb\u003e\u0026\u0027TOP|")"},
    {"a<b>&'TOP", R"("|a\u003Cb\u003E\u0026'TOP|")"},
    {"a<b>&'TOP", "<b>|a&lt;b&gt;&amp;&#39;TOP|</b>"},
    {"a%20+bTOP", "?q=|a%2520%2BbTOP|&x"},
    {"a%20+bTOP", "?q=|a%20+bTOP|&x"},
    {"abTOP7 c", "?q=|abTOP7+c|&x"},
    {"a\tbTOP77", R"("|a\tbTOP77|")"},
    {"tok-12345678", "Basic dXNlcjp|0b2stMTIzNDU2Nz|g="},  // user:tok-12345678
    {"tok-12345678", "|dG9rLTEyMzQ1Njc4|"},
};

TEST(Redaction, AUsersSecretIsMaskedHoweverItIsSpelled) {
  for (const Spelling& spelling : kSpellings) {
    Vault vault;
    vault.protect(spelling.secret);
    std::string text = spelling.text;
    const auto begin = text.find('|');
    text.erase(begin, 1);
    const auto end = text.find('|');
    text.erase(end, 1);
    const std::string secret = text.substr(begin, end - begin);
    const std::string expected =
        text.substr(0, begin) + vault.pseudonym(secret) + text.substr(end);
    EXPECT_EQ(vault.mask(text), expected) << spelling.text;
    // Where a run of backslashes is cut, nobody can tell how many of them are the secret's.
    const std::size_t cuts = spelling.secret.back() == '\\' ? 0 : text.size();
    for (std::size_t cut = 0; cut < cuts; ++cut) {
      const std::string masked = masked_in_pieces(vault, text, cut);
      if (cut <= begin || cut > begin + 20 || cut >= end) {
        EXPECT_EQ(masked, expected) << spelling.text << " cut at " << cut;
      }
      EXPECT_EQ(masked.substr(end - 2), expected.substr(end - 2)) << spelling.text << cut;
    }
  }
}

TEST(Redaction, OtherTextsKeepTheirBytes) {
  Vault vault;
  vault.protect(R"(a"b\TOP2)");
  for (const std::string text :
       {R"(a"b TOP2)", R"(a\"b\\TOP)", "a%22b", "\\\\\\", "%%25%2", "&amp"}) {
    EXPECT_EQ(vault.mask(text), text);
  }
}

}  // namespace
}  // namespace tailrace
