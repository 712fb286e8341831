// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "harness/cli/commands.h"
#include "harness/cli/templates.h"
#include "harness/sut/manifest.h"

namespace tailrace {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifestName = "tailrace.json";
constexpr const char* kOtherwise = "--out FILE, or another folder";
// Nobody but the user knows where a pipeline of his may fetch a program. The name never resolves.
constexpr std::string_view kPlaceholder = "https://example.invalid/tailrace";

struct Guess {
  const char* file;
  std::vector<std::string> command;
};

// The pipelines name it in shell scripts, and a Jenkinsfile's stand in a text of its own, where no
// way of quoting is the same: a name of other characters is refused.
bool is_plain(std::string_view path) {
  return std::all_of(path.begin(), path.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("._-/").find(static_cast<char>(c)) !=
                                       std::string_view::npos;
  });
}

// What starts a project of this kind, where nobody said it.
std::vector<std::string> guessed_command(const fs::path& folder) {
  const Guess guesses[] = {{"package.json", {"npm", "start", "--silent", "--"}},
                           {"Cargo.toml", {"cargo", "run", "--quiet", "--release", "--"}},
                           {"go.mod", {"go", "run", "."}},
                           {"pyproject.toml", {"python3", "-m", folder.filename().string()}},
                           {"pom.xml", {"mvn", "-q", "exec:java"}}};
  std::error_code failure;
  for (const Guess& guess : guesses) {
    if (fs::exists(folder / guess.file, failure)) return guess.command;
  }
  return {};
}

Json manifest_of(const CommandLine& line, const std::vector<std::string>& command) {
  Json json, start{Json::Array{}};
  json.set("schema", "tailrace.manifest/1");
  json.set("name", fs::current_path().filename().string());
  json.set("version", "unreleased");
  json.set("role", name_of(line.run.under_test));
  for (const std::string& word : command) start.push(word);
  json.set("start", std::move(start));
  if (line.run.under_test == Side::kServer) {
    json.set("endpoint", "/mcp").set("ready_ms", 30'000).set("tools", Json(Json::Object{}));
  } else {
    json.set("client", Json().set("contract", "conformance"));
  }
  return json;
}

Status write_new(const fs::path& path, const std::string& text) {
  std::error_code failure;
  if (fs::exists(path, failure)) {
    return trouble("'" + path.string() + "' exists already; " + kOtherwise);
  }
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), failure);
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out) return trouble("cannot write '" + path.string() + "'");
  fmt::print("wrote {}\n", path.string());
  return {};
}

std::string with(std::string text, std::string_view old, const std::string& by) {
  for (auto at = text.find(old); at != std::string::npos; at = text.find(old, at + by.size())) {
    text.replace(at, old.size(), by);
  }
  return text;
}

}  // namespace

int init_command(const CommandLine& line) {
  auto command = line.words.empty() ? guessed_command(fs::current_path()) : line.words;
  const bool server = line.run.under_test == Side::kServer;
  const bool told = std::any_of(command.begin(), command.end(), [](const std::string& word) {
    return word.find("{port}") != std::string::npos || word.find("{url}") != std::string::npos;
  });
  if (command.empty()) {
    return complain("nothing here says how it is started: tailrace init -- COMMAND");
  }
  if (server && !told) command.insert(command.end(), {"--port", "{port}"});
  const std::string text = to_pretty_text(manifest_of(line, command));
  const std::string manifest = line.file.empty() ? kManifestName : line.file;
  if (!line.pipeline.empty() && !is_plain(manifest)) {
    return complain("--out '" + manifest + "': a pipeline names it in a script; use letters, "
                    "digits and . _ - / only");
  }
  std::error_code failure;
  const bool kept = !line.pipeline.empty() && fs::exists(manifest, failure);
  if (kept) {
    const auto known = load_manifest(manifest);
    if (!known) return complain(known.error().what);
    if (known->role != line.run.under_test) {
      return complain("'" + manifest + "' exists already, and is of a " + name_of(known->role) +
                      ": init " + name_of(known->role) + ", or --out FILE");
    }
    fmt::print("kept {}, which exists already\n", manifest);
  } else if (auto good = write_new(manifest, text); !good) {
    return complain(good.error().what);
  }
  for (const PipelineTemplate& known : pipeline_templates()) {
    if (line.pipeline != known.name) continue;
    std::string pipeline = with(std::string(known.text), "tailrace server",
                                "tailrace " + std::string(name_of(line.run.under_test)));
    if (manifest != kManifestName) pipeline = with(pipeline, kManifestName, manifest);
    if (!line.program_url.empty()) pipeline = with(pipeline, kPlaceholder, line.program_url);
    if (auto good = write_new(known.path, pipeline); !good) return complain(good.error().what);
    if (pipeline.find(kPlaceholder) == pipeline.npos) continue;
    fmt::print("fill in: {} in {}: where you put the program of `ci/build static tailrace` "
               "(--program-url)\n",
               kPlaceholder, known.path);
  }
  if (server && !kept) {
    fmt::print("fill in: \"tools\" in {}: no tool is called that you do not name there, and a\n"
               "         quarter of the scenarios need one, as \"slow\": {{\"name\": \"wait\"}}\n",
               manifest);
  }
  fmt::print("next: tailrace {} --manifest {}\n", name_of(line.run.under_test), manifest);
  return kExitClean;
}

}  // namespace tailrace
