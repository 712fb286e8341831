// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/implementation.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "harness/sut/process_watch.h"

namespace tailrace {
namespace {

constexpr Deadline kEnd{"end", Millis(5000)};
constexpr Deadline kLine{"line", Millis(5000)};

// Accepts at the address of its arguments, and stays.
constexpr const char* kServer = R"(
import socket, sys
listener = socket.socket()
listener.bind((sys.argv[1], int(sys.argv[2])))
listener.listen()
while True:
    listener.accept()[0].close()
)";

Manifest server(std::vector<std::string> command) {
  return manifest_for_command(Side::kServer, std::move(command));
}
Manifest python_server() {
  return server({"python3", "-c", kServer, "{host}", "{port}"});
}
Manifest shell(Side role, const std::string& script) {
  return manifest_for_command(role, {"sh", "-c", script});
}

// The lines of a process, told on another thread.
class Lines {
 public:
  std::function<void(const std::string&)> listener() {
    return [this](const std::string& line) {
      const std::scoped_lock lock(mutex_);
      lines_.push_back(line);
      heard_.notify_all();
    };
  }
  // All of them, once there are `count` or the deadline has passed.
  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    heard_.wait_for(lock, stretched(kLine.limit), [&] { return lines_.size() >= count; });
    return lines_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable heard_;
  std::vector<std::string> lines_;
};

class Implementation : public testing::Test {
 protected:
  Implementation() : supervisor_(Supervisor::fork_supervisor().value()) {
    std::string folder = (std::filesystem::temp_directory_path() / "sut-XXXXXX").string();
    EXPECT_NE(::mkdtemp(folder.data()), nullptr);
    folder_ = folder;
  }
  ~Implementation() override { std::filesystem::remove_all(folder_); }

