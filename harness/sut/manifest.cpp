// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/manifest.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <span>

#include "harness/base/file.h"
#include "harness/sut/member_line.h"

namespace tailrace {
namespace {

constexpr std::string_view kManifestSchema = "tailrace.manifest/1";
constexpr Millis kLongest{600000};  // No deadline of a manifest is longer than ten minutes.
constexpr int kMostCounted = 1000;
constexpr std::size_t kLongestMode = 100;  // Bytes, which is what reports show of one.
constexpr std::array<std::string_view, 8> kTools = {"plain",  "slow",   "failing", "refused",
                                                    "chatty", "asking", "big",     "sized"};

// Reads members and keeps the first complaint, with the path of its member.
class ManifestReader {
 public:
  ManifestReader(const std::string& name, std::string_view text) : name_(name), text_(text) {}
  std::string wrong;

  void complain(const std::string& member, const std::string& what) {
    if (!wrong.empty()) return;
    wrong = "manifest " + name_ + ": '" + member + "' " + what;
    // "start[0]" stands where "start" does.
    if (const auto line = line_of_member(text_, member.substr(0, member.find_last_of('[')))) {
      wrong += " (line " + std::to_string(line) + ")";
    }
  }
  void allow(const Json& json, const std::string& where, std::span<const std::string_view> known) {
    for (const auto& [member, value] : json.members()) {
      if (std::find(known.begin(), known.end(), member) != known.end()) continue;
      std::string list;
      for (const auto& word : known) list += (list.empty() ? "" : ", ") + std::string(word);
      complain(where + member, "is not known here; known are " + list);
    }
  }
  // The members below `where`, which is "" at the top and else ends in a dot.
  const Json::Object& object(const Json& json, const std::string& where,
                             const std::string& member) {
    const Json* value = json.find(member);
    if (value != nullptr && !value->is_object()) complain(where + member, "is not an object");
    return json[member].members();
  }
  std::string text(const Json& json, const std::string& where, const std::string& member,
                   bool needed) {
    if (const Json* value = json.find(member)) {
      if (!value->is_string()) complain(where + member, "is not text");
      return value->as_string();
    }
    if (needed) complain(where + member, "is missing");
    return "";
  }
  bool truth(const Json& json, const std::string& where, const std::string& member) {
    const Json* value = json.find(member);
    if (value != nullptr && !value->is_bool()) {
      complain(where + member, "is neither true nor false");
    }
    return json[member].as_bool();
  }
  void duration(const Json& json, const std::string& where, const std::string& member,
                Millis& into) {
    const Json* value = json.find(member);
    if (value == nullptr) return;
    if (!value->is_int() || value->as_int() < 1 || value->as_int() > kLongest.count()) {
      return complain(where + member, "is not a number of milliseconds from 1 to " +
                                          std::to_string(kLongest.count()));
    }
    into = Millis(value->as_int());
  }
  std::optional<int> count(const Json& json, const std::string& where, const std::string& member) {
    const Json* value = json.find(member);
    if (value == nullptr) return std::nullopt;
    if (!value->is_int() || value->as_int() < 1 || value->as_int() > kMostCounted) {
      complain(where + member, "is not a number from 1 to " + std::to_string(kMostCounted));
    }
    return static_cast<int>(value->as_int());
  }
  std::vector<std::string> texts(const Json& json, const std::string& where,
                                 const std::string& member) {
    std::vector<std::string> list;
    if (json.find(member) == nullptr) return list;
    if (!json[member].is_array()) complain(where + member, "is not a list of texts");
    for (const Json& item : json[member].items()) {
      if (!item.is_string()) complain(where + member, "is not a list of texts");
      list.push_back(item.as_string());
    }
    return list;
  }
  std::vector<std::pair<std::string, std::string>> environment(const Json& json,
                                                               const std::string& where) {
    std::vector<std::pair<std::string, std::string>> list;
    for (const auto& [name, value] : object(json, where, "environment")) {
      if (!value.is_string()) complain(where + "environment." + name, "is not text");
      list.emplace_back(name, value.as_string());
    }
    return list;
  }

