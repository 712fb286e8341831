// SPDX-License-Identifier: Apache-2.0
// What a run leaves behind: it can be judged again, it holds no secret, and no process of it stays.
#include <gtest/gtest.h>

#include <filesystem>

#include "harness/cli/program.h"
#include "harness/record/run_record.h"

namespace tailrace {
namespace {

std::vector<std::pair<std::string, Verdict>> verdicts(const RunRecord& record) {
  std::vector<std::pair<std::string, Verdict>> list;
  for (const auto& result : record.scenarios) list.emplace_back(result.id, result.verdict);
  return list;
}

// Without the questions of growth: thousands of calls of 40 ms each.
TEST(RunFolder, IsJudgedAgainWithTheSameVerdicts) {
  const Workshop workshop;
  const Ran ran = workshop.run(
      "{tailrace} server --quick --out run -- {server} --fault nagle_two_writes "
      "--fault notification_after_final_response {port}");
  EXPECT_EQ(ran.status, 1) << ran.out << ran.err;
  const auto first = load_run_record(workshop.path("run"));
  ASSERT_TRUE(first) << first.error().what;
  std::filesystem::remove(workshop.path("run/results.json"));
  const Ran again = workshop.run("{tailrace} judge run");
  EXPECT_EQ(again.status, 1) << again.err;
  const auto second = load_run_record(workshop.path("run"));
  ASSERT_TRUE(second) << second.error().what;
  EXPECT_EQ(verdicts(*first), verdicts(*second));
  EXPECT_EQ(to_text(to_json(*first)), to_text(to_json(*second)));
}

TEST(RunFolder, OneEditedByteChangesAVerdict) {
  const Workshop workshop;
  const std::string id = "routing.server_forgets_deleted_session";
  workshop.run("{tailrace} server --only " + id + " --out run -- {server} {port}");
  const auto before = load_run_record(workshop.path("run"));
  ASSERT_TRUE(before);
  ASSERT_EQ(before->scenarios.front().verdict, Verdict::kPass);
  const std::string history = workshop.path("run/" + before->scenarios.front().history);
  std::string text = Workshop::read(history);
  const auto at = text.find("HTTP/1.1 404");
  ASSERT_NE(at, std::string::npos);
  text[at + 9] = '2';
  Workshop::write(history, text);
  EXPECT_EQ(workshop.run("{tailrace} judge run").status, 1);
  EXPECT_EQ(load_run_record(workshop.path("run"))->scenarios.front().verdict, Verdict::kFail);
}

// Whatever the verdicts are: a sanitizer or a busy machine may leave some of them open.
TEST(RunFolder, HoldsNoSecret) {
  const Workshop workshop;
  const Ran ran = workshop.run(
      "PLANTED='Bearer planted-secret-0123456789' {tailrace} server --quick "
      "--header-env Authorization=PLANTED --header 'X-Key: planted-key-abcdef' "
      "--out run -v -- {server} {port}");
  const auto record = load_run_record(workshop.path("run"));
  ASSERT_TRUE(record) << ran.err;
  EXPECT_GT(record->scenarios.size(), 50U) << ran.out;
  const auto files = Workshop::files_below(workshop.path("run"));
  EXPECT_GT(files.size(), 5U);
  for (const std::string& file : files) {
    const std::string text = Workshop::read(file);
    EXPECT_EQ(text.find("planted-secret"), std::string::npos) << file;
    EXPECT_EQ(text.find("planted-key"), std::string::npos) << file;
  }
  EXPECT_EQ((ran.out + ran.err).find("planted"), std::string::npos);
}

TEST(Runner, KilledLeavesNoProcess) {
  const Workshop workshop;
  // The server notes its pid, so that the shell can look for it after the runner is gone. The
  // supervisor has its own two seconds of grace; the loop's end is the deadline.
  const Ran ran = workshop.run(
      "{tailrace} server --out run -- sh -c 'echo $$ > {folder}/pid; exec {server} $0' {port} & "
      "runner=$!; n=0; until [ -s {folder}/pid ] || [ $n = 500 ]; do n=$((n+1)); sleep 0.01; "
      "done; kill -9 $runner; wait $runner; n=0; "
      "while kill -0 $(cat {folder}/pid) 2>/dev/null && [ $n != 1000 ]; do n=$((n+1)); "
      "sleep 0.01; done; kill -0 $(cat {folder}/pid) 2>/dev/null && echo alive || echo gone");
  EXPECT_EQ(ran.out, "gone\n") << ran.err;
}

TEST(Runner, ACrashOfTheServerIsHarmAndNamesTheScenario) {
  const Workshop workshop;
  // The streams stay open, so the scenario watches for seconds: the server ends in the middle.
  const Ran ran = workshop.run(
      "{tailrace} server --only '*.server_ends_stream_after_result' --format json --out run -- "
      "sh -c '{server} --fault keeps_stream_open_after_result $0 & child=$!; n=0; "
      "until grep -qs tools/ {folder}/run/histories/stream* || [ $n = 1000 ]; do "
      "n=$((n+1)); sleep 0.01; done; kill -9 $child; exit 9' {port}");
  EXPECT_EQ(ran.status, 1) << ran.out << ran.err;
  EXPECT_NE(ran.out.find("harm.process_ended"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("exited with status 9"), std::string::npos) << ran.out;
}

// Which findings of a served client's end each of two scenarios has. `script` decides before and
// after the client is given the line: $n counts those of a process.
std::vector<std::vector<std::string>> ends_of(const std::string& before, const std::string& after) {
  const Workshop workshop;
  Workshop::write(workshop.path("client.sh"),
                  "n=0\nwhile read -r line; do n=$((n+1))\n" + before +
                      "\nprintf '%s\\n' \"$line\" | $1\n" + after + "\ndone\n");
  const Ran ran = workshop.run(
      R"(echo '{"schema":"tailrace.manifest/1","name":"n","version":"1","role":"client",)"
      R"("start":["sh","client.sh","{client}"],"client":{"contract":"calls","closes":true,)"
      R"("call_limit_ms":3000,"serves":"json_lines"}}' >client.json; )"
      "{tailrace} client --jobs 1 --only routing.client_names_its_session "
      "--only routing.client_ends_its_session --out run --manifest client.json");
  const auto record = load_run_record(workshop.path("run"));
  std::vector<std::vector<std::string>> ends;
  if (!record) {
    ADD_FAILURE() << ran.out << ran.err;
    return ends;
  }
  for (const auto& result : record->scenarios) {
    auto& checks = ends.emplace_back();
    for (const auto& finding : result.findings) checks.push_back(finding.check);
    EXPECT_EQ(result.verdict, checks.empty() ? Verdict::kPass : Verdict::kFail)
        << result.id << " " << result.reason;
  }
  return ends;
}

TEST(ServedClient, ACrashIsBlamedOnTheScenarioThatItCameFrom) {
  using Ends = std::vector<std::vector<std::string>>;
  const std::string late = "process_takes_next_scenario";
  EXPECT_EQ(ends_of("", ""), (Ends{{}, {}}));
  EXPECT_EQ(ends_of("", "[ -e once ] || { : >once; kill -9 $$; }"), (Ends{{late}, {}}));
  EXPECT_EQ(ends_of("[ $n = 2 ] && kill -9 $$", ""), (Ends{{late}, {}}))
      << "when it had the next one already";
  EXPECT_EQ(ends_of("case $line in *names_its*) kill -9 $$ ;; esac", ""),
            (Ends{{}, {"process_stays_alive"}}))
      << "a fresh process does the same";
}

TEST(Client, OfTheOfficialContractRunsUnchanged) {
  const Workshop workshop;
  const Ran ran = workshop.run("{tailrace} client --out run -- {client}");
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  const auto record = load_run_record(workshop.path("run"));
  ASSERT_TRUE(record);
  std::size_t passed = 0;
  for (const auto& result : record->scenarios) {
    EXPECT_TRUE(result.verdict == Verdict::kPass || result.verdict == Verdict::kNotApplicable)
        << result.id << " " << result.reason;
    passed += result.verdict == Verdict::kPass;
  }
  EXPECT_GE(passed, 2U);  // Those that one call can answer.
}

TEST(Client, IsLookedForWhereItsManifestSays) {
  const Workshop shop;
  Workshop::write(shop.path("client.json"), R"({"schema": "tailrace.manifest/1", "name": "own",
      "version": "1", "role": "client", "start": ["own-client", "{url}"],
      "environment": {"PATH": ")" + shop.path("bin") + R"("}, "client": {"contract": "calls"}})");
  const Ran ran = shop.run(
      "mkdir bin && ln -s {client} bin/own-client && {tailrace} client --manifest client.json "
      "--only drain.client_keeps_connection_after_complete_body --out run");
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
}

// Its line "ready URL" stands in the file `ready`, its process id in $server.
const std::string kServerRuns =
    "{server} 0 >ready & server=$!; n=0; until [ -s ready ] || [ $n = 500 ]; do n=$((n+1)); "
    "sleep 0.01; done; ";

TEST(Server, BehindAUrlHasTheNameAndToolsOfItsManifest) {
  const Workshop shop;
  Workshop::write(shop.path("server.json"), R"({"schema": "tailrace.manifest/1", "name": "own",
      "version": "7", "role": "server", "start": ["is-not-started", "{port}"],
      "modes": {"other": {"arguments": ["--other"]}},
      "tools": {"failing": {"name": "fail"}}})");
  const Ran ran = shop.run(
      kServerRuns + "{tailrace} server $(sed 's/^ready //' ready) --manifest server.json "
      "--revision 2025-11-25 --only error_terminal.server_ends_stream_after_handler_error "
      "--out run -v; "
      "status=$?; kill $server; exit $status");
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  EXPECT_NE(ran.out.find("server own 7 (host network, profile safe"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("1 pass"), std::string::npos) << ran.out;
}

TEST(Server, BehindAUrlIsTreatedPolitely) {
  const Workshop workshop;
  const Ran ran = workshop.run(
      kServerRuns + "url=$(sed 's/^ready //; s/127.0.0.1/tailrace.test/' ready); "
      "port=$(echo $url | sed 's/.*:\\([0-9]*\\).*/\\1/'); "
      "{tailrace} server --out run --network host --resolve tailrace.test:$port:127.0.0.1 $url; "
      "status=$?; kill $server; exit $status");
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  EXPECT_NE(ran.out.find("profile safe"), std::string::npos) << ran.out;
  std::size_t posts = 0, calls = 0;
  for (const std::string& file : Workshop::files_below(workshop.path("run/histories"))) {
    const std::string text = Workshop::read(file);
    for (auto at = text.find("POST /mcp"); at != std::string::npos;
         at = text.find("POST /mcp", at + 1)) {
      ++posts;
    }
    // The only tool that is ever named is one that does not exist, or none at all.
    for (auto at = text.find("tools/call"); at != std::string::npos;
         at = text.find("tools/call", at + 1)) {
      const std::string call = text.substr(at, 120);
      calls += call.find("tailrace_no_such_tool") == std::string::npos &&
               call.find("\\\"name\\\"") != std::string::npos;
    }
  }
  EXPECT_GT(posts, 50U);
  EXPECT_LE(posts, 300U);
  EXPECT_EQ(calls, 0U);
}

TEST(Server, ModesOfItsManifestAreJudgedApart) {
  const Workshop workshop;
  Workshop::write(workshop.path("m.json"),
                  R"({"schema":"tailrace.manifest/1","name":"r","version":"1","role":"server",)"
                  R"("start":[")" +
                      std::string(TAILRACE_BINARY_DIR) +
                      R"(/reference_server","{port}"],)"
                      R"("modes":{"json":{"arguments":["--oddity","json_answers"]}}})");
  const Ran ran = workshop.run(
      "{tailrace} server --only '*.server_ends_stream_after_result' --manifest m.json --out run");
  EXPECT_EQ(ran.status, 0) << ran.err;
  const auto record = load_run_record(workshop.path("run"));
  ASSERT_TRUE(record);
  ASSERT_EQ(record->scenarios.size(), 2U);
  EXPECT_EQ(record->scenarios[0].verdict, Verdict::kPass);
  EXPECT_EQ(record->scenarios[1].mode, "json");
  EXPECT_EQ(record->scenarios[1].verdict, Verdict::kNotApplicable);
}

