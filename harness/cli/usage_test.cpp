// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "harness/base/version.h"
#include "harness/cli/harms.h"
#include "harness/cli/program.h"
#include "harness/wire/json.h"

namespace tailrace {
namespace {

struct Usage {
  const char* arguments;
  int status;
  std::string says;  // On standard error, or output for status 0.
};

void expect(const std::vector<Usage>& table) {
  const Workshop workshop;
  for (const Usage& usage : table) {
    const Ran ran =
        workshop.run(std::string("TWO_LINES='a\nb' {tailrace} ") + usage.arguments);
    EXPECT_EQ(ran.status, usage.status) << usage.arguments << "\n" << ran.err;
    const std::string& said = usage.status == 0 ? ran.out : ran.err;
    EXPECT_NE(said.find(usage.says), std::string::npos) << usage.arguments << "\n" << said;
  }
}

TEST(Usage, WrongWordsAreNamedWithTheNearestRightOne) {
  const std::vector<Usage> table = {
      {"--version", 0, "tailrace " + std::string(version())},
      {"--help", 0, "Examples:"},
      {"server --help", 0, "--header-env"},
      {"server --help", 0, "--only WORD                 Scenarios to run: ids, globs, suites, or "
                           "requirement ids (may be repeated)"},
      {"redact --help", 0, "A variable whose value is a secret (may be repeated)"},
      {"redact run --secret-env A B C", 2, "'B' is not expected: to give --secret-env another"},
      {"redact run more", 2, "'more' is not expected"},
      {"server --only A B -- ./x", 2, "'B' is not expected: to give --only another, write"},
      {"server --only A http://127.0.0.1:1/mcp -- ./x", 2, "takes one of"},
      {"server --help", 0, "Usage: tailrace server [OPTIONS] URL | --manifest FILE | -- COMMAND"},
      {"client --help", 0, "Usage: tailrace client [OPTIONS] --manifest FILE | -- COMMAND"},
      {"init --help", 0, "Usage: tailrace init [OPTIONS] [ROLE] [-- COMMAND]"},
      {"init --help", 0, "\n  tailrace init server -- ./my-server --port {port}"},
      {"diff --help", 0, "Usage: tailrace diff [OPTIONS] RUN_DIR RUN_DIR"},
      {"merge --help", 0, "Usage: tailrace merge [OPTIONS] RUN_DIR..."},
      {"", 2, "subcommand"},
      {"sever http://127.0.0.1:1/mcp", 2, "did you mean 'server'"},
      {"server --baseline . -- true", 2, "cannot read baseline '.': Is a directory"},
      {"baseline wrte run", 2, "did you mean 'write'"},
      {"merge run", 2, "Try: tailrace merge --help"},
      {"server --mode loud -- ./x", 2, "--mode 'loud' is none of default"},
      {"client -- ./no-such-client", 2, "cannot start './no-such-client'"},
      {"server --onyl a http://127.0.0.1:1/mcp", 2, "did you mean '--only'"},
      {"server", 2, "takes one of"},
      {"server http://127.0.0.1:1/mcp -- ./x", 2, "takes one of"},
      {"server http://127.0.0.1:1/mcp --manifest no.json", 2, "no.json"},
      {"client http://127.0.0.1:1/mcp", 2, "http://127.0.0.1:1/mcp"},
      {"server ftp://127.0.0.1/mcp", 2, "http"},
      {"server --only delayed_ack.server_answers_without_stal -- ./x", 2,
       "did you mean delayed_ack.server_answers_without_stall"},
      {"server --revision 2020-01-01 -- ./x", 2, "2025-11-25"},
      {"server --fail-on never -- ./x", 2, "harm|must|should"},
      {"server --header nonsense -- ./x", 2, "NAME:VALUE"},
      {"server --resolve a.test:127.0.0.1 http://a.test/mcp", 2, "HOST:PORT:ADDRESS"},
      {"server --header-env A=TAILRACE_NO_SUCH_VARIABLE -- ./x", 2, "TAILRACE_NO_SUCH_VARIABLE"},
      {"server --arguments {} -- ./x", 2, "without --tool"},
      {"server --tool t --arguments '[1]' -- ./x", 2, "not a JSON object"},
      {"server --manifest /nowhere.json", 2, "manifest '/nowhere.json': No such file"},
      {"server --baseline /nowhere.json -- ./x", 2, "/nowhere.json"},
      {"judge /nowhere", 2, "'/nowhere' is no run's folder: there is nothing of that name"},
      {"report /nowhere", 2, "'/nowhere' is no run's folder: there is nothing of that name"},
      {"explain routing.server_keeps_equal_ids_apar", 2,
       "did you mean routing.server_keeps_equal_ids_apart"},
      {"explain SH-CLOSE-02", 0, "should"},
      {"explain harm.stalls", 0, "Three proven ones in 20 calls on one connection are harm"},
      {"explain harm.stals", 2, "did you mean harm.stalls?"},
      {"server --only a.b http://127.0.0.1:1/mcp", 2, "--only 'a.b' selects no scenario"},
      {"list", 0, "delayed_ack.server_answers_without_stall"},
      {"list --requirements", 0, "400 rows: "},
  };
  expect(table);
}

TEST(Usage, WhatIsMeantIsSaid) {
  expect({
      {"list drain", 0, "drain.server_keeps_connection_usable"},
      {"list delayed_ack.client_*", 0, "\n2 of "},
      {"list drian", 2, "'drian' selects no scenario; did you mean drain?"},
      {"server --only 'drian.*' -- ./x", 2, "did you mean drain.*?"},
      {"explain RPC-RES-06", 0, "asked by error_terminal.server_ends_stream_after_error: Does"},
      {"help", 0, "Subcommands:"},
      {"help sever", 2, "did you mean 'server'"},
      {"sever --help", 2, "did you mean 'server'"},
      {"help baseline write", 0, "Expect exactly what failed in a run"},
      {"report", 2, "RUN_DIR is required"},
      {"diff run", 2, "RUN_DIR: At least 2 required"},
      {"explain", 2, "ID is required"},
      {"server ./my-server", 2, "a command stands behind --: tailrace server -- ./my-server"},
      {"client ./my-client", 2, "a command stands behind --: tailrace client -- COMMAND"},
      {"list --requirements drain", 2, "excludes"},
      {"explain harm.session_lost", 0,
       "\n  told by error_terminal.server_keeps_session_after_error: "},
      {"list delayed_ack.client_*", 0, "\ndelayed_ack.client_requests_without_stall client  Does"},
      {"pcap --help", 0, "  --join,--no-join            All files"},
      {"list --help", 0, "What becomes of each requirement row; not together with WORD"},
      {"init --schema", 0, "\"title\": \"Tailrace manifest"},
      {"report ''", 2, "'' is no run's folder"},
      {"judge ''", 2, "'' is no run's folder"},
      {"server --out '' -- ./x", 2, "--out: it is empty"},
      {"server --secret-env NO_SUCH_VARIABLE -- ./x", 2, "NO_SUCH_VARIABLE is not set"},
      {"report --help", 0, "\nExit status: 0 done, 2 wrong usage"},
      {"diff --help", 0, "3 the later"},
      {"--version >/dev/full", 2, "cannot write"},
      {"server --header 'A b: c' -- ./x", 2, "--header 'A b': no name of a header"},
      {"server --header \"$(printf 'A: b\\nc')\" -- ./x", 2, "--header 'A': its"},
      {"server --header-env A=TWO_LINES -- ./x", 2, "--header-env 'A': its value holds a line"},
      {"server --time-scale nan -- ./x", 2, "--time-scale: Value nan not in range"},
      {"pair --time-scale nan --server x --client y", 2, "--time-scale: Value nan not in range"},
      {"pcap .", 2, "'.' is a folder, and holds no capture.pcap"},
      {"pcap --only delayed_ack.server_answers_wihout_stall x", 2, "did you mean delayed_ack."},
  });
}

TEST(Usage, AManifestsMistakeSaysWhereItsMembersStand) {
  const Workshop workshop;
  Workshop::write(workshop.path("m.json"), "{\"schema\": \"tailrace.manifest/1\",\n\"nane\": 1}");
  const Ran wrong = workshop.run("{tailrace} server --manifest m.json");
  EXPECT_EQ(wrong.status, 2);
  EXPECT_NE(wrong.err.find("What a manifest holds: tailrace init --schema"), std::string::npos)
      << wrong.err;
  EXPECT_EQ(wrong.err.find("server --help"), std::string::npos) << wrong.err;
  workshop.run("{tailrace} init client --out c.json -- ./x");
  const Ran other = workshop.run("{tailrace} server --manifest c.json");
  EXPECT_NE(other.err.find("not of a server: tailrace client --manifest c.json"),
            std::string::npos)
      << other.err;
}

TEST(Usage, WhatIsNamedByAFileOfItIsTaken) {
  const Workshop workshop;
  workshop.run("{tailrace} server --only drain.server_keeps_connection_usable --out run "
               "-- {server} {port}");
  EXPECT_EQ(workshop.run("{tailrace} report run/results.json").out,
            workshop.run("{tailrace} report run").out);
  EXPECT_EQ(workshop.run("cd run && {tailrace} judge results.json").status, 0);
}

TEST(Usage, TheManualHasTheSectionsOfOne) {
  const std::string page = Workshop().run("{tailrace} man").out;
  for (const char* words :
       {"\n.SH EXIT STATUS\n0 clean or exactly as baselined", "\n.SH EXAMPLES\n.nf\n  tailrace",
        "\n.SH ENVIRONMENT\n.TP\n.B NO_COLOR\n", "\n.SH FILES\n",
        "\n.B tailrace report [OPTIONS] RUN_DIR\n", "\n.B \\-\\-format console|html|json"}) {
    EXPECT_NE(page.find(words), std::string::npos) << words;
  }
}

TEST(Usage, CompletionOffersWhatMayStandThere) {
  const Workshop workshop;
  // The last word is the one begun.
  const auto offered = [&](const std::string& words) {
    return workshop
        .run("{tailrace} completion bash > c.bash; bash -c 'PATH=$(dirname {tailrace}):$PATH;"
             " . ./c.bash; COMP_WORDS=(tailrace " +
             words + "); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _tailrace; echo ${COMPREPLY[@]}'")
        .out;
  };
  EXPECT_EQ(offered("report --format \"\""), "console html json junit markdown\n");
  EXPECT_EQ(offered("report --format = j"), "json junit\n") << "bash parts words at the sign";
  EXPECT_EQ(offered("judge --fail-on \"\""), "harm must should\n");
  EXPECT_EQ(offered("server --revision 2026"), "2026-07-28\n");
  EXPECT_EQ(offered("server --profile \"\""), "full safe\n");
  EXPECT_EQ(offered("completion \"\""), "bash fish zsh\n");
  EXPECT_EQ(offered("baseline \"\""), "write check\n");
  EXPECT_EQ(offered("baseline write --o"), "--out\n");
  EXPECT_EQ(offered("report --f"), "--format\n");
  EXPECT_EQ(offered("report \"\""), "\n") << "files and folders, by `complete -o default`";
  EXPECT_EQ(offered("server -- ./x --f"), "\n") << "another command's words";
  const std::string scenario = "drain.server_keeps_connection_usable\n";
  EXPECT_EQ(offered("server --only drain.server_keeps_c"), scenario);
  EXPECT_EQ(offered("client --only drain.server_keeps_c"), "\n") << "it judges a server";
  EXPECT_EQ(offered("reproduce run drain.server_keeps_c"), scenario);
}

TEST(Usage, CompletionOfEachShellHasTheValues) {
  const Workshop workshop;
  const std::string zsh = workshop.run("{tailrace} completion zsh").out;
  const std::string fish = workshop.run("{tailrace} completion fish").out;
  for (const char* words : {"(console html json junit markdown)", "{_tailrace_ids client}",
                            "(github gitlab jenkins)", ":RUN_DIR:_files -/", "(bash fish zsh)"}) {
    EXPECT_NE(zsh.find(words), std::string::npos) << words;
  }
  for (const char* words :
       {"-l format -x -a 'console html json junit markdown'", "-a '(__tailrace_ids client)'",
        "-l ci -x -a 'github gitlab jenkins'", "'__tailrace_at 1 completion' -x -a 'bash fish zsh'",
        "'__tailrace_at 2 reproduce' -x -a '(__tailrace_ids )'"}) {
    EXPECT_NE(fish.find(words), std::string::npos) << words;
  }
}

TEST(Usage, EveryHarmThatIsToldIsExplained) {
  std::set<std::string> told;
  for (const char* folder : {"/harness/judge", "/harness/run"}) {
    for (const std::string& file :
         Workshop::files_below(std::string(TAILRACE_SOURCE_DIR) + folder)) {
      if (!file.ends_with(".cpp") || file.ends_with("_test.cpp")) continue;
      const std::string text = Workshop::read(file);
      for (auto at = text.find("\"harm."); at != std::string::npos;
           at = text.find("\"harm.", at + 1)) {
        told.insert(text.substr(at + 1, text.find('"', at + 1) - at - 1));
      }
    }
  }
  EXPECT_GT(told.size(), 12U);
  for (const std::string& id : told) {
    if (id.find('{') != std::string::npos) continue;  // Made of a noun.
    EXPECT_TRUE(std::ranges::any_of(harms(), [&](const Harm& harm) { return harm.id == id; }))
        << id;
  }
}

TEST(Usage, WhoTellsAHarmIsAScenario) {
  const Workshop workshop;
  const std::string listed = workshop.run("{tailrace} list").out;
  const std::string golden = Workshop::read(TAILRACE_SOURCE_DIR "/suites/catalogue/harms.txt");
  std::istringstream lines(golden);
  std::map<std::string, std::string> explained;
  for (std::string harm, scenario; lines >> harm >> scenario;) {
    EXPECT_NE(("\n" + listed).find("\n" + scenario + " "), std::string::npos) << scenario;
    std::string& text = explained[harm];
    if (text.empty()) text = workshop.run("{tailrace} explain " + harm).out;
    EXPECT_NE(text.find("told by " + scenario + ":"), std::string::npos) << scenario;
  }
  for (const Harm& harm : harms()) {  // harm.process_ended is told by any scenario.
    const bool told = ("\n" + golden).find("\n" + std::string(harm.id) + " ") != std::string::npos;
    EXPECT_TRUE(told || harm.id == "harm.process_ended") << harm.id;
  }
}

TEST(Usage, AServerThatCannotBeStartedIsNoVerdict) {
  const Workshop workshop;
  const Ran missing = workshop.run("{tailrace} server -- ./no-such-server {port}");
  EXPECT_EQ(missing.status, 2);
  EXPECT_NE(missing.err.find("no-such-server"), std::string::npos) << missing.err;
  const Ran leaves = workshop.run("{tailrace} server -- sh -c 'echo out of order; exit 3'");
  EXPECT_EQ(leaves.status, 2);
  EXPECT_NE(leaves.err.find("out of order"), std::string::npos) << leaves.err;
  const std::string run = "{tailrace} server --out run --only drain.server_keeps_connection_usable";
  EXPECT_EQ(workshop.run(run + " -- sh -c 'exit 3'").status, 2);
  EXPECT_EQ(workshop.run("ls run").status, 2) << "a name that the next attempt may not have";
  EXPECT_EQ(workshop.run(run + " -- {server} {port}").status, 0);
}

TEST(Usage, AClientThatCannotBeStartedLeavesTheNameOfItsFolder) {
  const Workshop workshop;
  const std::string run = "{tailrace} client -q --out run --only drain.client_* -- ";
  EXPECT_EQ(workshop.run(run + "./no-such-client").status, 2);
  EXPECT_EQ(workshop.run("ls run").status, 2) << "some had declined before";
}

TEST(Usage, AnAddressWithoutAnEndpointIsNoVerdict) {
  const Workshop workshop;
  Workshop::write(workshop.path("wrong.json"),
                  R"({"schema": "tailrace.manifest/1", "name": "wrong", "version": "1",)"
                  R"( "role": "server", "start": ["./start", "{port}"], "endpoint": "/nothing"})");
  const Ran ran = workshop.run(
      "printf '#!/bin/sh\\nexec {server} \"$1\"\\n' > {folder}/start && chmod +x {folder}/start &&"
      " {tailrace} server -q --only routing.* --manifest {folder}/wrong.json");
  EXPECT_EQ(ran.status, 2) << ran.out;
  EXPECT_NE(ran.err.find("initialize got 404"), std::string::npos) << ran.err;
  EXPECT_EQ(workshop.run("ls -d tailrace-*").status, 2) << "a folder of no run";
}

TEST(Usage, OutputThatCannotBeWrittenIsNoVerdict) {
  const Workshop workshop;
  const Ran full = workshop.run("{tailrace} list > /dev/full");
  EXPECT_EQ(full.status, 2);
  EXPECT_NE(full.err.find("No space left on device"), std::string::npos) << full.err;
  const std::string run = "{tailrace} server -q --only 'drain.server_keeps_*' -- {server} {port}";
  EXPECT_EQ(workshop.run(run + " > /dev/full").status, 2) << "its report is lost";
  EXPECT_EQ(workshop.run(run + " >&-").status, 2) << "and no file or socket takes it";
  const Ran left = workshop.run(
      "python3 -c 'import os, subprocess, sys; left, out = os.pipe(); os.close(left);"
      " sys.exit(subprocess.call([\"{tailrace}\", \"list\"], stdout=out))'");
  EXPECT_EQ(left.status, 141) << "as if SIGPIPE had ended it";
  EXPECT_EQ(left.err, "");
}

TEST(Usage, JsonStandsAloneOnStandardOutput) {
  const Workshop workshop;
  const Ran ran = workshop.run(
      "{tailrace} server --only 'drain.server_keeps_*' --revision 2025-11-25 --format json "
      "--out run -- {server} {port}");
  EXPECT_EQ(ran.status, 0) << ran.err;
  const auto json = parse_json(ran.out);
  ASSERT_TRUE(json) << ran.out;
  EXPECT_EQ((*json)["scenarios"].items().size(), 1U);
  const Ran again = workshop.run("{tailrace} report run --format json");
  EXPECT_EQ(again.out, ran.out);
}

// Who does not speak a revision refuses initialize; silence is judged, however well the other era
// is spoken.
TEST(Usage, SilenceToInitializeIsNoOtherRevision) {
  const Workshop workshop;
  const Ran ran = workshop.run(
      "{tailrace} server --only stream_closure.server_ends_initialize_stream "
      "--only drain.stateless_server_refuses_get_and_delete "
      "-- {server} --fault hangs_on_initialize {port}");
  EXPECT_EQ(ran.status, 1) << ran.out << ran.err;
  EXPECT_NE(ran.out.find("FAIL  stream_closure.server_ends_initialize_stream"), std::string::npos)
      << ran.out;
  EXPECT_NE(ran.out.find("drain.stateless_server_refuses_get_and_delete"), std::string::npos)
      << ran.out;
}

// Not what is to be copied, or looked for in a log.
TEST(Usage, AReportKeepsToTheWidthThatIsTold) {
  const Workshop workshop;
  workshop.run("{tailrace} server --revision 2025-11-25 --out run "
               "--only stream_closure.server_ends_stream_after_result "
               "-- {server} --fault keeps_stream_open_after_result {port}");
  for (const std::size_t width : {60U, 80U, 100U}) {
    const Ran ran = workshop.run("COLUMNS=" + std::to_string(width) + " {tailrace} report run");
    std::istringstream lines(ran.out);
    std::size_t seen = 0;
    for (std::string line; std::getline(lines, line); ++seen) {
      const bool copied = line.find("Run again") != std::string::npos ||
                          line.starts_with("FAIL") || line.starts_with("warn");
      const bool one_word = line.rfind(' ') <= 31;  // An id, a path, JSON.
      EXPECT_TRUE(copied || one_word || line.size() <= width) << line;
    }
    EXPECT_GT(seen, 12U) << ran.err;
  }
}

TEST(GoogleTestBridge, TellsVerdictsAsTests) {
  const Workshop workshop;
  const Ran clean = workshop.run(
      "{tailrace}-gtest --gtest_filter='routing.server_f*' server --out a -- {server} {port}");
  EXPECT_EQ(clean.status, 0) << clean.out << clean.err;
  EXPECT_NE(clean.out.find("[       OK ] routing.server_forgets_deleted_session"),
            std::string::npos)
      << clean.out;
  const Ran broken = workshop.run(
      "{tailrace}-gtest --gtest_filter='routing.server_f*' server --out b -- {server} "
      "--fault answers_after_delete {port}");
  EXPECT_EQ(broken.status, 1);
  EXPECT_NE(broken.out.find("suites/routing/server_forgets_deleted_session.cpp"), std::string::npos)
      << broken.out;
  const Ran skipped = workshop.run(
      "{tailrace}-gtest --gtest_filter='routing.server_f*' server --out c -- {server} "
      "--oddity no_delete {port}");
  EXPECT_NE(skipped.out.find("SKIPPED"), std::string::npos) << skipped.out;
  EXPECT_EQ(
      workshop.run("{tailrace}-gtest --gtest_filter='no.such' server -- {server} {port}").status,
      2);
}

}  // namespace
}  // namespace tailrace
