// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "harness/base/file.h"
#include "harness/cli/commands.h"
#include "harness/cli/project_guess.h"
#include "harness/cli/run_words.h"
#include "harness/cli/templates.h"
#include "harness/sut/manifest.h"
#include "harness/wire/escape.h"

namespace tailrace {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifestName = "tailrace.json";
constexpr std::string_view kCommand = "tailrace server";  // As the templates have it.
constexpr std::size_t kLongestCommand = 300;  // Bytes of one that a foreign file told us.
constexpr const char* kOtherwise = "--out FILE, or another folder";
// Nobody but the user knows where a pipeline of his may fetch a program. The name never resolves.
constexpr std::string_view kPlaceholder = "https://example.invalid/tailrace";

// The pipelines name it in shell scripts, and a Jenkinsfile's stand in a text of its own, where no
// way of quoting is the same: a name of other characters is refused.
bool is_plain(std::string_view path) {
  return std::all_of(path.begin(), path.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("._-/").find(static_cast<char>(c)) !=
                                       std::string_view::npos;
  });
}

Json manifest_of(const CommandLine& line, const ProjectGuess& guess) {
  Json json, start{Json::Array{}};
  json.set("schema", "tailrace.manifest/1");
  json.set("name", guess.name);
  json.set("version", "unreleased");
  json.set("role", name_of(line.run.under_test));
  for (const std::string& word : guess.command) start.push(word);
  json.set("start", std::move(start));
  if (!guess.environment.empty()) {
    Json environment;
    for (const auto& [name, value] : guess.environment) environment.set(name, value);
    json.set("environment", std::move(environment));
  }
  if (line.run.under_test == Side::kServer) {
    json.set("endpoint", "/mcp").set("ready_ms", 30'000).set("tools", Json(Json::Object{}));
  } else {
    json.set("client", Json().set("contract", "conformance"));
  }
  return json;
}

// The project's name, and the command that was typed, or else what the project's files say.
ProjectGuess project_of(const CommandLine& line) {
  ProjectGuess guess = guess_project(fs::current_path(), line.run.under_test);
  if (!line.words.empty()) {
    guess.command = line.words;
    guess.environment.clear();
    guess.source.clear();
  }
  const bool told = std::any_of(
      guess.command.begin(), guess.command.end(), [](const std::string& word) {
        return word.find("{port}") != std::string::npos || word.find("{url}") != std::string::npos;
      });
  if (line.run.under_test == Side::kServer && !told && !guess.command.empty()) {
    guess.command.insert(guess.command.end(), {"--port", "{port}"});
  }
  return guess;
}

// Says of each folder that it made: who meant another place can take it away again.
Status make_folders(const fs::path& wanted) {
  std::vector<fs::path> missing;
  std::error_code failure;
  for (fs::path at = wanted; !at.empty() && !fs::exists(at, failure); at = at.parent_path()) {
    missing.push_back(at);
  }
  for (auto folder = missing.rbegin(); folder != missing.rend(); ++folder) {
    if (!folder->has_filename()) continue;  // "a/", which is "a".
    if (!fs::create_directory(*folder, failure) && failure) {
      return trouble("cannot make the folder '" + folder->string() + "': " + failure.message());
    }
    fmt::print("made the folder {}\n", folder->string());
  }
  return {};
}

Status write_new(const fs::path& path, const std::string& text, const std::string& otherwise) {
  std::error_code failure;
  if (fs::exists(path, failure)) {
    return trouble("'" + path.string() + "' exists already; " + otherwise);
  }
  if (auto good = make_folders(path.parent_path()); !good) return good;
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out) {
    const int why = errno;
    fs::remove(path, failure);  // Half of it would refuse the next attempt.
    return system_trouble("cannot write '" + path.string() + "'", why);
  }
  fmt::print("wrote {}\n", path.string());
  return {};
}

std::string with(std::string text, std::string_view old, const std::string& by) {
  for (auto at = text.find(old); at != std::string::npos; at = text.find(old, at + by.size())) {
    text.replace(at, old.size(), by);
  }
  return text;
}

// A folder holds any number of workflows: that of a project's other role stands beside its first.
fs::path place_of(const PipelineTemplate& known, const std::string& role,
                  const std::string& command) {
  const fs::path usual = known.path;
  std::error_code failure;
  if (usual.parent_path().filename() != "workflows" || !fs::exists(usual, failure)) return usual;
  if (const auto text = read_whole(usual); !text || text->find(command) != text->npos) return usual;
  return usual.parent_path() / (usual.stem().string() + "-" + role + usual.extension().string());
}

Status write_pipeline(const CommandLine& line, const PipelineTemplate& known,
                      const std::string& manifest) {
  const std::string role = name_of(line.run.under_test);
  const std::string command = "tailrace " + role + " --manifest " + manifest;
  const fs::path place = place_of(known, role, command);
  std::string pipeline = with(std::string(known.text), kCommand, "tailrace " + role);
  if (manifest != kManifestName) pipeline = with(pipeline, kManifestName, manifest);
  std::error_code failure;
  if (known.text.find(kCommand) == known.text.npos && fs::exists(place, failure)) {
    fmt::print("kept {}, which exists already\n", place.string());  // It serves both roles.
    return {};
  }
  if (!line.program_url.empty()) pipeline = with(pipeline, kPlaceholder, line.program_url);
  if (auto good = write_new(place, pipeline, "add to it: " + command); !good) return good;
  if (pipeline.find(kPlaceholder) != pipeline.npos) {
    fmt::print("fill in: {} in {}: where you put the program of `ci/build static tailrace` "
               "(--program-url)\n",
               kPlaceholder, place.string());
  }
  return {};
}

void say_what_was_guessed(const ProjectGuess& guess, const std::string& manifest, Side side) {
  if (guess.source.empty()) return;
  std::string command;
  for (const std::string& word : guess.command) {
    command += (command.empty() ? "" : " ") + shell_quoted(word);
  }
  fmt::print("check:   \"start\" in {}, guessed from {}: {}\n         {}\n", manifest, guess.source,
             excerpt(command, kLongestCommand),
             side == Side::kServer
                 ? "the server must listen at port {port} of 127.0.0.1, however it is told"
                 : "the client gets the server's URL as its last argument");
}

}  // namespace

int init_command(const CommandLine& line) {
  if (line.schema) {
    fmt::print("{}", manifest_schema());
    return kExitClean;
  }
  const bool server = line.run.under_test == Side::kServer;
  const ProjectGuess guess = project_of(line);
  if (guess.command.empty()) {
    return complain(fmt::format("nothing here says how it is started: tailrace init {} -- COMMAND",
                                name_of(line.run.under_test)));
  }
  const std::string text = to_pretty_text(manifest_of(line, guess));
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
  } else if (auto good = write_new(manifest, text, kOtherwise); !good) {
    return complain(good.error().what);
  }
  for (const PipelineTemplate& known : pipeline_templates()) {
    if (line.pipeline != known.name) continue;
    if (auto good = write_pipeline(line, known, manifest); !good) {
      return complain(good.error().what);
    }
  }
  if (!kept) say_what_was_guessed(guess, manifest, line.run.under_test);
  if (server && !kept) {
    fmt::print("fill in: \"tools\" in {}: no tool is called that you do not name there, and a\n"
               "         quarter of the scenarios need one, as \"slow\": {{\"name\": \"wait\"}}\n",
               manifest);
  }
  fmt::print("next: tailrace {} --manifest {}\n", name_of(line.run.under_test), manifest);
  return kExitClean;
}

}  // namespace tailrace
