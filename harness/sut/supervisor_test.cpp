// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/supervisor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "harness/sut/process_tree.h"

namespace tailrace {
namespace {

constexpr Deadline kLine{"line", Millis(5000)};
constexpr Deadline kEnd{"end", Millis(5000)};
constexpr Deadline kGone{"gone", Millis(5000)};
constexpr Deadline kPatient{"patient", Millis(20000)};    // TERM is enough here.
constexpr Deadline kImpatient{"impatient", Millis(100)};  // KILL is needed.

ProcessSpec shell(const std::string& script) {
  return {{"sh", "-c", script}, {}, ""};
}

// The next line of a pipe; what came so far at its end or after the deadline.
std::string line_of(int pipe) {
  const MonoTime until = mono_now() + stretched(kLine.limit);
  std::string line;
  for (char byte = 0; mono_now() < until;) {
    pollfd source{pipe, POLLIN, 0};
    if (::poll(&source, 1, static_cast<int>(kLine.limit.count())) <= 0) break;
    if (::read(pipe, &byte, 1) != 1 || byte == '\n') return line;
    line += byte;
  }
  return line + " (no end of line within " + std::string(kLine.name) + ")";
}

// A descriptor that tells of the end of any process, child or not, and never of another that got
// its number later.
class Witness {
 public:
  explicit Witness(pid_t pid) : descriptor_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}
  ~Witness() { ::close(descriptor_); }
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;
  bool valid() const { return descriptor_ >= 0; }
  bool sees_end(Millis within) const {
    pollfd source{descriptor_, POLLIN, 0};
    return ::poll(&source, 1, static_cast<int>(within.count())) == 1;
  }

 private:
  int descriptor_;
};

class SupervisorTest : public testing::Test {
 protected:
  SupervisorTest() : supervisor_(Supervisor::fork_supervisor().value()) {}
  ~SupervisorTest() override {
    for (const int pipe : pipes_) ::close(pipe);
  }
  StartedProcess started(const ProcessSpec& spec) {
    const auto process = supervisor_.start(spec);
    EXPECT_TRUE(process) << process.error().what;
    if (!process) return {};
    pipes_.insert(pipes_.end(), {process->output, process->errors});
    return *process;
  }
  std::optional<ExitStatus> end_of(const StartedProcess& process) const {
    return supervisor_.wait_exit(process.pid, mono_now() + stretched(kEnd.limit));
  }

  // By TERM alone: KILL would come too late for it.
  void expect_term_to_stop(const StartedProcess& process) {
    const MonoTime asked = mono_now();
    ASSERT_TRUE(supervisor_.stop(process.pid, kPatient));
    EXPECT_LT(mono_now() - asked, kPatient.limit) << "it took " << kPatient.name << " and KILL";
    EXPECT_TRUE(supervisor_.exit_of(process.pid)) << "stop() returned before it was told";
  }

  Supervisor supervisor_;
  std::vector<int> pipes_;
};

TEST_F(SupervisorTest, TellsTheExitCode) {
  for (const int code : {0, 1, 77, 255}) {
    const auto ended = end_of(started(shell("exit " + std::to_string(code))));
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->code, code);
    EXPECT_EQ(ended->signal, 0);
  }
}

TEST_F(SupervisorTest, TellsTheSignalOfACrash) {
  for (const int signal : {SIGKILL, SIGTERM, SIGABRT}) {
    const auto ended = end_of(started(shell("kill -" + std::to_string(signal) + " $$")));
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->code, -1);
    EXPECT_EQ(ended->signal, signal);
  }
}

TEST_F(SupervisorTest, AProcessThatRunsHasNoExit) {
  const auto process = started(shell("echo up; exec sleep 600"));
  EXPECT_EQ(line_of(process.output), "up");
  EXPECT_FALSE(supervisor_.exit_of(process.pid));
  EXPECT_FALSE(supervisor_.wait_exit(process.pid, mono_now() + Millis(20)));
  expect_term_to_stop(process);
  EXPECT_EQ(supervisor_.exit_of(process.pid)->signal, SIGTERM);
}

TEST_F(SupervisorTest, OutputAndErrorsAreTwoPipesAndInputIsEmpty) {
  const auto process = started(shell("read x || echo none; echo bad >&2"));
  EXPECT_EQ(line_of(process.output), "none");
  EXPECT_EQ(line_of(process.errors), "bad");
}

