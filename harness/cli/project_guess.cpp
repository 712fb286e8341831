// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/project_guess.h"

#include <algorithm>
#include <sstream>
#include <string_view>

#include "harness/base/file.h"
#include "harness/wire/json.h"

namespace tailrace {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

constexpr std::string_view kSpace = " \t\r\n";

std::string stripped(std::string_view text) {
  const auto first = text.find_first_not_of(kSpace);
  if (first == text.npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(kSpace) - first + 1));
}

bool is_there(const fs::path& path) {
  std::error_code failure;
  return fs::exists(path, failure);
}

// What stands behind the last '/' of "@scope/name" or "example.com/team/name".
std::string last_part(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

// The first file or folder of these that there is.
std::string first_of(const fs::path& folder, const Words& names) {
  const auto found = std::ranges::find_if(
      names, [&](const std::string& name) { return is_there(folder / name); });
  return found == names.end() ? "" : *found;
}

// Of several programs the one that is named after its role, else the first.
std::string best_for(const Words& names, Side side) {
  const std::string role = name_of(side);
  const auto named = std::ranges::find_if(
      names, [&](const std::string& name) { return name.find(role) != name.npos; });
  if (named != names.end()) return *named;
  return names.empty() ? "" : names.front();
}

Words members_of(const Json& json) {
  Words names;
  for (const auto& [name, value] : json.members()) names.push_back(name);
  return names;
}

// The lines of a TOML file, each with its table: calls `see(table, key, value)`; [[bin]] is "bin".
template <class See>
void each_toml_member(const std::string& toml, const See& see) {
  std::istringstream lines(toml);
  std::string table;
  for (std::string line; std::getline(lines, line);) {
    const std::string text = stripped(line);
    if (text.starts_with('[')) {
      const auto first = text.find_first_not_of('[');
      if (first != text.npos) table = stripped(text.substr(first, text.find(']') - first));
      continue;
    }
    const auto equals = text.find('=');
    if (text.starts_with('#') || equals == text.npos) continue;
    const std::string value = stripped(std::string_view(text).substr(equals + 1));
    std::string inner;
    if (!value.empty() && (value.front() == '"' || value.front() == '\'')) {
      inner = value.substr(1, value.find(value.front(), 1) - 1);
    }
    std::string key = stripped(std::string_view(text).substr(0, equals));
    std::erase(key, '"');
    see(table, key, inner);
  }
}

Words toml_keys(const std::string& toml, const std::string& wanted) {
  Words keys;
  each_toml_member(toml, [&](const std::string& table, const std::string& key, const auto&) {
    if (table == wanted) keys.push_back(key);
  });
  return keys;
}

void guess_node(const fs::path& folder, const std::string& text, Side side, ProjectGuess& guess) {
  const auto json = parse_json(text);
  if (!json) return;
  guess.name = last_part((*json)["name"].as_string());
  const std::string main = (*json)["main"].as_string();
  const Json& bin = (*json)["bin"];
  const std::string program =
      bin.is_string() ? bin.as_string() : bin[best_for(members_of(bin), side)].as_string();
  const std::string script = side == Side::kServer ? "start" : "client";
  if ((*json)["scripts"].find(script) != nullptr) {
    guess.command = {"npm", "run", "--silent", script, "--"};
  } else if (!program.empty()) {
    guess.command = {"node", program};
  } else if (!main.empty() && is_there(folder / main)) {
    guess.command = {"node", main};
  } else if (const auto file = first_of(folder, {name_of(side) + std::string(".js"), "index.js"});
             !file.empty()) {
    guess.command = {"node", file};
  } else {
    guess.command = {"npm", "start", "--silent", "--"};
  }
}

void guess_python(const fs::path& folder, const std::string& text, Side side,
                  ProjectGuess& guess) {
  guess.name = toml_text(text, "project", "name");
  if (guess.name.empty()) guess.name = toml_text(text, "tool.poetry", "name");
  Words scripts = toml_keys(text, "project.scripts");
  if (scripts.empty()) scripts = toml_keys(text, "tool.poetry.scripts");
  std::string package = guess.name.empty() ? folder.filename().string() : guess.name;
  std::ranges::replace(package, '-', '_');
  Words& command = guess.command;
  if (is_there(folder / "uv.lock")) command = {"uv", "run"};
  if (is_there(folder / "poetry.lock")) command = {"poetry", "run"};
  const std::string file = first_of(folder, {name_of(side) + std::string(".py"), "main.py"});
  if (!command.empty() && !scripts.empty()) {
    command.push_back(best_for(scripts, side));  // Installed where uv and poetry look.
  } else if (!first_of(folder, {"src/" + package, package}).empty() || file.empty()) {
    command.insert(command.end(), {"python3", "-m", package});
  } else {
    command.insert(command.end(), {"python3", file});
  }
}

void guess_rust(const fs::path&, const std::string& text, Side side, ProjectGuess& guess) {
  guess.name = toml_text(text, "package", "name");
  guess.command = {"cargo", "run", "--quiet", "--release"};
  Words programs;
  each_toml_member(text, [&](const auto& table, const auto& key, const std::string& value) {
    if (table == "bin" && key == "name") programs.push_back(value);
  });
  if (programs.size() > 1 && toml_text(text, "package", "default-run").empty()) {
    guess.command.insert(guess.command.end(), {"--bin", best_for(programs, side)});
  }
  guess.command.emplace_back("--");
}

void guess_go(const fs::path& folder, const std::string& text, Side side, ProjectGuess& guess) {
  std::istringstream lines(text);
  std::string module;
  for (std::string line; module.empty() && std::getline(lines, line);) {
    if (line.starts_with("module ")) module = stripped(line.substr(line.find(' ')));
  }
  std::string name = last_part(module);
  const bool major = name.size() > 1 && name.front() == 'v' &&
                     name.find_first_not_of("0123456789", 1) == name.npos;
  if (major) name = last_part(module.substr(0, module.rfind('/')));
  guess.name = name;
  Words programs;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(folder / "cmd", failure)) {
    if (is_there(entry.path() / "main.go")) programs.push_back(entry.path().filename().string());
  }
  std::ranges::sort(programs);
  const bool in_cmd = !is_there(folder / "main.go") && !programs.empty();
  guess.command = {"go", "run", in_cmd ? "./cmd/" + best_for(programs, side) : "."};
}

