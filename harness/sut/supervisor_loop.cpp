// SPDX-License-Identifier: Apache-2.0
// The supervisor's own process: single-threaded, no library that starts threads.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <set>

#include "harness/sut/process_tree.h"
#include "harness/sut/supervisor.h"
#include "harness/sut/supervisor_channel.h"

namespace tailrace {
namespace {

// How often the processes that were told to end are looked for.
constexpr Millis kLook{20};
// How long a process may be without an environment and still prove to be one of those.
constexpr Millis kExec{50};
constexpr int kFirstOther = 3;  // Descriptors above standard error.

// Why a program could not be started; the child writes it, and nothing where it could.
struct Refusal {
  int failure = 0;
  bool folder = false;  // The folder was refused, not the program.
};

struct Stopping {
  std::int64_t pid = 0;
  std::string tag;
  MonoTime kill_at, clear_at;
  std::set<pid_t> known{};    // Once found to be of them: one that exits loses its tag first.
  std::set<pid_t> unclear{};  // There at TERM, without an environment.
};

// nullopt where the environment is empty: it is so in the middle of exec(), and at the exit.
std::optional<std::string> tag_of(pid_t pid) {
  const std::string text = proc_text(pid, "environ");
  if (text.empty()) return std::nullopt;
  const std::string name = std::string(kProcessTag) + "=";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\0', at), text.size());
    if (text.compare(at, name.size(), name) == 0) {
      return text.substr(at + name.size(), end - at - name.size());
    }
    at = end + 1;
  }
  return "";
}

class SupervisorLoop {
 public:
  explicit SupervisorLoop(int socket) : socket_(socket) {}

  [[noreturn]] void run() {
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &children, nullptr);
    const int signals = ::signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
    for (;;) {
      pollfd ready[2] = {{socket_, POLLIN, 0}, {signals, POLLIN, 0}};
      const int wait = stopping_.empty() ? -1 : static_cast<int>(kLook.count());
      ::poll(ready, 2, wait);
      signalfd_siginfo ignored;
      while (::read(signals, &ignored, sizeof ignored) > 0) {
      }
      reap();
      look_at_stopping();
      if (ready[0].revents == 0) continue;
      auto word = receive_word(socket_);
      if (!word || !*word) end_all();
      obey(**word);
    }
  }

 private:
  void obey(Word& word) {
    const auto& json = word.json;
    if (json.find("start") != nullptr) {
      start(json, word.descriptors);
    } else if (json.find("stop") != nullptr) {
      const std::int64_t pid = json["stop"].as_int();
      const MonoTime now = mono_now();
      Stopping stopping{pid, tags_[pid], now + Millis(json["grace_ms"].as_int()), now + kExec};
      signal_all(stopping, SIGTERM);
      stopping_.push_back(std::move(stopping));
    }
    for (const int descriptor : word.descriptors) ::close(descriptor);
  }