TEST_F(SupervisorTest, TheProgramGetsArgumentsEnvironmentAndFolder) {
  ProcessSpec spec{{"sh", "-c", "echo \"$2|$1|$EXTRA|$PATH\"; pwd", "name", "a b", "$x'\""},
                   {{"EXTRA", "first"}, {"EXTRA", "last=1"}},
                   "/"};
  const auto process = started(spec);
  EXPECT_EQ(line_of(process.output), std::string("$x'\"|a b|last=1|") + std::getenv("PATH"));
  EXPECT_EQ(line_of(process.output), "/");
}

TEST(SupervisorStart, TheProgramGetsNoDescriptorOfOurs) {
  const int inheritable = ::fcntl(STDERR_FILENO, F_DUPFD, 9);
  auto supervisor = Supervisor::fork_supervisor().value();
  const auto process = supervisor.start(shell("echo /proc/self/fd/*"));
  ASSERT_TRUE(process) << process.error().what;
  // The shell's own view while it expands: 0 to 2 and the folder it reads.
  EXPECT_EQ(line_of(process->output),
            "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3");
  for (const int descriptor : {inheritable, process->output, process->errors}) {
    ::close(descriptor);
  }
}

TEST_F(SupervisorTest, TheProgramGetsNoSignalSettingOfOurs) {
  const auto process = started({{"grep", "-E", "^Sig(Blk|Ign):", "/proc/self/status"}, {}, ""});
  EXPECT_EQ(line_of(process.output), "SigBlk:\t0000000000000000");
  EXPECT_EQ(line_of(process.output), "SigIgn:\t0000000000000000");
}

TEST_F(SupervisorTest, AProgramThatDoesNotExistIsAnErrorThatNamesIt) {
  for (const std::string program : {"no-such-program-here", "/no/such/path", "/etc/passwd"}) {
    const auto process = supervisor_.start({{program}, {}, ""});
    ASSERT_FALSE(process);
    EXPECT_NE(process.error().what.find("'" + program + "'"), std::string::npos);
    EXPECT_EQ(process.error().system, program == "/etc/passwd" ? EACCES : ENOENT);
    EXPECT_NE(process.error().what.find(std::strerror(process.error().system)), std::string::npos);
  }
  EXPECT_TRUE(end_of(started(shell("exit 0")))) << "it must serve on";
}

TEST_F(SupervisorTest, AFolderThatDoesNotExistIsAnErrorThatNamesIt) {
  const auto process = supervisor_.start({{"sh", "-c", "exit 0"}, {}, "/no/such/folder"});
  ASSERT_FALSE(process);
  EXPECT_EQ(process.error().system, ENOENT);
  EXPECT_NE(process.error().what.find("/no/such/folder"), std::string::npos)
      << process.error().what;
}

TEST_F(SupervisorTest, NoProgramOrOneThatIsTooLongIsAnError) {
  EXPECT_FALSE(supervisor_.start({}));
  EXPECT_FALSE(supervisor_.start({{"sh", std::string(1 << 20, 'x')}, {}, ""}));
  EXPECT_TRUE(end_of(started(shell("exit 0")))) << "it must serve on";
}

TEST_F(SupervisorTest, AFailedStartLeavesNoDescriptorAndNoProcess) {
  const auto next_descriptor = [] {
    const int descriptor = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(descriptor);
    return descriptor;
  };
  (void)supervisor_.start({{"no-such-program-here"}, {}, ""});
  const int before = next_descriptor();
  for (int i = 0; i < 20; ++i) {
    (void)supervisor_.start({{"no-such-program-here"}, {}, ""});
    EXPECT_TRUE(descendants_of(supervisor_.pid()).empty());
  }
  EXPECT_EQ(next_descriptor(), before);
}

TEST_F(SupervisorTest, StopLetsAProcessEndItself) {
  const auto process =
      started(shell("trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.02; done"));
  EXPECT_EQ(line_of(process.output), "up");
  expect_term_to_stop(process);
  EXPECT_EQ(line_of(process.output), "bye");
  EXPECT_EQ(supervisor_.exit_of(process.pid)->code, 3);
}

