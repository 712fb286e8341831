// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/rpc_glance.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(RpcGlance, CountsTheRequestsOfABatch) {
  EXPECT_EQ(requests_at(R"({"jsonrpc":"2.0","id":1,"method":"ping"})"), 1U) << "it is none";
  EXPECT_EQ(requests_at(R"( [ {"id":1,"method":"a"} , {"method":"b","params":{"id":2}},
                             {"method":"c","params":[{"x":"]"}],"id":"t"} ] )"),
            2U)
      << "one of the three is a notification";
  EXPECT_EQ(requests_at("[]"), kUncounted);
  EXPECT_EQ(requests_at("[1,2]"), 0U);
}

TEST(RpcGlance, CountsTheResponsesInAnArray) {
  EXPECT_EQ(responses_at(R"([{"id":1,"result":{}},{"error":{},"id":2},{"method":"n"}])"), 2U);
  EXPECT_EQ(responses_at(R"([{"method":"n"},{"id":1,"result":{"method":"x"}}])"), 1U);
}

TEST(RpcGlance, DoesNotCountWhatIsCut) {
  const std::string whole = R"([{"id":1,"method":"a"},{"id":2,"method":"b"}])";
  for (std::size_t length = 1; length < whole.size(); ++length) {
    EXPECT_EQ(requests_at(std::string_view(whole).substr(0, length)), kUncounted) << length;
  }
}

}  // namespace
}  // namespace tailrace
