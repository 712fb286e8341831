// SPDX-License-Identifier: Apache-2.0
#include "harness/run/serving_client.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>

#include <filesystem>

namespace tailrace {
namespace {

constexpr Deadline kEnd{"end", Millis(5000)}, kLook{"look", Millis(1)};

// Says what it was told and that it is done; crashes, hangs, reads no more or says too much when
// told to.
constexpr const char* kClient = R"(
while read -r line; do
  case "$line" in
    *crash*) exit 3 ;;
    *hang*) sleep 60 ;;
    *deaf*) exec 0<&- ;;
  esac
  echo "{\"told\":$line}"
  echo '{"done":true,"status":7}'
  case "$line" in *late*) echo '{"late":true}' ;; esac
done
)";

class Serving : public testing::Test {
 protected:
  Serving() : supervisor_(Supervisor::fork_supervisor().value()) {
    std::string folder = (std::filesystem::temp_directory_path() / "serving-XXXXXX").string();
    EXPECT_NE(::mkdtemp(folder.data()), nullptr);
    ::signal(SIGPIPE, SIG_IGN);  // As the programs do.
    folder_ = folder;
    const Manifest manifest = manifest_for_command(Side::kClient, {"sh", "-c", kClient});
    client_ = ServingClient::start(supervisor_, manifest, "default", vault_).value();
  }
  ~Serving() override { std::filesystem::remove_all(folder_); }

  // A scenario of this name, and whether its end was told.
  std::unique_ptr<History> give(const std::string& name) {
    auto history = History::create(folder_ + "/" + name + ".jsonl").value();
    EXPECT_TRUE(client_->take("http://a/mcp", {{"TAILRACE_SCENARIO", name}}, *history));
    return history;
  }
  static bool ends(const History& history, Millis within) {
    return history.wait_until(mono_now() + stretched(within), [](const Timeline& timeline) {
      return timeline.process_ended.has_value();
    });
  }

  Supervisor supervisor_;
  Vault vault_;
  std::string folder_;
  std::unique_ptr<ServingClient> client_;
};

TEST_F(Serving, OneThatReadsNoMoreTakesNothingAndItsEndIsOfTheScenarioBefore) {
  {
    const auto before = give("deaf");
    ASSERT_TRUE(ends(*before, kEnd.limit));
    client_->release();
  }
  const auto history = History::create(folder_ + "/next.jsonl").value();
  EXPECT_FALSE(client_->take("http://a/mcp", {}, *history));
  EXPECT_EQ(client_->taken(), 1);
  EXPECT_FALSE(ends(*history, kLook.limit));
  const auto end = client_->crashed_late(mono_now() + stretched(kEnd.limit));
  ASSERT_TRUE(end);
  EXPECT_EQ(end->code, 0);
}

TEST_F(Serving, OneProcessTakesManyScenarios) {
  for (const std::string name : {"first", "second"}) {
    ASSERT_TRUE(client_->is_ready());
    const auto history = give(name);
    ASSERT_TRUE(ends(*history, kEnd.limit));
    history->read([&](const Timeline& timeline) {
      EXPECT_EQ(timeline.process_ended->what.exit_code, 7);
      EXPECT_FALSE(timeline.process_ended->what.asked);
      ASSERT_EQ(timeline.lines.size(), 1U);
      EXPECT_NE(timeline.lines.front().what.text.find(name), std::string::npos);
    });
    EXPECT_TRUE(client_->is_done());
    client_->release();
  }
}

TEST_F(Serving, ACrashIsTheEndOfItsScenarioAndOfTheProcess) {
  const auto history = give("crash");
  ASSERT_TRUE(ends(*history, kEnd.limit));
  EXPECT_EQ(history->read([](const Timeline& t) { return t.process_ended->what.exit_code; }), 3);
  EXPECT_FALSE(client_->is_done());
  client_->release();
  EXPECT_FALSE(client_->is_ready());
}

TEST_F(Serving, AHangIsEndedByUsAndSaidToBe) {
  const auto history = give("hang");
  EXPECT_FALSE(ends(*history, Millis(50)));
  EXPECT_FALSE(client_->is_done());
  client_->stop();
  ASSERT_TRUE(ends(*history, kEnd.limit));
  EXPECT_TRUE(history->read([](const Timeline& t) { return t.process_ended->what.asked; }));
  EXPECT_FALSE(client_->is_ready());
}

TEST_F(Serving, ALateLineBelongsToNobodyAndSpoilsTheProcess) {
  const auto history = give("late");
  ASSERT_TRUE(ends(*history, kEnd.limit));
  client_->release();
  // The line takes its own time.
  const MonoTime until = mono_now() + stretched(kEnd.limit);
  const auto never = [](const Timeline&) { return false; };
  while (client_->is_ready() && mono_now() < until) {
    history->wait_until(mono_now() + kLook.limit, never);
  }
  EXPECT_FALSE(client_->is_ready());
  EXPECT_EQ(history->read([](const Timeline& t) { return t.lines.size(); }), 1U);
}

}  // namespace
}  // namespace tailrace