TEST_F(SupervisorTest, StopKillsAfterTheGraceWhatIgnoresTerm) {
  const auto process = started(shell("trap '' TERM; echo up; exec sleep 600"));
  EXPECT_EQ(line_of(process.output), "up");
  const MonoTime asked = mono_now();
  ASSERT_TRUE(supervisor_.stop(process.pid, kImpatient));
  EXPECT_GE(mono_now() - asked, kImpatient.limit);
  ASSERT_TRUE(supervisor_.exit_of(process.pid));
  EXPECT_EQ(supervisor_.exit_of(process.pid)->signal, SIGKILL);
}

TEST_F(SupervisorTest, StopEndsAStoppedProcess) {
  const auto process = started(shell("echo $$; kill -STOP $$; exec sleep 600"));
  EXPECT_EQ(line_of(process.output), std::to_string(process.pid));
  ASSERT_TRUE(supervisor_.stop(process.pid, kImpatient));
  EXPECT_TRUE(supervisor_.exit_of(process.pid));
}

TEST_F(SupervisorTest, StopEndsGrandchildrenAndDaemons) {
  const auto process =
      started(shell("sleep 600 & echo $!; (setsid sh -c 'echo $$; exec sleep 600' &); wait"));
  const Witness child(std::stoi(line_of(process.output)));
  const Witness daemon(std::stoi(line_of(process.output)));
  ASSERT_TRUE(child.valid() && daemon.valid());
  EXPECT_FALSE(child.sees_end(Millis(0)) || daemon.sees_end(Millis(0)));
  expect_term_to_stop(process);
  EXPECT_TRUE(child.sees_end(Millis(0)));
  EXPECT_TRUE(daemon.sees_end(Millis(0)));
  EXPECT_TRUE(descendants_of(supervisor_.pid()).empty());
}

// A process that is about to run another program, or to exit, has no environment for a moment.
TEST_F(SupervisorTest, StopMissesNoneInTheMiddleOfExec) {
  for (int round = 0; round < 30; ++round) {
    const auto process = started(shell("setsid sh -c 'echo $$; exec sleep 600' & exec sleep 600"));
    const Witness daemon(std::stoi(line_of(process.output)));
    expect_term_to_stop(process);
    ASSERT_TRUE(daemon.sees_end(Millis(0))) << "in round " << round;
  }
}

TEST_F(SupervisorTest, StopEndsWhatClearedItsEnvironment) {
  const auto process = started(shell("env -i sh -c 'echo $$; exec sleep 600' & exec sleep 600"));
  const Witness child(std::stoi(line_of(process.output)));
  expect_term_to_stop(process);
  EXPECT_TRUE(child.sees_end(Millis(0)));
}

TEST_F(SupervisorTest, StopIsNotHeldUpByOthersWithoutEnvironment) {
  const auto other = started(shell("echo up; exec env -i sleep 600"));
  const auto process = started(shell("echo up; exec sleep 600"));
  EXPECT_EQ(line_of(other.output) + line_of(process.output), "upup");
  expect_term_to_stop(process);
  EXPECT_FALSE(supervisor_.exit_of(other.pid));
}

TEST_F(SupervisorTest, StopLetsItCleanUp) {
  const auto process = started(
      shell("trap 'sleep 0.1 && echo clean; exit 0' TERM; echo up; while :; do sleep 0.02; done"));
  EXPECT_EQ(line_of(process.output), "up");
  expect_term_to_stop(process);
  EXPECT_EQ(line_of(process.output), "clean");
}

TEST_F(SupervisorTest, StopEndsWhatACrashedProcessLeft) {
  const auto process = started(shell("trap '' TERM; sleep 600 & echo $!; kill -KILL $$"));
  const Witness child(std::stoi(line_of(process.output)));
  ASSERT_TRUE(end_of(process));
  EXPECT_FALSE(child.sees_end(Millis(0)));
  ASSERT_TRUE(supervisor_.stop(process.pid, kImpatient));
  EXPECT_TRUE(child.sees_end(Millis(0)));
}

TEST_F(SupervisorTest, StopLeavesOthersAlone) {
  const auto one = started(shell("echo up; exec sleep 600"));
  const auto two = started(shell("echo up; exec sleep 600"));
  EXPECT_EQ(line_of(one.output) + line_of(two.output), "upup");
  expect_term_to_stop(one);
  EXPECT_FALSE(supervisor_.exit_of(two.pid));
  EXPECT_EQ(descendants_of(supervisor_.pid()), std::vector<pid_t>{two.pid});
}

