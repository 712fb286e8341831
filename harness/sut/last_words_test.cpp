// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/last_words.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

struct Death {
  std::string_view runtime, printed, words;
};

// As these runtimes print an end, shortened.
constexpr Death kDeaths[] = {
    {"Python",
     "INFO ready\nTraceback (most recent call last):\n  File \"s.py\", line 3, in <module>\n"
     "    raise ValueError('no id')\nValueError: no id\n",
     "ValueError: no id"},
    {"Go",
     "listening\npanic: close of closed channel\n\ngoroutine 7 [running]:\nmain.serve(0x1)\n"
     "\t/src/main.go:9 +0x1d\n",
     "panic: close of closed channel | goroutine 7 [running]: | main.serve(0x1)"},
    {"Rust",
     "thread 'main' panicked at src/main.rs:4:5:\nno entry\nnote: run with `RUST_BACKTRACE=1`\n",
     "thread 'main' panicked at src/main.rs:4:5: | no entry | note: run with `RUST_BACKTRACE=1`"},
    {"Node",
     "/app/index.js:7\n  throw new TypeError('x');\n  ^\n\nTypeError: x\n    at Error (a.js:1)\n"
     "\nNode.js v22.1.0\n",
     "TypeError: x |     at Error (a.js:1) | Node.js v22.1.0"},
    {"Java",
     "ready\r\nException in thread \"main\" java.lang.IllegalStateException: gone\r\n"
     "\tat A.main(A.java:1)\r\n",
     "Exception in thread \"main\" java.lang.IllegalStateException: gone | \tat A.main(A.java:1)"},
    {"silent", "one\ntwo\nthree\nfour\n", "two | three | four"},
    {"nothing", "", ""},
};

TEST(LastWords, AreTheMessageAndNotItsStack) {
  for (const Death& death : kDeaths) EXPECT_EQ(last_words(death.printed), death.words)
      << death.runtime;
}

TEST(LastWords, AreBounded) {
  EXPECT_EQ(last_words("error " + std::string(1 << 20, 'x')).size(), kLastWordsShown);
  EXPECT_EQ(last_words(std::string(1 << 20, '\n')), "");
}

}  // namespace
}  // namespace tailrace
