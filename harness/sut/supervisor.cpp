// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/supervisor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include "harness/sut/supervisor_channel.h"

namespace tailrace {
namespace {

struct Pipe {
  int read = -1, write = -1;

  ~Pipe() {
    for (const int end : {read, write}) {
      if (end >= 0) ::close(end);
    }
  }
  bool open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    read = ends[0];
    write = ends[1];
    return true;
  }
};

}  // namespace

struct Supervisor::Body {
  int socket = -1;
  pid_t process = 0;
  std::thread reader;  // Started with the first request: before it, the process may still fork.
  std::mutex mutex;
  std::condition_variable heard;
  std::int64_t requests = 0;
  std::map<std::int64_t, Json> replies;
  std::map<pid_t, ExitStatus> exits;
  std::set<pid_t> stopped;
  bool ended = false;

  ~Body() {
    ::shutdown(socket, SHUT_WR);
    if (reader.joinable()) reader.join();
    ::close(socket);
    while (process > 0 && ::waitpid(process, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  void listen() {
    for (;;) {
      auto word = receive_word(socket);
      const std::scoped_lock lock(mutex);
      ended = !word || !*word;
      if (!ended) take((*word)->json);
      heard.notify_all();
      if (ended) return;
    }
  }

  void take(const Json& json) {
    if (json.find("request") != nullptr) {
      replies.emplace(json["request"].as_int(), json);
      // The number may have belonged to a process that ended long ago.
      if (json.find("started") != nullptr) {
        exits.erase(static_cast<pid_t>(json["started"].as_int()));
      }
    } else if (json.find("ended") != nullptr) {
      exits[static_cast<pid_t>(json["ended"].as_int())] = {
          static_cast<int>(json["code"].as_int()), static_cast<int>(json["signal"].as_int())};
    } else if (json.find("stopped") != nullptr) {
      stopped.insert(static_cast<pid_t>(json["stopped"].as_int()));
    }
  }

  void start_reader() {
    if (!reader.joinable()) reader = std::thread([this] { listen(); });
  }
};

Supervisor::Supervisor(std::unique_ptr<Body> body) : body_(std::move(body)) {}
Supervisor::Supervisor(Supervisor&&) noexcept = default;
Supervisor::~Supervisor() = default;

Result<Supervisor> Supervisor::fork_supervisor() {
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
    return system_trouble("the supervisor's socket", errno);
  }
  const pid_t process = ::fork();
  if (process < 0) {
    const int failure = errno;
    ::close(pair[0]);
    ::close(pair[1]);
    return system_trouble("the supervisor's process", failure);
  }
  if (process == 0) {
    ::close(pair[0]);
    supervise(pair[1]);
  }
  ::close(pair[1]);
  auto body = std::make_unique<Body>();
  body->socket = pair[0];
  body->process = process;
  return Supervisor(std::move(body));
}

Result<StartedProcess> Supervisor::start(const ProcessSpec& spec) {
  if (spec.arguments.empty()) return trouble("the command to start is empty");
  Pipe output, errors, input;
  for (Pipe* pipe : {&output, &errors, &input}) {
    if (pipe == &input && !spec.has_input) continue;
    if (!pipe->open()) return system_trouble("a pipe", errno);
  }
  Json arguments{Json::Array{}}, environment{Json::Array{}}, word;
  for (const auto& argument : spec.arguments) arguments.push(argument);
  for (const auto& [name, value] : spec.environment) {
    environment.push(Json(Json::Array{Json(name), Json(value)}));
  }
  std::unique_lock lock(body_->mutex);
  body_->start_reader();
  const std::int64_t request = ++body_->requests;
  word.set("request", request);
  word.set("start", std::move(arguments));
  word.set("environment", std::move(environment));
  word.set("folder", spec.folder);
  std::vector<int> theirs = {output.write, errors.write};
  if (spec.has_input) theirs.push_back(input.read);
  const Status sent = send_word(body_->socket, word, theirs);
  if (sent) {
    body_->heard.wait(lock, [&] { return body_->ended || body_->replies.contains(request); });
  }
  const auto reply = body_->replies.extract(request);
  if (!reply.empty() && reply.mapped().find("started") != nullptr) {
    return StartedProcess{static_cast<pid_t>(reply.mapped()["started"].as_int()),
                          std::exchange(output.read, -1), std::exchange(errors.read, -1),
                          std::exchange(input.write, -1)};
  }
  if (!sent) return std::unexpected(sent.error());
  if (reply.empty()) return trouble("the supervisor is gone");
  const int failure = static_cast<int>(reply.mapped()["failed"].as_int());
  const bool folder = reply.mapped()["folder"].as_bool();
  return system_trouble("cannot start '" + spec.arguments.front() + "'" +
                            (folder ? " in folder '" + spec.folder + "'" : ""),
                        failure);
}

Status Supervisor::stop(pid_t pid, Deadline grace) {
  std::unique_lock lock(body_->mutex);
  body_->start_reader();
  body_->stopped.erase(pid);
  Json word;
  word.set("stop", std::int64_t{pid});
  word.set("grace_ms", std::int64_t{grace.limit.count()});
  if (auto sent = send_word(body_->socket, word); !sent) return sent;
  // KILL comes after the grace; what is not ours to end is not waited for.
  const bool gone = body_->heard.wait_for(lock, grace.limit + kKilled.limit, [&] {
    return body_->ended || body_->stopped.contains(pid);
  });
  if (!gone) return trouble(fmt::format("process {} does not end by KILL", pid));
  return {};
}

std::optional<ExitStatus> Supervisor::exit_of(pid_t pid) const {
  const std::scoped_lock lock(body_->mutex);
  const auto known = body_->exits.find(pid);
  if (known == body_->exits.end()) return std::nullopt;
  return known->second;
}

std::optional<ExitStatus> Supervisor::wait_exit(pid_t pid, MonoTime until) const {
  using SteadyTime = std::chrono::steady_clock::time_point;
  std::unique_lock lock(body_->mutex);
  body_->heard.wait_until(lock, SteadyTime(until.since_boot),
                          [&] { return body_->ended || body_->exits.contains(pid); });
  const auto known = body_->exits.find(pid);
  if (known == body_->exits.end()) return std::nullopt;
  return known->second;
}

pid_t Supervisor::pid() const {
  return body_->process;
}

}  // namespace tailrace