TEST_F(SupervisorTest, StopOfAnEndedOrForeignProcessReturnsAndHarmsNobody) {
  const auto process = started(shell("exit 0"));
  ASSERT_TRUE(end_of(process));
  EXPECT_TRUE(supervisor_.stop(process.pid, kPatient));
  const MonoTime asked = mono_now();
  EXPECT_TRUE(supervisor_.stop(::getpid(), kPatient));  // Not below the supervisor.
  EXPECT_LT(mono_now() - asked, kPatient.limit);
}

TEST_F(SupervisorTest, OrphansThatEndAreReaped) {
  const auto process = started(shell("(sh -c 'echo $$' &); exec sleep 600"));
  const pid_t orphan = std::stoi(line_of(process.output));
  const Witness witness(orphan);
  EXPECT_TRUE(!witness.valid() || witness.sees_end(stretched(kGone.limit)));
  EXPECT_TRUE(end_of(started(shell("exit 0"))));  // It reaps before it obeys.
  EXPECT_EQ(::kill(orphan, 0), -1) << "a zombie is left";
  EXPECT_FALSE(supervisor_.exit_of(orphan)) << "nobody asked for it";
  EXPECT_FALSE(supervisor_.exit_of(process.pid)) << "the orphan's end is not the process's";
}

TEST(SupervisorEnd, TheDestructorEndsEverythingAndWaits) {
  std::optional<Supervisor> supervisor(Supervisor::fork_supervisor().value());
  const auto process = supervisor->start(shell("setsid sleep 600 & echo $!; exec sleep 600"));
  ASSERT_TRUE(process);
  const Witness child(std::stoi(line_of(process->output)));
  const Witness root(process->pid), itself(supervisor->pid());
  supervisor.reset();
  EXPECT_TRUE(child.sees_end(Millis(0)));
  EXPECT_TRUE(root.sees_end(Millis(0)));
  EXPECT_TRUE(itself.sees_end(Millis(0)));
  ::close(process->output);
  ::close(process->errors);
}

TEST(SupervisorEnd, ARunnerThatIsKilledLeavesNoOrphan) {
  int told[2];
  ASSERT_EQ(::pipe2(told, O_CLOEXEC), 0);
  const pid_t runner = ::fork();
  if (runner == 0) {
    auto supervisor = Supervisor::fork_supervisor();
    const auto process = supervisor->start(shell("trap '' HUP INT; sleep 600 & echo $!; wait"));
    const std::string pids = std::to_string(supervisor->pid()) + "\n" +
                             std::to_string(process->pid) + "\n" + line_of(process->output) + "\n";
    (void)!::write(told[1], pids.data(), pids.size());
    ::pause();
    ::_exit(0);
  }
  ::close(told[1]);
  const Witness supervisor(std::stoi(line_of(told[0])));
  const Witness process(std::stoi(line_of(told[0]))), child(std::stoi(line_of(told[0])));
  ASSERT_TRUE(supervisor.valid() && process.valid() && child.valid());
  ::kill(runner, SIGKILL);
  ::waitpid(runner, nullptr, 0);
  EXPECT_TRUE(process.sees_end(stretched(kGone.limit)));
  EXPECT_TRUE(child.sees_end(stretched(kGone.limit)));
  EXPECT_TRUE(supervisor.sees_end(stretched(kGone.limit)));
  ::close(told[0]);
}

TEST(SupervisorEnd, AKilledSupervisorIsAnErrorAndNotAHang) {
  auto supervisor = Supervisor::fork_supervisor().value();
  const auto process = supervisor.start(shell("echo up; exec sleep 600"));
  ASSERT_TRUE(process);
  EXPECT_EQ(line_of(process->output), "up");
  const Witness root(process->pid);
  ::kill(supervisor.pid(), SIGKILL);
  EXPECT_TRUE(root.sees_end(stretched(kGone.limit)));
  const MonoTime until = mono_now() + stretched(kEnd.limit);
  EXPECT_FALSE(supervisor.wait_exit(process->pid, until));
  EXPECT_LT(mono_now(), until);
  EXPECT_FALSE(supervisor.start(shell("exit 0")));
  EXPECT_FALSE(supervisor.stop(process->pid, kPatient));
  ::close(process->output);
  ::close(process->errors);
}

}  // namespace
}  // namespace tailrace