  Result<std::unique_ptr<ServerProcess>> start(const Manifest& manifest,
                                               const std::string& mode = "default") {
    return ServerProcess::start(supervisor_, manifest, mode);
  }
  std::unique_ptr<ClientProcess> client(
      const Manifest& manifest, const std::string& mode = "default",
      const std::vector<std::pair<std::string, std::string>>& environment = {}) {
    auto started = ClientProcess::start(supervisor_, manifest, mode, "http://127.0.0.1:9/mcp",
                                        environment, lines_.listener());
    EXPECT_TRUE(started) << started.error().what;
    return started ? std::move(*started) : nullptr;
  }
  // What a script in our folder has put into its file.
  std::string log() const {
    std::ifstream file(folder_ + "/log");
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::ptrdiff_t starts() const {  // Of a script that logs a line at each.
    const std::string text = log();
    return std::count(text.begin(), text.end(), '\n');
  }

  Supervisor supervisor_;
  Lines lines_;
  std::string folder_;
};

MonoTime soon() {
  return mono_now() + stretched(kEnd.limit);
}

TEST_F(Implementation, AServerIsReadyOnceItAccepts) {
  const auto started = start(python_server());
  ASSERT_TRUE(started) << started.error().what;
  EXPECT_TRUE((*started)->endpoint().is_loopback());
  EXPECT_FALSE((*started)->exit());
  EXPECT_FALSE((*started)->wait_exit(Millis(1)));
  const auto sample = sample_tree((*started)->pid());
  ASSERT_TRUE(sample) << sample.error().what;
  EXPECT_TRUE(std::any_of(sample->sockets.begin(), sample->sockets.end(), [&](const auto& socket) {
    return socket.state == "LISTEN" && socket.local == (*started)->endpoint();
  }));
}

TEST_F(Implementation, AServerEndsWithItsOwner) {
  auto started = start(python_server());
  ASSERT_TRUE(started) << started.error().what;
  const pid_t pid = (*started)->pid();
  started->reset();
  ASSERT_TRUE(supervisor_.exit_of(pid));
  EXPECT_EQ(supervisor_.exit_of(pid)->signal, SIGTERM);
}

TEST_F(Implementation, AModeAddsArgumentsAndVariablesAndPlacesAreFilled) {
  Manifest manifest =
      shell(Side::kServer, "echo \"$3 $4 $MODE $AT\" >log; exec python3 -c \"$0\" \"$1\" \"$2\"");
  manifest.start.insert(manifest.start.end(), {kServer, "{host}", "{port}"});
  manifest.folder = folder_;
  manifest.environment = {{"MODE", "plain"}, {"AT", "{host}:{port}"}};
  manifest.modes["json"] = {{{"MODE", "json"}}, {"--json", "--again={port}{port}"}};
  const auto started = start(manifest, "json");
  ASSERT_TRUE(started) << started.error().what;
  const std::string port = std::to_string((*started)->endpoint().port);
  EXPECT_EQ(log(), "--json --again=" + port + port + " json 127.0.0.1:" + port + "\n");
}

TEST_F(Implementation, AServerThatNeverAcceptsFailsByANamedDeadline) {
  Manifest manifest = shell(Side::kServer, "echo thinking; exec sleep 600");
  manifest.ready = Millis(200);
  const MonoTime began = mono_now();
  const auto started = start(manifest);
  ASSERT_FALSE(started);
  EXPECT_GE(mono_now() - began, manifest.ready);
  const std::string& what = started.error().what;
  EXPECT_NE(what.find("accepted no connection on port "), std::string::npos) << what;
  EXPECT_NE(what.find(std::to_string(stretched(manifest.ready).count()) + " ms (ready_ms)"),
            std::string::npos)
      << what;
  EXPECT_NE(what.find("it printed:\nthinking"), std::string::npos) << what;
}

TEST_F(Implementation, AServerThatEndsEarlyFailsAtOnceWithItsLastWords) {
  const MonoTime began = mono_now();
  const auto started = start(shell(Side::kServer, "echo no licence >&2; exit 3"));
  ASSERT_FALSE(started);
  EXPECT_LT(mono_now() - began, kEnd.limit) << "it waited for the deadline";
  EXPECT_EQ(started.error().what,
            "the server ended with status 3 before it accepted a connection; it printed:\n"
            "no licence");
}

TEST_F(Implementation, AServerThatSaysNothingIsToldSo) {
  const auto started = start(shell(Side::kServer, "exit 0"));
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().what.find("it printed nothing"), std::string::npos);
  const auto killed = start(shell(Side::kServer, "kill -9 $$"));
  ASSERT_FALSE(killed);
  EXPECT_NE(killed.error().what.find("ended by signal 9 before"), std::string::npos);
}

TEST_F(Implementation, TheErrorShowsTheEndOfAFlood) {
  const auto started =
      start(shell(Side::kServer, "yes filler | head -n 20000; echo the reason; exit 1"));
  ASSERT_FALSE(started);
  EXPECT_TRUE(started.error().what.ends_with("\nthe reason"));
  EXPECT_LT(started.error().what.size(), 4000u);
}

TEST_F(Implementation, AServerThatListensElsewhereIsToldHowToLearnItsPort) {
  Manifest manifest = shell(Side::kServer, "echo on http://127.0.0.1:8000/mcp; sleep 60");
  manifest.ready = Millis{300};
  const auto started = start(manifest);
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().what.find("it names port 8000; {port} in its command"),
            std::string::npos)
      << started.error().what;
}

TEST_F(Implementation, AProgramThatDoesNotExistIsAnErrorThatNamesIt) {
  const auto started = start(server({"no-such-server", "{port}"}));
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().what.find("'no-such-server'"), std::string::npos);
  const auto client =
      ClientProcess::start(supervisor_, manifest_for_command(Side::kClient, {"/no"}), "default",
                           "http://h/", {}, nullptr);
  ASSERT_FALSE(client);
  EXPECT_NE(client.error().what.find("'/no'"), std::string::npos);
}

TEST_F(Implementation, ATakenPortIsTriedAgainOnAnother) {
  Manifest manifest = shell(Side::kServer,
                            "echo {port} >>log; [ $(wc -l <log) -gt 2 ] && exec python3 -c \"$0\" "
                            "\"$@\"; echo 'Error: listen EADDRINUSE' >&2; exit 1");
  manifest.start.insert(manifest.start.end(), {kServer, "{host}", "{port}"});
  manifest.folder = folder_;
  const auto started = start(manifest);
  ASSERT_TRUE(started) << started.error().what;
  EXPECT_EQ(starts(), 3);
}

