// SPDX-License-Identifier: Apache-2.0
#include "harness/record/history.h"

#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>

#include "harness/base/file.h"

namespace tailrace {

Result<std::unique_ptr<History>> History::create(const std::string& path) {
  const int file = open_to_write(path, Creation::kNew);
  if (file < 0) return system_trouble("cannot create history '" + path + "'", errno);
  return std::unique_ptr<History>(new History(file));
}

History::~History() {
  ::close(file_);
}

void History::append_at(MonoTime at, Event event) {
  bool met = false;
  {
    const std::scoped_lock lock(mutex_);
    const Fact fact{++sequence_, at, std::move(event)};
    const int error = write_whole(file_, to_text(to_json(fact)) + "\n");
    if (error != 0 && write_error_ == 0) write_error_ = error;
    builder_.apply(fact);
    for (Waiter* waiter : waiters_) {
      if (!waiter->met && waiter->holds(builder_.timeline())) waiter->met = met = true;
    }
  }
  if (met) met_.notify_all();
}

bool History::wait_until(MonoTime until, const std::function<bool(const Timeline&)>& holds) const {
  using SteadyTime = std::chrono::steady_clock::time_point;  // CLOCK_MONOTONIC in libstdc++.
  std::unique_lock lock(mutex_);
  if (holds(builder_.timeline())) return true;
  Waiter waiter{holds};
  waiters_.push_back(&waiter);
  met_.wait_until(lock, SteadyTime(until.since_boot), [&] { return waiter.met; });
  std::erase(waiters_, &waiter);
  return waiter.met;
}

Status History::written() const {
  const std::scoped_lock lock(mutex_);
  if (write_error_ != 0) return system_trouble("the history could not be written", write_error_);
  return {};
}

Result<Timeline> replay(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return trouble("cannot read history '" + path + "'");
  TimelineBuilder builder;
  std::uint64_t line_number = 0;
  // getline() that ends at the end of the file has read a line without its end.
  for (std::string line; std::getline(file, line) && !file.eof();) {
    ++line_number;
    const auto where = path + ":" + std::to_string(line_number) + ": ";
    const auto json = parse_json(line);
    if (!json) return trouble(where + json.error().what);
    const auto fact = fact_from(*json);
    if (!fact) return trouble(where + fact.error().what);
    if (fact->sequence != line_number) return trouble(where + "facts are missing before this one");
    builder.apply(*fact);
  }
  return builder.take();
}

}  // namespace tailrace
