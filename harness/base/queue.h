// SPDX-License-Identifier: Apache-2.0
// Queue: first in, first out, in one piece of memory and none while it is empty from the start.
// Of std::deque each takes half a kilobyte at once, and a capture has many connections. Values; one
// thread at a time.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace tailrace {

template <class T>
class Queue {
 public:
  using iterator = typename std::vector<T>::iterator;
  using const_iterator = typename std::vector<T>::const_iterator;

  bool empty() const { return head_ == items_.size(); }
  std::size_t size() const { return items_.size() - head_; }
  T& front() { return items_[head_]; }
  const T& front() const { return items_[head_]; }
  T& back() { return items_.back(); }
  const T& back() const { return items_.back(); }
  T& operator[](std::size_t i) { return items_[head_ + i]; }
  const T& operator[](std::size_t i) const { return items_[head_ + i]; }

  iterator begin() { return items_.begin() + place(head_); }
  iterator end() { return items_.end(); }
  const_iterator begin() const { return items_.begin() + place(head_); }
  const_iterator end() const { return items_.end(); }

  // Where the next one would stand, whether or not there is room.
  const void* place_of_next() const { return items_.data() + items_.size(); }
  template <class... Of>
  T& emplace_back(Of&&... of) {
    if (items_.capacity() == 0) items_.reserve(kFirst);
    return items_.emplace_back(std::forward<Of>(of)...);
  }
  void push_back(T item) { emplace_back(std::move(item)); }
  iterator insert(const_iterator before, T item) { return items_.insert(before, std::move(item)); }
  iterator erase(const_iterator at) { return items_.erase(at); }
  // What the item holds is given up at the latest when the queue is empty.
  void pop_front() {
    ++head_;
    if (head_ == items_.size()) {
      items_.clear();
      head_ = 0;
    } else if (head_ >= kSpare && head_ * 2 >= items_.size()) {
      items_.erase(items_.begin(), items_.begin() + place(head_));
      head_ = 0;
    }
  }

 private:
  static constexpr std::size_t kSpare = 16;
  // Two lines of a processor's cache: most queues never grow beyond, and are made once.
  static constexpr std::size_t kFirst = sizeof(T) >= 128 ? 1 : 128 / sizeof(T);
  static std::ptrdiff_t place(std::size_t at) { return static_cast<std::ptrdiff_t>(at); }

  std::vector<T> items_;
  std::size_t head_ = 0;
};

}  // namespace tailrace