 private:
  std::string name_;
  std::string_view text_;
};

// "a" of "a.2" and of "a #2", as files and reports name what is repeated; else "".
std::string repeated_by(const std::string& mode) {
  const auto end = mode.find_last_not_of("0123456789");
  if (end == std::string::npos || end + 1 == mode.size()) return "";
  if (mode[end] == '.') return mode.substr(0, end);
  return mode[end] == '#' && end > 0 && mode[end - 1] == ' ' ? mode.substr(0, end - 1) : "";
}

// Its name stands in the names of files and in the rows of reports, where each must be told apart.
std::string wrong_name_of_mode(const std::string& mode, const Json& modes) {
  if (mode.empty()) return "has no name";
  if (mode == "default") return "has the name of the plain one";
  if (mode.size() > kLongestMode) {
    return "has a name of more than " + std::to_string(kLongestMode) + " bytes";
  }
  const auto control = [](unsigned char c) { return c < ' ' || c == 0x7f; };
  if (std::ranges::any_of(mode, control)) return "has a control character in its name";
  const auto file_name = [](std::string name) {
    std::ranges::replace(name, '/', '_');
    return name;
  };
  const std::string repeated = repeated_by(file_name(mode));
  if (repeated == "default") return "has the name of a repetition of the plain one";
  for (const auto& [other, value] : modes.members()) {
    if (other == mode) break;  // The later of two is told.
    if (file_name(other) == file_name(mode)) {
      return "would be written to the same files as 'modes." + other + "'";
    }
  }
  for (const auto& [other, value] : modes.members()) {
    if (!repeated.empty() && file_name(other) == repeated) {
      return "has the name of a repetition of 'modes." + other + "'";
    }
  }
  return "";
}

void read_modes(ManifestReader& reader, const Json& json, Manifest& manifest) {
  static constexpr std::array<std::string_view, 2> kKnown = {"environment", "arguments"};
  for (const auto& [name, mode] : reader.object(json, "", "modes")) {
    (void)reader.object(json["modes"], "modes.", name);
    const std::string where = "modes." + name + ".";
    if (const auto wrong = wrong_name_of_mode(name, json["modes"]); !wrong.empty()) {
      reader.complain("modes." + name, wrong);
    }
    reader.allow(mode, where, kKnown);
    manifest.modes[name] = {reader.environment(mode, where),
                            reader.texts(mode, where, "arguments")};
  }
}

void read_tools(ManifestReader& reader, const Json& json, Manifest& manifest) {
  static constexpr std::array<std::string_view, 3> kKnown = {"name", "arguments",
                                                             "notifications"};
  reader.allow(json["tools"], "tools.", kTools);
  for (const auto& [kind, tool] : reader.object(json, "", "tools")) {
    (void)reader.object(json["tools"], "tools.", kind);
    const std::string where = "tools." + kind + ".";
    reader.allow(tool, where, kKnown);
    ManifestTool entry{reader.text(tool, where, "name", true)};
    if (entry.name.empty()) reader.complain(where + "name", "is empty");
    (void)reader.object(tool, where, "arguments");
    if (const Json* arguments = tool.find("arguments")) entry.arguments = *arguments;
    if (kind == "sized" && to_text(entry.arguments).find(R"("{bytes}")") == std::string::npos) {
      reader.complain(where + "arguments", R"(has no value "{bytes}", which says how much)");
    }
    entry.notifications = reader.count(tool, where, "notifications");
    manifest.tools[kind] = std::move(entry);
  }
}

void read_client(ManifestReader& reader, const Json& json, Manifest& manifest) {
  static constexpr std::array<std::string_view, 7> kKnown = {
      "contract", "call_limit_ms", "closes", "stateless", "parallel", "large", "serves"};
  (void)reader.object(json, "", "client");
  const Json& client = json["client"];
  reader.allow(client, "client.", kKnown);
  const std::string contract = reader.text(client, "client.", "contract", false);
  if (!contract.empty() && contract != "calls" && contract != "conformance") {
    reader.complain("client.contract", "is neither \"calls\" nor \"conformance\"");
  }
  manifest.counts_calls = contract == "calls";
  reader.duration(client, "client.", "call_limit_ms", manifest.call_limit);
  manifest.closes = reader.truth(client, "client.", "closes");
  manifest.stateless = reader.truth(client, "client.", "stateless");
  manifest.parallel = reader.truth(client, "client.", "parallel");
  manifest.large = reader.truth(client, "client.", "large");
  const std::string serves = reader.text(client, "client.", "serves", false);
  if (!serves.empty() && serves != "json_lines") {
    reader.complain("client.serves", "is not \"json_lines\"");
  }
  manifest.serves = !serves.empty();
}

}  // namespace

Result<Manifest> parse_manifest(std::string_view text, const std::string& name) {
  static constexpr std::array<std::string_view, 16> kKnown = {
      "schema",   "name",          "version", "role",   "start",    "environment",
      "endpoint", "ready_ms",      "answer_ms", "keep_alive_ms", "modes", "tools",
      "client",   "stop",          "comment", "$schema"};
  static constexpr std::array<std::string_view, 1> kStop = {"term_ms"};
  const auto json = parse_json(text, {.comments = true, .unique = true});
  if (!json) return trouble("manifest " + name + ": " + json.error().what);
  if (!json->is_object()) return trouble("manifest " + name + ": it is not a JSON object");
  ManifestReader reader(name, text);
  Manifest manifest;
  if ((*json)["schema"].as_string() != kManifestSchema) {
    reader.complain("schema", "is not \"" + std::string(kManifestSchema) + "\"");
  }
  reader.allow(*json, "", kKnown);
  manifest.name = reader.text(*json, "", "name", true);
  manifest.version = reader.text(*json, "", "version", true);
  const std::string role = reader.text(*json, "", "role", true);
  if (role != "server" && role != "client") {
    reader.complain("role", "is neither \"server\" nor \"client\"");
  }
  manifest.role = role == "client" ? Side::kClient : Side::kServer;
  manifest.start = reader.texts(*json, "", "start");
  if (manifest.start.empty()) reader.complain("start", "names no program");
  if (!manifest.start.empty() && manifest.start.front().empty()) {
    reader.complain("start[0]", "is empty, and should be the program");
  }
  manifest.environment = reader.environment(*json, "");
  if (json->find("endpoint") != nullptr)
    manifest.endpoint = reader.text(*json, "", "endpoint", true);
  if (!manifest.endpoint.starts_with('/')) reader.complain("endpoint", "does not begin with /");
  reader.duration(*json, "", "ready_ms", manifest.ready);
  reader.duration(*json, "", "answer_ms", manifest.times.answer);
  reader.duration(*json, "", "keep_alive_ms", manifest.times.keep_alive);
  read_modes(reader, *json, manifest);
  read_tools(reader, *json, manifest);
  read_client(reader, *json, manifest);
  if (role == "server" && json->find("client") != nullptr) {
    reader.complain("client", "is told of a server");
  }
  (void)reader.object(*json, "", "stop");
  reader.allow((*json)["stop"], "stop.", kStop);
  reader.duration((*json)["stop"], "stop.", "term_ms", manifest.term);
  if (!reader.wrong.empty()) return trouble(reader.wrong);
  return manifest;
}

Result<Manifest> load_manifest(const std::string& path) {
  const auto text = read_whole(path);
  if (!text) return system_trouble("cannot read manifest '" + path + "'", text.error().system);
  auto manifest = parse_manifest(*text, path);
  if (!manifest) return manifest;
  std::error_code failure;
  manifest->folder = std::filesystem::absolute(path, failure).parent_path().string();
  return manifest;
}

Manifest manifest_for_command(Side role, std::vector<std::string> command) {
  Manifest manifest;
  manifest.role = role;
  manifest.start = std::move(command);
  return manifest;
}

}  // namespace tailrace
