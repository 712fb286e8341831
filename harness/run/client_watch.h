// SPDX-License-Identifier: Apache-2.0
// ClientWatch: looks out for the end of a client's process while it lives. What it is told to do
// then comes on a thread of its own, which is over when the watch is.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <thread>
#include <utility>

#include "harness/sut/implementation.h"

namespace tailrace {

class ClientWatch {
 public:
  using OnEnd = std::function<void(const ExitStatus&)>;

  ClientWatch(ClientProcess& client, OnEnd on_end)
      : thread_([this, &client, on_end = std::move(on_end)] {
          std::optional<ExitStatus> status;
          while (!(status = client.wait_exit(mono_now() + kLook)) && !left_) {
          }
          if (status) on_end(*status);
        }) {}
  ~ClientWatch() {
    left_ = true;
    thread_.join();
  }

 private:
  static constexpr Millis kLook{20};  // The longest that a watch which is over takes to be gone.
  std::atomic<bool> left_{false};
  std::thread thread_;
};

}  // namespace tailrace