// Maven takes a program's arguments as one word of its own.
void guess_maven(const fs::path&, const std::string& text, Side side, ProjectGuess& guess) {
  guess.name = xml_text(text, "project/artifactId");
  const bool spring = text.find("spring-boot-maven-plugin") != text.npos;
  if (side == Side::kServer && spring) {
    guess.command = {"mvn", "-q", "spring-boot:run",
                     "-Dspring-boot.run.arguments=--server.port={port}"};
    return;
  }
  guess.command = {"mvn", "-q", "exec:java",
                   side == Side::kServer ? "-Dexec.args=--port {port}" : "-Dexec.args={url}"};
}

struct Reader {
  const char* file;
  void (*read)(const fs::path&, const std::string&, Side, ProjectGuess&);
};

constexpr Reader kReaders[] = {{"package.json", guess_node},
                               {"Cargo.toml", guess_rust},
                               {"go.mod", guess_go},
                               {"pyproject.toml", guess_python},
                               {"pom.xml", guess_maven}};

}  // namespace

std::string toml_text(const std::string& toml, const std::string& table, const std::string& key) {
  std::string found;
  each_toml_member(toml, [&](const std::string& in, const std::string& name,
                             const std::string& value) {
    if (found.empty() && in == table && name == key) found = value;
  });
  return found;
}

std::string xml_text(const std::string& xml, const std::string& path) {
  std::string here;
  for (std::size_t at = xml.find('<'); at < xml.size(); at = xml.find('<', at + 1)) {
    const std::string_view rest = std::string_view(xml).substr(at);
    if (rest.starts_with("<!--")) {
      at = xml.find("-->", at);
      if (at == xml.npos) return "";
      continue;
    }
    if (rest.starts_with("<?") || rest.starts_with("<!")) continue;
    const std::size_t end = rest.find('>');
    if (end == rest.npos) return "";
    if (rest.starts_with("</")) {
      here.erase(here.find_last_of('/') == here.npos ? 0 : here.find_last_of('/'));
      continue;
    }
    if (rest[end - 1] == '/') continue;  // Empty: nothing is within.
    const auto name = rest.substr(1, std::min(end, rest.find_first_of(kSpace)) - 1);
    here += (here.empty() ? "" : "/") + std::string(name);
    if (here == path) return stripped(rest.substr(end + 1, rest.find('<', end) - end - 1));
  }
  return "";
}

ProjectGuess guess_project(const fs::path& folder, Side side) {
  ProjectGuess guess;
  for (const Reader& reader : kReaders) {
    const auto text = read_whole((folder / reader.file).string());
    if (!text) continue;
    reader.read(folder, *text, side, guess);
    guess.source = reader.file;
    if (!guess.command.empty()) break;
  }
  if (guess.command.empty()) {
    guess.source = first_of(folder, {name_of(side) + std::string(".py"), "main.py"});
    if (!guess.source.empty()) guess.command = {"python3", guess.source};
  }
  // Servers in scripts are told their port by a variable as often as by an option.
  const bool script = guess.source.starts_with("package") || guess.source.starts_with("py") ||
                      guess.source.ends_with(".py");
  if (script && side == Side::kServer) guess.environment = {{"PORT", "{port}"}};
  if (guess.name.empty()) guess.name = folder.filename().string();
  return guess;
}

}  // namespace tailrace
