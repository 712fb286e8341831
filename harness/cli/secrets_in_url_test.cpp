// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/secrets_in_url.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

using Secrets = std::vector<std::string>;

Secrets secrets_of(const std::string& query) {
  return secrets_in(*parse_url("http://127.0.0.1/mcp" + query));
}

TEST(SecretsInUrl, AreTheValuesOfWhatIsNamedLikeAKey) {
  EXPECT_EQ(secrets_of("?api_key=abcdef12&x=abcdef12"), Secrets{"abcdef12"});
  EXPECT_EQ(secrets_of("?a=1&accessToken=AbCdEfGh"), Secrets{"AbCdEfGh"});
  EXPECT_EQ(secrets_of("?X-Amz-Signature=0123456789"), Secrets{"0123456789"});
  EXPECT_EQ(secrets_of("?key=ab%2Bcd%3D%3D9"), (Secrets{"ab%2Bcd%3D%3D9", "ab+cd==9"}));
}

// Replaced wherever they stood, words of messages would make these unreadable.
TEST(SecretsInUrl, AreNoWords) {
  EXPECT_EQ(secrets_of("?keyword=result12&author=jsonrpc2&design=initialize1"), Secrets{});
  EXPECT_EQ(secrets_of("?key=initialize&token=short1"), Secrets{});
  EXPECT_EQ(secrets_of(""), Secrets{});
  EXPECT_EQ(secrets_of("?key"), Secrets{});
}

}  // namespace
}  // namespace tailrace
