// SPDX-License-Identifier: Apache-2.0
// Slabs: memory for things of a few sizes that come and go by the thousand, as the state of
// connections does. It lies close together in large pages: to find the page of each thing would
// cost more than to look at it. Private to `flow`; one thread at a time, and what is made here is
// given back before its Slabs goes.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace tailrace {

class Slabs {
 public:
  Slabs() = default;
  Slabs(const Slabs&) = delete;
  Slabs& operator=(const Slabs&) = delete;
  ~Slabs();

  template <class T>
  struct GiveBack {
    Slabs* slabs = nullptr;
    void operator()(T* thing) const {
      thing->~T();
      slabs->give_back(thing, sizeof(T));
    }
  };
  template <class T>
  using Pointer = std::unique_ptr<T, GiveBack<T>>;

  template <class T, class... Of>
  Pointer<T> make(Of&&... of) {
    static_assert(sizeof(T) <= kLargest && alignof(T) <= kLine);
    return Pointer<T>(new (take(sizeof(T))) T(std::forward<Of>(of)...), {this});
  }

 private:
  static constexpr std::size_t kLine = 64;  // Of a processor's cache: none is shared.
  static constexpr std::size_t kLargest = 4096;
  struct Free {
    Free* next = nullptr;
  };
  struct Slab {
    void* begin = nullptr;
    std::size_t size = 0;
  };
  void* take(std::size_t size);
  void give_back(void* place, std::size_t size);
  void add_slab();

  std::vector<Slab> slabs_;
  std::array<Free*, kLargest / kLine + 1> free_{};  // By size in lines.
  std::byte* next_ = nullptr;                       // Not used yet of the last slab.
  std::size_t left_ = 0;
};

}  // namespace tailrace
