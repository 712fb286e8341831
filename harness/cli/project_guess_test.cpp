// SPDX-License-Identifier: Apache-2.0
// What `tailrace init` guesses of a project, for each kind of file that tells it.
#include "harness/cli/project_guess.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <utility>

#include "harness/cli/program.h"

namespace tailrace {
namespace {

using Files = std::vector<std::pair<const char*, const char*>>;

// "NAME: COMMAND", of a folder that is called "project".
std::string guessed(const Files& files, Side side = Side::kServer) {
  const Workshop workshop;
  const std::filesystem::path folder = workshop.path("project");
  std::filesystem::create_directories(folder);
  for (const auto& [name, text] : files) {
    std::filesystem::create_directories((folder / name).parent_path());
    Workshop::write((folder / name).string(), text);
  }
  const ProjectGuess guess = guess_project(folder, side);
  std::string line = guess.name + ":";
  for (const std::string& word : guess.command) line += " " + word;
  return line;
}

TEST(ProjectGuess, NodeIsStartedByItsScriptItsProgramOrItsMainFile) {
  EXPECT_EQ(guessed({{"package.json", R"({"name": "@team/wares", "scripts": {"start": "x"}})"}}),
            "wares: npm run --silent start --");
  EXPECT_EQ(guessed({{"package.json", R"({"name": "wares", "bin": {"a": "a.js", "the-server":)"
                                      R"( "dist/b.js"}, "main": "c.js"})"}}),
            "wares: node dist/b.js");
  EXPECT_EQ(guessed({{"package.json", R"({"name": "wares", "main": "c.js"})"}, {"c.js", ""}}),
            "wares: node c.js");
  EXPECT_EQ(guessed({{"package.json", R"({})"}, {"server.js", ""}}), "project: node server.js");
  EXPECT_EQ(guessed({{"package.json", R"({"scripts": {"client": "x"}})"}}, Side::kClient),
            "project: npm run --silent client --");
  EXPECT_EQ(guessed({{"package.json", "no JSON"}}), "project:");
}

TEST(ProjectGuess, PythonIsStartedByAScriptAModuleOrAFile) {
  const char* project = "[build-system]\nname = \"no\"\n[project]\nname = 'my-wares' # why\n"
                        "[project.scripts]\nserve-wares = \"wares:main\"\n";
  EXPECT_EQ(guessed({{"pyproject.toml", project}, {"uv.lock", ""}}),
            "my-wares: uv run serve-wares");
  EXPECT_EQ(guessed({{"pyproject.toml", project}, {"src/my_wares/__main__.py", ""}}),
            "my-wares: python3 -m my_wares");
  EXPECT_EQ(guessed({{"pyproject.toml", project}, {"server.py", ""}}),
            "my-wares: python3 server.py");
  EXPECT_EQ(guessed({{"pyproject.toml", "[tool.poetry]\nname = \"wares\"\n"}}),
            "wares: python3 -m wares");
  EXPECT_EQ(guessed({{"server.py", ""}}), "project: python3 server.py");
}

TEST(ProjectGuess, RustAndGoAreBuiltAndRun) {
  EXPECT_EQ(guessed({{"Cargo.toml", "[package]\nname = \"wares\"\n[profile]\nname = \"x\"\n"}}),
            "wares: cargo run --quiet --release --");
  EXPECT_EQ(guessed({{"Cargo.toml", "[workspace]\nmembers = [\"a\"]\n[[bin]]\nname = \"one\"\n"
                                    "[[bin]]\nname = \"server-two\"\n"}}),
            "project: cargo run --quiet --release --bin server-two --");
  EXPECT_EQ(guessed({{"go.mod", "// why\nmodule example.com/team/wares/v2\n\ngo 1.24\n"},
                     {"main.go", ""}}),
            "wares: go run .");
  EXPECT_EQ(guessed({{"go.mod", "module wares\n"}, {"cmd/a/main.go", ""},
                     {"cmd/b-server/main.go", ""}}),
            "wares: go run ./cmd/b-server");
}

TEST(ProjectGuess, MavenTakesTheArgumentsAsOneWord) {
  const std::string pom =
      "<?xml version=\"1.0\"?><!-- <project><artifactId>no</artifactId> -->\n<project xmlns=\"x\">"
      "<parent><artifactId>parent</artifactId><relativePath/></parent>\n"
      "<artifactId> wares </artifactId></project>";
  EXPECT_EQ(guessed({{"pom.xml", pom.c_str()}}),
            "wares: mvn -q exec:java -Dexec.args=--port {port}");
  EXPECT_EQ(guessed({{"pom.xml", pom.c_str()}}, Side::kClient),
            "wares: mvn -q exec:java -Dexec.args={url}");
  EXPECT_EQ(guessed({{"pom.xml", "<project><a"}}),
            "project: mvn -q exec:java -Dexec.args=--port {port}");
}

TEST(ProjectGuess, NothingIsGuessedOfNothing) {
  EXPECT_EQ(guessed({{"Makefile", ""}}), "project:");
  EXPECT_EQ(toml_text("[a\nb = \nc\n= \"\n[a]\nb = \"x", "a", "b"), "x");
  EXPECT_EQ(xml_text("</a></b><c>x", "c"), "x");
}

TEST(ProjectGuess, InitSaysWhatItGuessed) {
  const Workshop workshop;
  Workshop::write(workshop.path("package.json"),
                  R"({"name": "wares", "scripts": {"start": "node index.js"}})");
  const Ran made = workshop.run("{tailrace} init server");
  EXPECT_EQ(made.status, 0) << made.err;
  EXPECT_NE(made.out.find("guessed from package.json: npm run --silent start -- --port {port}\n"
                          "         the server must listen at port {port} of 127.0.0.1, "
                          "however it is told\n"),
            std::string::npos)
      << made.out;
  const std::string manifest = Workshop::read(workshop.path("tailrace.json"));
  EXPECT_NE(manifest.find("\"name\": \"wares\""), std::string::npos) << manifest;
  EXPECT_NE(manifest.find("\"PORT\": \"{port}\""), std::string::npos) << manifest;
  const Ran given = workshop.run("{tailrace} init server --out b.json -- ./x {port}");
  EXPECT_EQ(given.out.find("guessed"), std::string::npos) << given.out;
  EXPECT_NE(Workshop::read(workshop.path("b.json")).find("\"name\": \"wares\""), std::string::npos);
}

}  // namespace
}  // namespace tailrace