TEST_F(Implementation, PortsAreTriedOnlySoOften) {
  Manifest manifest =
      shell(Side::kServer, "echo {port} >>log; echo 'OSError: Address already in use'; exit 1");
  manifest.folder = folder_;
  const auto started = start(manifest);
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().what.find("Address already in use"), std::string::npos);
  EXPECT_EQ(starts(), kPortAttempts);
}

TEST_F(Implementation, AnotherCrashIsNotTriedAgain) {
  Manifest manifest = shell(Side::kServer, "echo {port} >>log; echo 'no such module'; exit 1");
  manifest.folder = folder_;
  EXPECT_FALSE(start(manifest));
  EXPECT_EQ(starts(), 1);
}

TEST_F(Implementation, AServerThatCrashesLaterIsEvidence) {
  const auto started = start(python_server());
  ASSERT_TRUE(started) << started.error().what;
  ::kill((*started)->pid(), SIGSEGV);
  const auto ended = (*started)->wait_exit(stretched(kEnd.limit));
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->signal, SIGSEGV);
  EXPECT_EQ((*started)->exit()->signal, SIGSEGV);
}

TEST_F(Implementation, AClientGetsTheUrlLastOrInItsPlace) {
  Manifest manifest = shell(Side::kClient, "echo \"$0 $*\"");
  manifest.start.emplace_back("first");
  manifest.modes["fast"] = {{}, {"--fast"}};
  manifest.modes["placed"] = {{}, {"--url={url}"}};
  auto process = client(manifest, "fast");
  EXPECT_EQ(lines_.wait_for(1).back(), "first --fast http://127.0.0.1:9/mcp");
  process = client(manifest, "placed");
  EXPECT_EQ(lines_.wait_for(2).back(), "first --url=http://127.0.0.1:9/mcp");
  manifest.start.back() = "to={url}";
  process = client(manifest, "fast");
  EXPECT_EQ(lines_.wait_for(3).back(), "to=http://127.0.0.1:9/mcp --fast");
}

TEST_F(Implementation, VariablesOfTheCallWinOverThoseOfTheManifest) {
  Manifest manifest = shell(Side::kClient, "echo $A $B $C");
  manifest.environment = {{"A", "1"}, {"B", "1"}, {"C", "{url}"}};
  manifest.modes["m"] = {{{"A", "2"}, {"B", "2"}}, {}};
  const auto process = client(manifest, "m", {{"A", "3"}});
  EXPECT_EQ(lines_.wait_for(1).back(), "3 2 http://127.0.0.1:9/mcp");
}

TEST_F(Implementation, AClientsEndComesWithAllItSaid) {
  const auto process =
      client(shell(Side::kClient, "yes '{\"call\":1}' | head -n 3000; echo last >&2; exit 4"));
  const auto ended = process->wait_exit(soon());
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->code, 4);
  EXPECT_EQ(lines_.wait_for(0).size(), 3000u);
  EXPECT_NE(process->output().find("last\n"), std::string::npos);
}

TEST_F(Implementation, AClientsEndDoesNotWaitForAGrandchildThatHoldsThePipes) {
  const auto process = client(shell(Side::kClient, "sleep 600 & exit 0"));
  const MonoTime began = mono_now();
  ASSERT_TRUE(process->wait_exit(soon()));
  EXPECT_LT(mono_now() - began, kEnd.limit);
}

TEST_F(Implementation, AClientThatDoesNotEndIsStoppedAfterItsTerm) {
  Manifest manifest = shell(Side::kClient, "trap '' TERM; echo up; exec sleep 600");
  manifest.term = Millis(100);
  const auto process = client(manifest);
  EXPECT_EQ(lines_.wait_for(1), std::vector<std::string>{"up"});
  EXPECT_FALSE(process->wait_exit(mono_now() + Millis(20)));
  const MonoTime asked = mono_now();
  process->stop();
  EXPECT_GE(mono_now() - asked, manifest.term);
  const auto ended = process->wait_exit(soon());
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->signal, SIGKILL);
}

}  // namespace
}  // namespace tailrace