  void start(const Json& json, const std::vector<int>& descriptors) {
    Json reply;
    reply.set("request", json["request"]);
    int report[2];
    if (descriptors.size() < 2 || descriptors.size() > 3 || ::pipe2(report, O_CLOEXEC) != 0) {
      reply.set("failed", EMFILE);
      (void)send_word(socket_, reply);
      return;
    }
    const std::string tag = std::to_string(::getpid()) + "." + std::to_string(++started_);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(report[0]);
      become(json, descriptors, tag, report[1]);
    }
    ::close(report[1]);
    Refusal refusal{child < 0 ? errno : 0};
    while (child > 0 && ::read(report[0], &refusal, sizeof refusal) < 0 && errno == EINTR) {
    }
    ::close(report[0]);
    if (refusal.failure != 0) {
      if (child > 0) ::waitpid(child, nullptr, 0);  // It ends at once.
      reply.set("failed", refusal.failure);
      reply.set("folder", refusal.folder);
    } else {
      reply.set("started", std::int64_t{child});
      tags_[child] = tag;
    }
    (void)send_word(socket_, reply);
  }

  // The child: nothing of the supervisor may be left in it.
  [[noreturn]] static void become(const Json& json, const std::vector<int>& descriptors,
                                  const std::string& tag, int report) {
    ::setsid();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) ::signal(signal, SIG_DFL);
    const bool has_input = descriptors.size() > 2;
    const int null = ::open("/dev/null", O_RDONLY);
    ::dup2(has_input ? descriptors[2] : null, STDIN_FILENO);
    ::dup2(descriptors[0], STDOUT_FILENO);
    ::dup2(descriptors[1], STDERR_FILENO);
    for (const Json& pair : json["environment"].items()) {
      ::setenv(pair.items()[0].as_string().c_str(), pair.items()[1].as_string().c_str(), 1);
    }
    ::setenv(std::string(kProcessTag).c_str(), tag.c_str(), 1);
    const std::string& folder = json["folder"].as_string();
    const bool moved = folder.empty() || ::chdir(folder.c_str()) == 0;
    if (moved) {
      std::vector<char*> arguments;
      for (const Json& argument : json["start"].items()) {
        arguments.push_back(const_cast<char*>(argument.as_string().c_str()));
      }
      arguments.push_back(nullptr);
      if (null >= kFirstOther) ::close(null);
      ::execvp(arguments[0], arguments.data());
    }
    const Refusal refusal{errno, !moved};
    (void)!::write(report, &refusal, sizeof refusal);
    ::_exit(127);
  }

  void reap() {
    int status = 0;
    for (pid_t pid; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
      if (!tags_.contains(pid)) continue;  // A grandchild that came to us.
      Json notice;
      notice.set("ended", std::int64_t{pid});
      notice.set("code", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
      notice.set("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
      (void)send_word(socket_, notice);
    }
  }

  // Whether it is one of those to stop; nullopt where that cannot be told now.
  static std::optional<bool> belongs(pid_t pid, const Stopping& stopping) {
    if (pid == stopping.pid || stopping.known.contains(pid)) return true;
    if (stopping.tag.empty()) return false;
    if (::getsid(pid) == stopping.pid) return true;  // The start made it a session.
    const auto tag = tag_of(pid);
    if (!tag) return std::nullopt;
    return *tag == stopping.tag;
  }

  // 0 looks only. What another user owns, as behind sudo, cannot be ended by us, nor waited for.
  static bool may_signal(pid_t pid, int signal) {
    return ::kill(pid, signal) == 0 || errno != EPERM;
  }

  // Whether any of them was still there. 0 is TERM to those that were unclear when it went out;
  // what was started after it, to clean up perhaps, is left to do so.
  static bool signal_all(Stopping& stopping, int signal) {
    bool any = false;
    for (const pid_t pid : descendants_of(::getpid())) {
      const auto ours = belongs(pid, stopping);
      const bool unclear = stopping.unclear.contains(pid);
      if (!ours) {
        if (signal == SIGTERM) stopping.unclear.insert(pid);
        any = any || (unclear && mono_now() < stopping.clear_at);
        continue;
      }
      stopping.unclear.erase(pid);
      if (!*ours) continue;
      stopping.known.insert(pid);
      const int sent = signal == 0 && unclear ? SIGTERM : signal;
      any = may_signal(pid, sent) || any;
    }
    return any;
  }

  void look_at_stopping() {
    for (auto stopping = stopping_.begin(); stopping != stopping_.end();) {
      const bool late = mono_now() >= stopping->kill_at;
      if (signal_all(*stopping, late ? SIGKILL : 0)) {
        ++stopping;
        continue;
      }
      reap();  // The notice of its end goes before the word that all is gone.
      Json notice;
      notice.set("stopped", stopping->pid);
      (void)send_word(socket_, notice);
      stopping = stopping_.erase(stopping);
    }
  }

  // The runner is gone, or done: no orphan may stay.
  [[noreturn]] static void end_all() {
    const MonoTime kill_at = mono_now() + kOrphanGrace.limit;
    for (const pid_t pid : descendants_of(::getpid())) ::kill(pid, SIGTERM);
    for (;;) {
      while (::waitpid(-1, nullptr, WNOHANG) > 0) {
      }
      const int signal = mono_now() >= kill_at ? SIGKILL : 0;
      bool any = false;
      for (const pid_t pid : descendants_of(::getpid())) any = may_signal(pid, signal) || any;
      if (!any || mono_now() >= kill_at + kKilled.limit) ::_exit(0);
      ::poll(nullptr, 0, static_cast<int>(kLook.count()));
    }
  }

  int socket_;
  int started_ = 0;
  std::map<std::int64_t, std::string> tags_;
  std::vector<Stopping> stopping_;
};

}  // namespace

void supervise(int socket) noexcept {
  ::setsid();
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  ::prctl(PR_SET_NAME, "tailrace-super");
  // Ctrl-C ends the runner; we end after it, when all is cleaned up.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) ::signal(signal, SIG_IGN);
  ::dup2(socket, kFirstOther);
  ::fcntl(kFirstOther, F_SETFD, FD_CLOEXEC);
  ::close_range(kFirstOther + 1, ~0U, 0);
  SupervisorLoop(kFirstOther).run();
}

}  // namespace tailrace
