// SPDX-License-Identifier: Apache-2.0
// The commands that work on what runs have left, as a user types them.
#include <gtest/gtest.h>

#include "harness/cli/program.h"
#include "harness/record/run_record.h"

namespace tailrace {
namespace {

const std::string kAsked =
    " --revision 2025-11-25 --only delayed_ack.server_answers_without_stall"
    " --only routing.server_forgets_deleted_session";
const std::string kOneQuestion = "--only drain.server_keeps_connection_usable";
const std::string kStalls = " -- {server} --fault nagle_two_writes {port}";

TEST(Folders, ShardsMergedAreTheWhole) {
  const Workshop workshop;
  workshop.run("{tailrace} server" + kAsked + " --out whole" + kStalls);
  workshop.run("{tailrace} server" + kAsked + " --shard 1/2 --out one" + kStalls);
  workshop.run("{tailrace} server" + kAsked + " --shard 2/2 --out two" + kStalls);
  const Ran merged =
      workshop.run("GITHUB_STEP_SUMMARY=summary.md {tailrace} merge one two --out both");
  EXPECT_EQ(merged.status, 1) << merged.err;
  EXPECT_NE(Workshop::read(workshop.path("summary.md")).find("1 fail"), std::string::npos);
  const auto whole = load_run_record(workshop.path("whole"));
  const auto both = load_run_record(workshop.path("both"));
  ASSERT_TRUE(whole && both);
  ASSERT_EQ(whole->scenarios.size(), both->scenarios.size());
  for (std::size_t i = 0; i < whole->scenarios.size(); ++i) {
    EXPECT_EQ(whole->scenarios[i].id, both->scenarios[i].id);
    EXPECT_EQ(whole->scenarios[i].verdict, both->scenarios[i].verdict);
  }
  EXPECT_EQ(whole->not_asked, both->not_asked);
  EXPECT_TRUE(both->missing_shards.empty());
  EXPECT_EQ(workshop.run("{tailrace} merge one one --out twice").status, 2) << "the same shard";
  const Ran judged = workshop.run("{tailrace} judge both");
  EXPECT_EQ(judged.status, 2);
  EXPECT_NE(judged.err.find("judge each shard's own folder"), std::string::npos) << judged.err;
}

TEST(Folders, AShardThatIsMissingIsToldAndFailsTheMerge) {
  const Workshop workshop;
  const std::string one = "{tailrace} server --revision 2025-11-25 " + kOneQuestion + " --shard ";
  EXPECT_EQ(workshop.run(one + "1/3 --out one -- {server} {port}").status, 0);
  EXPECT_EQ(workshop.run(one + "2/3 --out two -- {server} {port}").status, 0) << "none is left";
  const Ran alone = workshop.run("{tailrace} report two --format junit");
  EXPECT_EQ(alone.out.find("<error"), std::string::npos) << alone.out;
  const Ran merged = workshop.run("{tailrace} merge one --out some");
  EXPECT_EQ(merged.status, 3) << merged.out;
  EXPECT_NE(merged.out.find("holds 1 of 3 shards; missing: 2/3, 3/3"), std::string::npos)
      << merged.out;
  const Ran later = workshop.run("{tailrace} report some --format junit");
  EXPECT_NE(later.out.find("missing: 2/3, 3/3"), std::string::npos) << later.out;
  EXPECT_NE(later.out.find("<error message=\"shard 2/3 is missing\""), std::string::npos);
  EXPECT_EQ(workshop.run("{tailrace} diff one some").status, 3) << "the later one is not whole";
}

TEST(Folders, ARunThatWasInterruptedIsNamed) {
  const Workshop workshop;
  workshop.run("{tailrace} server " + kOneQuestion + " --out run -- {server} {port}; "
               "rm run/results.json");
  for (const std::string command : {"report run", "baseline write run", "diff run run"}) {
    const Ran ran = workshop.run("{tailrace} " + command);
    EXPECT_EQ(ran.status, 2);
    EXPECT_NE(ran.err.find("tailrace judge run"), std::string::npos) << ran.err;
  }
}

// As a copy that the server makes of the folder when it starts: no scenario has ended then.
TEST(Folders, ARunOfWhichNothingEndedIsJudgedAlikeAgain) {
  const Workshop workshop;
  Workshop::write(workshop.path("start.sh"),
                  "[ -s run/runs.jsonl ] || { rm -rf seen; cp -r run seen; }\nexec \"$@\"\n");
  workshop.run("{tailrace} server " + kOneQuestion + " --out run -- sh start.sh {server} {port}");
  const Ran first = workshop.run("{tailrace} judge seen");
  EXPECT_EQ(first.status, 2);
  EXPECT_NE(first.out.find("nothing was judged"), std::string::npos) << first.out << first.err;
  const Ran again = workshop.run("{tailrace} judge seen");
  EXPECT_EQ(again.out, first.out) << again.err;
}

TEST(Folders, WhatIsNoRunsFolderIsToldAlikeByEveryCommand) {
  const Workshop workshop;
  workshop.run("mkdir empty; echo > file; {tailrace} server " + kOneQuestion +
               " --out run -- {server} {port}");
  for (const std::string command :
       {"judge empty", "report empty", "diff run empty", "diff empty run", "redact empty",
        "merge run empty --out both", "reproduce empty x", "baseline write empty"}) {
    const Ran ran = workshop.run("{tailrace} " + command);
    EXPECT_EQ(ran.status, 2) << command;
    EXPECT_EQ(ran.err,
              "tailrace: 'empty' is no run's folder: it holds neither results.json nor run.json. "
              "`tailrace server` and `tailrace client` make one, and `tailrace pcap --out DIR`\n")
        << command;
    const std::string as_file = std::string(command).replace(command.find("empty"), 5, "file");
    EXPECT_NE(workshop.run("{tailrace} " + as_file).err.find("'file' is no run's folder: it is a "
                                                             "file. "),
              std::string::npos)
        << as_file;
  }
  const Ran recordless = workshop.run("rm run/run.json; {tailrace} judge run");
  EXPECT_NE(recordless.err.find("'run' holds no run.json, of which"), std::string::npos)
      << recordless.err;
}

TEST(Folders, BaselineCheckSaysWhatItsExitStatusIsAbout) {
  const Workshop workshop;
  workshop.run("{tailrace} server " + kOneQuestion + " --out run -- {server} {port}");
  Workshop::write(workshop.path("none.json"), R"({"schema": "tailrace.baseline/1"})");
  const Ran clean = workshop.run("{tailrace} baseline check none.json run");
  EXPECT_EQ(clean.status, 0) << clean.err;
  EXPECT_NE(clean.out.find("exactly as listed"), std::string::npos) << clean.out;
  const Ran full = workshop.run("{tailrace} baseline write run --force --out /dev/full");
  EXPECT_EQ(full.status, 2);
  EXPECT_NE(full.err.find("cannot write '/dev/full': No space left"), std::string::npos)
      << full.err;
  const Ran unseen = workshop.run(
      "sed -i 's/\"verdict\": \"pass\"/\"verdict\": \"inconclusive\"/' run/results.json;"
      " {tailrace} baseline check none.json run");
  EXPECT_EQ(unseen.status, 3) << unseen.err;
  EXPECT_NE(unseen.out.find("not seen: drain.server_keeps_connection_usable at "),
            std::string::npos)
      << unseen.out;
}

TEST(Folders, BaselineDiffRedactAndReproduce) {
  const Workshop workshop;
  workshop.run("{tailrace} server" + kAsked + " --out bad" + kStalls);
  workshop.run("{tailrace} server" + kAsked + " --out good -- {server} {port}");
  EXPECT_EQ(workshop.run("{tailrace} baseline write bad --reason why --out known.json").status, 0);
  EXPECT_EQ(workshop.run("{tailrace} baseline check known.json bad").status, 0);
  const Ran stale = workshop.run("{tailrace} baseline check known.json good");
  EXPECT_EQ(stale.status, 1);
  EXPECT_NE(stale.out.find("no longer fails (why)"), std::string::npos) << stale.out;
  const Ran over = workshop.run("{tailrace} baseline write bad --out known.json");
  EXPECT_EQ(over.status, 2) << "reasons of one's own would be lost";
  EXPECT_NE(over.err.find("--force"), std::string::npos) << over.err;
  EXPECT_EQ(workshop.run("{tailrace} baseline write bad --force --out known.json").status, 0);
  const Ran judged = workshop.run("{tailrace} judge bad --baseline known.json");
  EXPECT_EQ(judged.status, 0);
  EXPECT_NE(judged.err.find("bad/results.json holds this baseline"), std::string::npos);
  workshop.run("{tailrace} judge bad");
  const Ran held = workshop.run("{tailrace} report bad --baseline known.json");
  EXPECT_NE(held.out.find("1 expected"), std::string::npos) << held.out;
  EXPECT_EQ(workshop.run("{tailrace} report bad").out.find("1 expected"), std::string::npos)
      << "of that report alone";
  const Ran broke = workshop.run("{tailrace} diff good bad");
  EXPECT_EQ(broke.status, 1);
  EXPECT_NE(broke.out.find("1 broke, 1 the same"), std::string::npos) << broke.out;
  EXPECT_EQ(workshop.run("{tailrace} diff bad good").status, 0);
  workshop.run("{tailrace} client --only routing.client_names_its_session --out other "
               "-- {client}");
  EXPECT_EQ(workshop.run("{tailrace} diff good other").status, 2) << "a server and a client";
  const Ran apart = workshop.run("{tailrace} merge good other --out both");
  EXPECT_NE(apart.err.find("different implementations: server '-- "), std::string::npos)
      << apart.err << "a command has no name, and is told all the same";
  workshop.run("{tailrace} server " + kOneQuestion +
               " --out third -- {server} --oddity no_delete {port}");
  EXPECT_EQ(workshop.run("{tailrace} merge good third --out two").status, 2) << "two commands";
  const Ran same = workshop.run("{tailrace} diff good good --format junit");
  EXPECT_NE(same.out.find("tests=\"1\" failures=\"0\""), std::string::npos) << same.out;
  EXPECT_NE(same.out.find("name=\"2 the same\""), std::string::npos) << same.out;
  const Ran passed =
      workshop.run("{tailrace} reproduce bad routing.server_forgets_deleted_session");
  EXPECT_EQ(passed.status, 2);
  EXPECT_NE(passed.err.find("it passed: nothing is to be shown"), std::string::npos) << passed.err;
  workshop.run("{tailrace} server --only routing.server_forgets_deleted_session --out broken "
               "-- {server} --fault answers_after_delete {port}");
  const Ran script =
      workshop.run("{tailrace} reproduce broken routing.server_forgets_deleted_session");
  EXPECT_NE(script.out.find("not reproduced, recorded was"), std::string::npos) << script.err;
  Workshop::write(workshop.path("this.py"), script.out);
  const Ran unused = workshop.run("python3 this.py");
  EXPECT_EQ(unused.status, 2) << unused.err;
  EXPECT_EQ(unused.out, "usage: python3 this.py http://HOST:PORT/PATH\n");
  EXPECT_EQ(workshop.run("python3 this.py https://127.0.0.1:1/mcp").status, 2);
  const Ran refused = workshop.run("python3 this.py http://127.0.0.1:1/mcp");
  EXPECT_EQ(refused.status, 2) << refused.err;
  EXPECT_NE(refused.out.find("no connection: ConnectionRefused"), std::string::npos) << refused.out;
  EXPECT_EQ(workshop.run("WORD=tools/list {tailrace} redact bad --secret-env WORD").status, 0);
  for (const std::string& file : Workshop::files_below(workshop.path("bad/histories"))) {
    EXPECT_EQ(Workshop::read(file).find("tools/list"), std::string::npos) << file;
  }
  EXPECT_EQ(workshop.run("{tailrace} report bad --format html").status, 0);
}

TEST(Folders, RedactFindsWhatJsonWritesOtherwise) {
  const Workshop workshop;
  workshop.run("{tailrace} server --only routing.server_forgets_deleted_session --out run "
               "-- {server} {port}");
  // A body that holds it escaped once and twice, and what the history itself makes of that.
  Workshop::write(workshop.path("run/histories/more.jsonl"),
                  R"({"n":1,"t":1,"e":"read","c":1,"bytes":"{\"a\":\"x\\\"yTOP1\",\"b\":)"
                  R"(\"{\\\"c\\\":\\\"x\\\\\\\"yTOP1\\\"}\"}"})" "\n"
                  R"({"n":2,"t":2,"e":"process_line","text":"got x\"yTOP1"})" "\n");
  Workshop::write(workshop.path("run/notes.txt"), R"(x\u0022yTOP1 eCJ5VE9QMQ== x%22yTOP1)");
  const std::string redact = "Q='x\"yTOP1' R=absent-one {tailrace} redact run --secret-env Q";
  const Ran ran = workshop.run(redact + " --secret-env R");
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_NE(ran.out.find(" histories rewritten, bytes of 0 "), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("--secret-env Q: replaced in 6 places\n"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("--secret-env R: replaced in 0 places;"), std::string::npos) << ran.out;
  EXPECT_NE(workshop.run(redact).out.find("Q: replaced in 0 places"), std::string::npos);
  EXPECT_EQ(workshop.run("Q=short {tailrace} redact run --secret-env Q").status, 2);
  for (const std::string& file : Workshop::files_below(workshop.path("run"))) {
    const std::string text = Workshop::read(file);
    EXPECT_EQ(text.find("yTOP1"), std::string::npos) << text;
    EXPECT_EQ(text.find("eCJ5VE9Q"), std::string::npos) << text;
  }
  EXPECT_EQ(workshop.run("{tailrace} report run").status, 0);
}

TEST(Folders, WhatWasSaidOfCapturesIsJudgedAgainstABaseline) {
  const Workshop workshop;
  const std::string captures = std::string(TAILRACE_SOURCE_DIR) + "/fixtures/captures/";
  const std::pair<const char*, int> table[] = {{"nagle-server-2writes-lo4.pcap", 1},
                                               {"clean-json-lo4.pcap", 0}};
  for (const auto& [file, status] : table) {
    const std::string folder = file + std::string(".run");
    const Ran first =
        workshop.run("{tailrace} pcap '" + captures + file + "' --out " + folder);
    EXPECT_EQ(first.status, status) << first.err;
    const Ran again = workshop.run("{tailrace} judge " + folder);
    EXPECT_EQ(again.status, status) << again.out << again.err;
    EXPECT_NE(again.out.find(file), std::string::npos) << again.out;
    workshop.run("{tailrace} baseline write " + folder + " --force --out known.json");
    EXPECT_EQ(workshop.run("{tailrace} judge " + folder + " --baseline known.json").status, 0);
    EXPECT_EQ(workshop.run("{tailrace} report " + folder + " --format junit").status, 0);
    EXPECT_EQ(workshop.run("{tailrace} report " + folder).out.find("profile full"),
              std::string::npos);
  }
}

TEST(Folders, ABaselineHoldsOnlyWhatIsKnown) {
  const Workshop workshop;
  const auto says = [&](const std::string& text) {
    Workshop::write(workshop.path("b.json"), "{\"schema\": \"tailrace.baseline/1\",\n" + text);
    return workshop.run("{tailrace} baseline check b.json").err;
  };
  const std::string entry = "{\"id\": \"drain.*\",\n\"revision\": \"*\", ";
  const std::pair<std::string, std::string> table[] = {
      {"\"instable\": []}", "b.json, line 2: 'instable' is not known here"},
      {"\"expected\": [" + entry + "\"reason\": \"r\"},\n" + entry + "\n\"resaon\": \"r\"}]}",
       "b.json, line 6: 'resaon' is not known here; known are id"},
      {"\"expected\": [],\n\"unstable\": [" + entry + "\"reason\": \"r\"},\n{\"id\": \"x\"}]}",
       "b.json, line 5: x has no 'revision'"},
      {"\"expected\": [" + entry + "\"reason\": \"r\",\n\"checks\": []}]}",
       "b.json, line 4: drain.*: 'checks' is no list of names"},
      {"\"expected\": [" + entry + "\n\"reason\": 5}]}",
       "b.json, line 4: drain.*: 'reason' is no text"},
      {"\"expected\": {}}", "line 2: 'expected' is not a list"}};
  for (const auto& [text, wrong] : table) {
    const std::string said = says(text);
    EXPECT_NE(said.find(wrong), std::string::npos) << text << "\n" << said;
  }
  EXPECT_EQ(says("\"unstable\": [" + entry + "\"reason\": \"r\"}]}"), "");
}

TEST(Folders, WhatIsUnstableIsShownAsSuch) {
  const Workshop workshop;
  Workshop::write(workshop.path("b.json"),
                  R"({"schema":"tailrace.baseline/1","unstable":[{"id":"drain.*","revision":"*",)"
                  R"("reason":"r"}]})");
  const Ran ran = workshop.run("{tailrace} server --revision 2025-11-25 " + kOneQuestion +
                               " --baseline b.json --out run -- {server} {port}");
  EXPECT_NE(ran.out.find("  unstable       drain.server_keeps_connection_usable"),
            std::string::npos)
      << ran.out;
  EXPECT_NE(ran.out.find("\n1 unstable"), std::string::npos) << ran.out;
}

TEST(Folders, InitWritesAManifestThatRuns) {
  const Workshop workshop;
  const Ran made = workshop.run("{tailrace} init server --ci github -- {server} '{port}'");
  EXPECT_EQ(made.status, 0) << made.err;
  EXPECT_NE(made.out.find(".github/workflows/tailrace.yml"), std::string::npos) << made.out;
  const Ran ran = workshop.run(
      "{tailrace} server --manifest tailrace.json --out run"
      " --only stream_closure.server_ends_stream_after_result");
  EXPECT_EQ(ran.status, 0) << ran.err;
  const Ran again = workshop.run("{tailrace} init client -- ./x");
  EXPECT_EQ(again.status, 2) << "it must not overwrite";
  EXPECT_NE(again.err.find("--out FILE, or another folder"), std::string::npos) << again.err;
  const Ran other = workshop.run("{tailrace} init client --out client.json -- ./x");
  EXPECT_EQ(other.status, 0) << other.err;
  EXPECT_NE(other.out.find("--manifest client.json"), std::string::npos) << other.out;
}

TEST(Folders, InitSaysWhichFoldersItMade) {
  const Workshop workshop;
  const Ran made = workshop.run("mkdir a; {tailrace} init client --out a/b//c/m.json -- ./x");
  EXPECT_TRUE(made.out.starts_with("made the folder a/b\nmade the folder a/b//c\n"
                                   "wrote a/b//c/m.json\n"))
      << made.out << made.err;
  const Ran none = workshop.run("{tailrace} init client --out a/m.json -- ./x");
  EXPECT_EQ(none.out.find("made"), std::string::npos) << none.out;
  const Ran file = workshop.run("{tailrace} init client --out a/m.json/b/n.json -- ./x");
  EXPECT_EQ(file.status, 2);
  EXPECT_NE(file.err.find("cannot make the folder 'a/m.json/b': Not a directory"),
            std::string::npos)
      << file.err;
}

TEST(Folders, InitWritesThePipelineOfTheManifestThatItNames) {
  const Workshop workshop;
  for (const auto& [ci, file] : {std::pair{"github", ".github/workflows/tailrace.yml"},
                                 std::pair{"gitlab", ".gitlab-ci.yml"},
                                 std::pair{"jenkins", "Jenkinsfile"}}) {
    const Ran made = workshop.run(std::string("{tailrace} init client --out sub/c.json --ci ") +
                                  ci + " -- ./x");
    EXPECT_EQ(made.status, 0) << made.err;
    const std::string pipeline = Workshop::read(workshop.path(file));
    EXPECT_NE(pipeline.find("tailrace client --manifest sub/c.json "), std::string::npos)
        << pipeline;
    EXPECT_EQ(pipeline.find("tailrace.json"), std::string::npos) << pipeline;
  }
  const Ran of_client = workshop.run("{tailrace} init server --out sub/c.json --ci github -- ./x");
  EXPECT_EQ(of_client.status, 2);
  EXPECT_NE(of_client.err.find("is of a client"), std::string::npos) << of_client.err;
  EXPECT_EQ(workshop.run("{tailrace} init server --out 'my $x.json' --ci github -- ./x").status, 2);
  const Ran both = workshop.run("{tailrace} init server --ci github -- ./x");
  EXPECT_EQ(both.status, 0) << both.err;
  const std::string second = workshop.path(".github/workflows/tailrace-server.yml");
  EXPECT_NE(Workshop::read(second).find("tailrace server --manifest tailrace.json "),
            std::string::npos);
  EXPECT_EQ(workshop.run("{tailrace} init server --ci github -- ./x").status, 2) << "twice";
  const Ran taken = workshop.run("{tailrace} init server --ci jenkins -- ./x");
  EXPECT_EQ(taken.status, 2);
  EXPECT_NE(taken.err.find("add to it: tailrace server --manifest tailrace.json"),
            std::string::npos)
      << taken.err;
}

// A list of known failures is exact: what stands twice, or names no revision, waits for nothing.
TEST(Folders, AListThatCannotBeMeantIsRefused) {
  const Workshop workshop;
  const std::string begin = R"({"schema":"tailrace.baseline/1","expected":[)";
  Workshop::write(workshop.path("twice.json"), begin + R"(],"expected":[]})");
  Workshop::write(workshop.path("when.json"),
                  begin + R"({"id":"drain.*","revision":"2025-11-52","reason":"x"}]})");
  const Ran twice = workshop.run("{tailrace} baseline check twice.json");
  EXPECT_EQ(twice.status, 2);
  EXPECT_NE(twice.err.find("'expected' is there twice"), std::string::npos) << twice.err;
  const Ran when = workshop.run("{tailrace} baseline check when.json");
  EXPECT_EQ(when.status, 2);
  EXPECT_NE(when.err.find("'2025-11-52' of 'drain.*' is no revision"), std::string::npos);
}

// The key in the query is replaced wherever it is seen, and so is what --secret-env names; what is
// to be run again names the options that it needs.
TEST(Folders, SecretsOfACommandLineAreInNoFile) {
  const Workshop workshop;
  const std::string question = " --revision 2025-11-25 --only drain.server_keeps_connection_usable";
  const Ran ran = workshop.run(
      "{server} 0 >port & server=$!; "
      "timeout 60 tail -n +1 -F port 2>/dev/null | grep -q -m1 ready; "
      "NAMED=named-secret {tailrace} server --secret-env NAMED --tool add" + question +
      " --revision 2025-11-25 --out run "
      "\"$(grep -o 'http://[^ ]*' port)?api_key=query'secret-7%3D&to=named-secret\"; "
      "kill $server; echo found: $(grep -rl -e secret-7 -e named-secret run)");
  EXPECT_NE(ran.out.find("found:\n"), std::string::npos) << ran.out;
  const Ran report = workshop.run("{tailrace} report run --format json");
  EXPECT_NE(report.out.find("--secret-env NAMED --tool add "), std::string::npos) << report.out;
}

}  // namespace
}  // namespace tailrace
