// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/slabs.h"

#include "harness/flow/fetch.h"

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace tailrace {
namespace {

constexpr std::size_t kFirstSlab = 64 << 10;  // Most captures and all runs need no more.
constexpr std::size_t kSlab = 2 << 20;        // A large page of x86-64 and of arm64.

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kOneByOne = true;  // So that the sanitizer sees the end of each thing.
#else
constexpr bool kOneByOne = false;
#endif

}  // namespace

Slabs::~Slabs() {
  for (const Slab& slab : slabs_) {
    ::operator delete(slab.begin, slab.size, std::align_val_t(slab.size));
  }
}

void Slabs::add_slab() {
  const std::size_t size = slabs_.empty() ? kFirstSlab : kSlab;
  next_ = static_cast<std::byte*>(::operator new(size, std::align_val_t(size)));
  left_ = size;
  slabs_.push_back({next_, size});
#ifdef __linux__
  // A wish: without large pages it is slower and nothing else.
  if (size == kSlab) (void)::madvise(next_, size, MADV_HUGEPAGE);
#endif
}

void* Slabs::take(std::size_t size) {
  if (kOneByOne) return ::operator new(size, std::align_val_t(kLine));
  const std::size_t lines = (size + kLine - 1) / kLine;
  if (Free* place = free_[lines]) {
    free_[lines] = place->next;
    // The next one may have been given back long ago: it is near when it is asked for.
    if (place->next != nullptr) fetch(place->next, size);
    return place;
  }
  if (left_ < lines * kLine) add_slab();  // The rest of the last one, below kLargest, is lost.
  left_ -= lines * kLine;
  return std::exchange(next_, next_ + lines * kLine);
}

void Slabs::give_back(void* place, std::size_t size) {
  if (kOneByOne) return ::operator delete(place, size, std::align_val_t(kLine));
  Free*& first = free_[(size + kLine - 1) / kLine];
  first = new (place) Free{first};
}

}  // namespace tailrace
