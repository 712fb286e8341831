// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/memory_search.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <set>

namespace tailrace {
namespace {

std::set<std::string> marks_in(std::string_view memory) {
  std::set<std::string> marks;
  find_marks(memory, "mark-1f-", 40, marks);
  return marks;
}

TEST(MemorySearch, FindsEachTextOnce) {
  EXPECT_EQ(marks_in("..mark-1f-results-7\"..mark-1f-results-7,mark-1f-errors_meta-39\0"),
            (std::set<std::string>{"errors_meta-39", "results-7"}));
}

TEST(MemorySearch, LeavesOutWhatWasNotMarked) {
  EXPECT_TRUE(marks_in("mark-1f-results-40 mark-1f-results- mark-1f--3 mark-1f-Results-3").empty());
  EXPECT_TRUE(marks_in("mark-1f-results-3").contains("results-3"));  // At the very end.
  EXPECT_TRUE(marks_in("mark-1f-").empty());
}

TEST(MemorySearch, ReadsToTheStopBeforeWhatWasThereBefore) {
  EXPECT_EQ(marks_in("mark-1f-results-7.3-meta-12"), std::set<std::string>{"results-7"});
}

TEST(MemorySearch, ReadsUtf16) {
  std::string wide;
  for (const char c : std::string("mark-1f-results-12")) wide += {c, '\0'};
  EXPECT_EQ(marks_in("." + wide), std::set<std::string>{"results-12"});
}

// Our own memory is looked into, and the thread sanitizer's shadow of it is larger than what may be
// read, by what other tests did before.
#ifndef __SANITIZE_THREAD__

TEST(MemorySearch, LooksIntoAProcess) {
  // Composed here, or the constant would be found as well.
  const std::string prefix = "tailrace-" + std::to_string(::getpid()) + "-";
  const std::string kept = prefix + "results-3";
  const MemorySearched found = search_memory(::getpid(), prefix, 40);
  EXPECT_EQ(found.why_not, "");
  EXPECT_GT(found.bytes, 0);
  ASSERT_EQ(found.kinds.size(), 1U) << kept;
  EXPECT_EQ(found.kinds.front().name, "results");
  EXPECT_EQ(found.kinds.front().found, 1);
}

// As the heaps of runtimes and the shadow memory of sanitizers are: reserved, and hardly touched.
TEST(MemorySearch, PassesOverWhatWasNeverTouched) {
  const std::size_t reserved = 2 * kMostSearched;
  void* const memory = ::mmap(nullptr, reserved, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  const std::string prefix = "tailrace-" + std::to_string(::getpid()) + "-";
  // Put together there: our own heap is looked into as well.
  const std::string_view rest = "reserved-3";
  char* const last = static_cast<char*>(memory) + reserved - prefix.size() - rest.size();
  std::copy(rest.begin(), rest.end(), std::copy(prefix.begin(), prefix.end(), last));
  const MemorySearched found = search_memory(::getpid(), prefix, 40);
  ::munmap(memory, reserved);
  EXPECT_EQ(found.why_not, "");
  EXPECT_TRUE(std::any_of(found.kinds.begin(), found.kinds.end(),
                          [](const auto& kind) { return kind.name == "reserved"; }));
}

#endif

TEST(MemorySearch, SaysWhyAProcessCannotBeRead) {
  EXPECT_NE(search_memory(-1, "x", 1).why_not, "");
}

}  // namespace
}  // namespace tailrace