TEST(Baseline, IsExactInBothDirections) {
  const Workshop workshop;
  const auto baseline = [](const std::string& id, const std::string& revision = "2025-11-25") {
    return R"({"schema":"tailrace.baseline/1","expected":[{"id":")" + id + R"(","revision":")" +
           revision + R"(","reason":"known"}]})";
  };
  const std::string broken = "routing.server_forgets_deleted_session";
  Workshop::write(workshop.path("b.json"), baseline(broken));
  const std::string only = " --only 'routing.server_f*' --baseline b.json -- {server} ";
  EXPECT_EQ(workshop.run("{tailrace} server --out a" + only + "--fault answers_after_delete {port}")
                .status,
            0);
  const Ran stale = workshop.run("{tailrace} server --out b" + only + "{port}");
  EXPECT_EQ(stale.status, 1);
  EXPECT_NE(stale.out.find("stale"), std::string::npos);
  Workshop::write(workshop.path("b.json"), baseline(broken, "2025-11-52"));
  const Ran misspelt = workshop.run("{tailrace} server --out c" + only + "{port}");
  EXPECT_EQ(misspelt.status, 1) << "it waits for ever";
  EXPECT_NE(misspelt.out.find("is no revision"), std::string::npos) << misspelt.out;
}

// What was written down names what was found: another finding in the same scenario is a new one.
TEST(Baseline, ExpectsWhatItNamesAndNothingBesideIt) {
  const Workshop workshop;
  const std::string only = " --only routing.server_answers_unknown_event_id ";
  const std::string refuses = "-- {server} --fault answers_unknown_event_id_with_404 {port}";
  const std::string hangs = "-- {server} --fault hangs_on_unknown_event_id {port}";
  workshop.run("{tailrace} server --out a" + only + refuses);
  EXPECT_EQ(workshop.run("{tailrace} baseline write a --reason known --out b.json").status, 0);
  EXPECT_NE(Workshop::read(workshop.path("b.json")).find("\"refused_resume_keeps_session\""),
            std::string::npos);
  const std::string known = only + "--baseline b.json ";
  EXPECT_EQ(workshop.run("{tailrace} server --out c" + known + refuses).status, 0);
  const Ran other = workshop.run("{tailrace} server --out d" + known + hangs);
  EXPECT_EQ(other.status, 1);
  EXPECT_NE(other.out.find("GET had no answer"), std::string::npos) << other.out;
}

}  // namespace
}  // namespace tailrace
