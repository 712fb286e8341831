// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/slabs.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>

namespace tailrace {
namespace {

struct Thing {
  explicit Thing(int* alive) : alive_(alive) { ++*alive_; }
  ~Thing() { --*alive_; }
  int* alive_;
  char room[100] = {};
};
struct Large {
  char room[3000] = {};
};

TEST(SlabsTest, NoTwoThingsShareALineAndEachIsEnded) {
  Slabs slabs;
  int alive = 0;
  std::set<std::uintptr_t> lines;
  std::vector<Slabs::Pointer<Thing>> things;
  for (int i = 0; i < 3000; ++i) {  // Beyond the first slab.
    things.push_back(slabs.make<Thing>(&alive));
    const auto at = reinterpret_cast<std::uintptr_t>(things.back().get());
    EXPECT_EQ(at % 64, 0U);
    EXPECT_TRUE(lines.insert(at / 64).second && lines.insert(at / 64 + 1).second);
  }
  EXPECT_EQ(alive, 3000);
  things.clear();
  EXPECT_EQ(alive, 0);
}

TEST(SlabsTest, WhatWasGivenBackServesThingsOfItsSizeAlone) {
  Slabs slabs;
  int alive = 0;
  std::set<void*> first;
  std::vector<Slabs::Pointer<Thing>> things;
  for (int i = 0; i < 100; ++i) first.insert(things.emplace_back(slabs.make<Thing>(&alive)).get());
  things.clear();
  const auto large = slabs.make<Large>();
  EXPECT_FALSE(first.contains(large.get()));
#if !defined(__SANITIZE_ADDRESS__)  // It gives each thing a place of its own.
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(first.contains(things.emplace_back(slabs.make<Thing>(&alive)).get()));
  }
#endif
}

}  // namespace
}  // namespace tailrace
