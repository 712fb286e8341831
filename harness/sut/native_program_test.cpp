// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/native_program.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace tailrace {
namespace {

TEST(NativeProgram, IsToldByWhatItsCompilerLeft) {
  EXPECT_TRUE(is_native_program("panicked at /rustc/2f7620b/library/core/", "/usr/lib/libc.so.6"));
  EXPECT_TRUE(is_native_program("", "7f00 r-xp /usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30"));
}

TEST(NativeProgram, HasNoCollectorInItNorBesideIt) {
  EXPECT_FALSE(is_native_program("\xff Go buildinf: /rustc/", ""));
  EXPECT_FALSE(is_native_program("", "/usr/lib/libstdc++.so.6 /opt/jdk/lib/server/libjvm.so"));
  EXPECT_FALSE(is_native_program("v8::internal", "/usr/lib/libstdc++.so.6"));
}

TEST(NativeProgram, IsNoneWhereNothingTells) {
  EXPECT_FALSE(is_native_program("#!/bin/sh", "/usr/lib/libc.so.6"));
}

TEST(NativeProgram, IsLookedAtInTheProcess) {
  EXPECT_FALSE(is_native(::getpid()));  // The words that are looked for stand in this program.
  EXPECT_FALSE(is_native(-1));
}

}  // namespace
}  // namespace tailrace
