// SPDX-License-Identifier: Apache-2.0
// HashedPointers: things that are owned elsewhere, found by a hash in one piece of memory: it is
// asked for each packet of a capture. Private to `flow`; one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tailrace {

constexpr std::uint64_t mixed(std::uint64_t number) {
  number *= 0x9e3779b97f4a7c15ULL;
  return number ^ number >> 32;
}

template <class T>
class HashedPointers {
 public:
  // The one of this hash that is wanted, or null.
  template <class Wanted>
  T* find(std::uint64_t hash, Wanted&& wanted) const {
    for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
      const Place& place = places_[at];
      if (place.thing == nullptr) return nullptr;
      if (place.hash == hash && wanted(*place.thing)) return place.thing;
    }
  }
  // One of this hash, where that tells enough.
  T* find(std::uint64_t hash) const {
    return find(hash, [](const T&) { return true; });
  }
  void insert(std::uint64_t hash, T* thing) {
    if ((++size_) * 2 > places_.size()) grow();
    put(hash, thing);
  }
  // It must be there.
  void erase(std::uint64_t hash, const T* thing) {
    std::size_t hole = hash & mask_;
    while (places_[hole].thing != thing) hole = (hole + 1) & mask_;
    // What was pushed on past the hole moves back into it.
    for (std::size_t at = (hole + 1) & mask_; places_[at].thing != nullptr; at = (at + 1) & mask_) {
      const std::size_t home = places_[at].hash & mask_;
      if (((at - home) & mask_) < ((at - hole) & mask_)) continue;
      places_[hole] = places_[at];
      hole = at;
    }
    places_[hole] = {};
    --size_;
  }
  std::size_t size() const { return size_; }
  template <class Take>
  void for_each(Take&& take) const {
    for (const Place& place : places_) {
      if (place.thing != nullptr) take(*place.thing);
    }
  }
  void prefetch(std::uint64_t hash) const { __builtin_prefetch(&places_[hash & mask_]); }

 private:
  struct Place {
    std::uint64_t hash = 0;
    T* thing = nullptr;
  };
  static constexpr std::size_t kFirst = 64;  // A power of two, as all its sizes.

  void put(std::uint64_t hash, T* thing) {
    std::size_t at = hash & mask_;
    while (places_[at].thing != nullptr) at = (at + 1) & mask_;
    places_[at] = {hash, thing};
  }
  void grow() {
    std::vector<Place> old(places_.size() * 2);
    old.swap(places_);
    mask_ = places_.size() - 1;
    for (const Place& place : old) {
      if (place.thing != nullptr) put(place.hash, place.thing);
    }
  }

  std::vector<Place> places_ = std::vector<Place>(kFirst);
  std::size_t mask_ = kFirst - 1, size_ = 0;
};

}  // namespace tailrace
