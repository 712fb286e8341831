// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/collector.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace tailrace {
namespace {

Collector of(std::string_view bytes, std::string_view maps) {
  return collector_of({.path = "/opt/server", .bytes = bytes, .maps = maps, .environment = ""});
}

TEST(Collector, IsNoneWhereACompilerOfRustOrCppLeftItsMarks) {
  EXPECT_EQ(of("panicked at /rustc/2f7620b/library/core/", "/usr/lib/libc.so.6"),
            Collector::kNone);
  EXPECT_EQ(of("", "7f00 r-xp /usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30"), Collector::kNone);
}

TEST(Collector, IsLazyInItOrBesideIt) {
  EXPECT_EQ(of("", "/usr/lib/libstdc++.so.6 /opt/jdk/lib/server/libjvm.so"), Collector::kLazy);
  EXPECT_EQ(of("v8::internal", "/usr/lib/libstdc++.so.6"), Collector::kLazy);
  EXPECT_EQ(of("#!/bin/sh", "/usr/lib/libc.so.6"), Collector::kLazy) << "nothing tells";
}

TEST(Collector, OfGoIsEagerUnlessItsPaceWasSet) {
  ProgramFacts program{"/opt/server", "\xff Go buildinf: /rustc/", "", "HOME=/"};
  EXPECT_EQ(collector_of(program), Collector::kEager);
  program.environment = std::string_view("HOME=/\0GOGC=off\0", 16);
  EXPECT_EQ(collector_of(program), Collector::kLazy);
}

TEST(Collector, OfCPythonIsEager) {
  EXPECT_EQ(collector_of({"/usr/bin/python3.11", "", "/usr/lib/libstdc++.so.6", ""}),
            Collector::kEager);
  EXPECT_EQ(collector_of({"/opt/app", "", "/usr/lib/libpython3.12.so.1.0", ""}),
            Collector::kEager);
  EXPECT_EQ(collector_of({"/usr/bin/pypy3", "", "", ""}), Collector::kLazy);
}

TEST(Collector, IsLookedAtInTheProcess) {
  // The words that are looked for stand in this program.
  EXPECT_EQ(collector_of(::getpid()), Collector::kLazy);
  EXPECT_EQ(collector_of(-1), Collector::kLazy);
}

}  // namespace
}  // namespace tailrace
