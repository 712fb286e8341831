// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/run_words.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <iterator>

#include "harness/cli/choice.h"
#include "harness/cli/folder_words.h"
#include "harness/cli/secret_variables.h"
#include "harness/cli/secrets_in_url.h"
#include "harness/run/plan.h"
#include "harness/wire/escape.h"
#include "harness/wire/http_head_reader.h"

namespace tailrace {

const std::map<std::string, NetworkChoice> kNetworks = {
    {"auto", NetworkChoice::kAuto}, {"own", NetworkChoice::kOwn}, {"host", NetworkChoice::kHost}};

namespace {

const std::map<std::string, std::string> kProfiles = {{"full", "full"}, {"safe", "safe"}};
constexpr const char* kManifestHelp =
    "\nWhat a manifest holds: tailrace init --schema, and fixtures/sut/README.md in words";

// One value for each time the option is given: it must not swallow the URL behind it.
CLI::Option* add_list(CLI::App& app, const std::string& name, std::vector<std::string>& into,
                      const std::string& help) {
  return app.add_option(name, into, help)->allow_extra_args(false);
}

// Sent as it is, it would be another header, or no request. The value may be a secret: not told.
Result<HttpHeader> sound(const std::string& option, HttpHeader header) {
  if (!is_token(header.name)) {
    return trouble(option + " '" + header.name.substr(0, 40) + "': no name of a header");
  }
  header.value = std::string(trimmed(header.value));
  const auto breaks = [](unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7f; };
  if (!std::ranges::any_of(header.value, breaks)) return header;
  return trouble(option + " '" + header.name + "': its value holds a line break or another "
                 "control character");
}

Result<HttpHeader> header_from(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos || colon == 0) {
    return trouble("--header '" + text.substr(0, 40) + "' is not NAME:VALUE");
  }
  return sound("--header", {text.substr(0, colon), text.substr(colon + 1)});
}

Result<HttpHeader> header_from_environment(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return trouble("--header-env '" + text.substr(0, 40) + "' is not NAME=VARIABLE");
  }
  const std::string variable = text.substr(equals + 1);
  const char* value = std::getenv(variable.c_str());
  if (value == nullptr) return trouble("--header-env: the variable " + variable + " is not set");
  return sound("--header-env", {text.substr(0, equals), value});
}

Status take_headers(RunOptions& run, const RunWords& words) {
  for (const auto& text : words.headers) {
    auto header = header_from(text);
    if (!header) return std::unexpected(header.error());
    run.headers.push_back(std::move(*header));
  }
  for (const auto& text : words.headers_from_environment) {
    auto header = header_from_environment(text);
    if (!header) return std::unexpected(header.error());
    run.headers.push_back(std::move(*header));
  }
  return {};
}

Status take_secrets(RunOptions& run, const RunWords& words) {
  auto values = values_of(words.secrets_from_environment);
  if (!values) return std::unexpected(values.error());
  run.secrets = std::move(*values);
  return {};
}

// HOST may be an IPv6 address and hold colons itself: PORT is what one follows somewhere.
bool overrides_an_address(std::string_view text) {
  for (auto colon = text.find(':', 1); colon < text.size(); colon = text.find(':', colon + 1)) {
    const auto end = text.find_first_not_of("0123456789", colon + 1);
    if (end < text.size() - 1 && end > colon + 1 && text[end] == ':') return true;
  }
  return false;
}

Status check_resolve(const RunOptions& run) {
  for (const std::string& text : run.resolve) {
    if (overrides_an_address(text)) continue;
    return trouble("--resolve '" + text.substr(0, 80) + "' is not HOST:PORT:ADDRESS");
  }
  return {};
}

Status take_tool(RunOptions& run, const RunWords& words) {
  if (words.tool.empty()) {
    if (words.tool_arguments.empty()) return {};
    return trouble("--arguments is given without --tool");
  }
  ToolCall tool;
  tool.name = words.tool;
  if (!words.tool_arguments.empty()) {
    auto arguments = parse_json(words.tool_arguments);
    if (!arguments) return trouble("--arguments: " + arguments.error().what);
    if (!arguments->is_object()) return trouble("--arguments is not a JSON object");
    tool.arguments = std::move(*arguments);
  }
  run.tools.plain = std::move(tool);
  return {};
}

// Each is run once, however often it is named.
void drop_repeats(std::vector<std::string>& words) {
  std::vector<std::string> known;
  for (std::string& word : words) {
    if (std::ranges::find(known, word) == known.end()) known.push_back(std::move(word));
  }
  words = std::move(known);
}

Status take_revisions(RunOptions& run) {
  drop_repeats(run.revisions);
  drop_repeats(run.modes);
  if (std::ranges::find(run.revisions, "all") != run.revisions.end()) {
    run.revisions.assign(std::begin(kRevisions), std::end(kRevisions));
  }
  for (const auto& revision : run.revisions) {
    if (std::find(std::begin(kRevisions), std::end(kRevisions), revision) != std::end(kRevisions)) {
      continue;
    }
    return trouble(
        fmt::format("--revision '{}' is none of {}", revision, fmt::join(kRevisions, ", ")));
  }
  return {};
}

Status take_shard(RunOptions& run, const RunWords& words) {
  if (words.shard.empty()) return {};
  if (const auto shard = shard_of(words.shard)) {
    run.shard = *shard;
    return {};
  }
  return trouble("--shard '" + words.shard.substr(0, 40) + "' is not K/N with 1 <= K <= N");
}

// A mode that no manifest names would be run as the plain one, under another name.
Status check_modes(const RunOptions& run) {
  std::vector<std::string> known = {"default"};
  if (run.manifest && !run.url) {
    for (const auto& mode : run.manifest->modes) known.push_back(mode.first);
  }
  const char* why = run.url ? "; what runs already cannot be started in one"
                    : run.manifest ? "" : "; modes stand in a manifest";
  for (const std::string& mode : run.modes) {
    if (std::find(known.begin(), known.end(), mode) != known.end()) continue;
    return trouble(
        fmt::format("--mode '{}' is none of {}{}", mode, fmt::join(known, ", "), why));
  }
  return {};
}

Status take_url(RunOptions& run, const std::string& text) {
  auto url = parse_url(text);
  // In one word, as `pair` takes it; here the shell takes its words apart.
  const bool is_command_line = text.find(' ') != std::string::npos;
  if (!url && text.find("://") == std::string::npos) {
    return trouble("'" + text + "' is no URL, which begins with http:// or https://; a command "
                   "stands behind --: tailrace server -- " +
                   (is_command_line ? text : shell_quoted(text)));
  }
  if (!url) return std::unexpected(url.error());
  run.url = std::move(*url);
  return {};
}

Status take_manifest(RunOptions& run, const std::string& file) {
  auto manifest = load_manifest(file);
  if (!manifest) return trouble(manifest.error().what + kManifestHelp);
  if (manifest->role != run.under_test) {
    const std::string role = name_of(manifest->role);
    return trouble("manifest " + file + " is of a " + role + ", not of a " +
                   name_of(run.under_test) + ": tailrace " + role + " --manifest " +
                   shell_quoted(file));
  }
  run.manifest = std::move(*manifest);
  return {};
}

// Exactly one of: a URL, a manifest, a command; or a URL with the manifest that tells its name and
// tools, of which nothing is started.
Status take_implementation(RunOptions& run, const RunWords& words,
                           const std::vector<std::string>& command) {
  const bool url = !words.url.empty(), manifest = !words.manifest.empty();
  if (command.empty() == (!url && !manifest)) {
    const std::string a_url =
        run.under_test == Side::kServer ? "a URL (with --manifest FILE or without), " : "";
    return trouble(fmt::format("tailrace {} takes one of: {}--manifest FILE, or -- COMMAND",
                               name_of(run.under_test), a_url));
  }
  if (url) {
    if (auto taken = take_url(run, words.url); !taken) return taken;
    run.source = shell_quoted(run.url->text());
    std::ranges::copy(secrets_in(*run.url), std::back_inserter(run.secrets));
  }
  if (manifest) {
    if (auto taken = take_manifest(run, words.manifest); !taken) return taken;
    run.source += (url ? " " : "") + ("--manifest " + shell_quoted(words.manifest));
  }
  if (!command.empty()) {
    run.manifest = manifest_for_command(run.under_test, command);
    run.source = "--";
    for (const auto& argument : command) run.source += " " + shell_quoted(argument);
  }
  run.safe = words.profile.empty() ? url : words.profile == "safe";
  return check_modes(run);
}

// What drives a scenario as this run does, beside who is judged: for "Run again". Of a header its
// value is not told, be it a secret or not.
std::string driven_with(const RunOptions& run, const RunWords& words) {
  std::string text;
  const auto add = [&](std::string_view option, const std::string& value) {
    text += (text.empty() ? "" : " ") + std::string(option) + " " + shell_quoted(value);
  };
  for (const std::string& header : words.headers) {
    const std::string name = header.substr(0, header.find(':'));
    std::string variable;
    for (const char c : name) {
      const bool letter = std::isalnum(static_cast<unsigned char>(c)) != 0;
      variable += letter ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : '_';
    }
    add("--header-env", name + "=" + variable);
  }
  for (const std::string& header : words.headers_from_environment) add("--header-env", header);
  for (const std::string& name : words.secrets_from_environment) add("--secret-env", name);
  if (!run.ca_file.empty()) add("--cacert", run.ca_file);
  for (const std::string& address : run.resolve) add("--resolve", address);
  if (!words.tool.empty()) add("--tool", words.tool);
  if (!words.tool_arguments.empty()) add("--arguments", words.tool_arguments);
  if (!words.profile.empty()) add("--profile", words.profile);
  if (words.time_scale != 1) add("--time-scale", fmt::format("{}", words.time_scale));
  return text;
}

std::string default_folder() {
  char stamp[32];
  const std::time_t now = std::time(nullptr);
  std::strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", std::gmtime(&now));
  const std::string name = fmt::format("tailrace-{}-{}", stamp, ::getpid());
  // In a container the process id is often 1, and two runs may begin within a second.
  std::string free = name;
  for (int i = 2; std::filesystem::exists(free); ++i) free = fmt::format("{}-{}", name, i);
  return free;
}

}  // namespace

void add_run_options(CLI::App& app, RunOptions& run, RunWords& words) {
  add_list(app, "--only", run.only, "Scenarios to run: ids, globs, suites, or requirement ids")
      ->type_name("WORD");
  app.add_flag("--quick", run.quick, "Leave out questions of growth, which take many calls");
  add_list(app, "--revision", run.revisions,
           "Protocol revisions, or 'all' (default: the newest that a server speaks)")
      ->type_name("REVISION");
  add_list(app, "--mode", run.modes, "Modes of the manifest (default: all)")->type_name("MODE");
  app.add_option("--manifest", words.manifest, "How to start it, and its tools (JSON)")
      ->type_name("FILE");
  app.add_option("--jobs", run.jobs, "Scenarios at once (default: 1 for a URL, else 4)")
      ->check(CLI::Range(1, 64));
  app.add_option("--repeat", run.repeat, "Runs of each scenario")->check(CLI::Range(1, 1000));
  app.add_option("--shard", words.shard, "The K-th of N parts; see tailrace merge")
      ->type_name("K/N");
  app.add_option("--shuffle", words.seed, "Order the scenarios by this seed")->type_name("SEED");
  app.add_option("--time-scale", words.time_scale, "Stretch every deadline, for slow hosts")
      ->check(CLI::Range(1.0, kMostTimeScale));
  app.add_option("--budget", words.budget_s, "Seconds for the whole run")
      ->check(CLI::Range(1, 86400));
  app.add_option("--baseline", run.baseline_file, "Known failures (JSON)")->type_name("FILE");
  add_fail_on(app, run.fail_on);
  app.add_option("--out", run.out, "The run's folder")->type_name("DIR");
  add_list(app, "--secret-env", words.secrets_from_environment,
           "A variable whose value is a secret: replaced wherever it is seen")
      ->type_name("VAR");
  add_choice(app, "--network", run.network, kNetworks, "Network namespace (default: auto)");
  app.add_flag("--require-packets", run.require_packets,
               "Without packet capture, packet checks are inconclusive");
  app.add_flag("--keep-pcap", run.keep_pcap, "Keep whole packets; they may hold secrets");
}

void add_server_options(CLI::App& app, RunOptions& run, RunWords& words) {
  app.add_option("url", words.url, "URL of a running server; or -- COMMAND")->type_name("URL");
  add_list(app, "--header", words.headers, "Header of every request")->type_name("NAME:VALUE");
  add_list(app, "--header-env", words.headers_from_environment,
           "The same, its value from a variable of the environment")
      ->type_name("NAME=VAR");
  app.add_option("--cacert", run.ca_file, "Certificates to trust (PEM)")
      ->type_name("FILE")
      ->check(CLI::Validator(CLI::ExistingFile).description(""));
  add_list(app, "--resolve", run.resolve, "Address to use for a host")
      ->type_name("HOST:PORT:ADDRESS");
  app.add_option("--tool", words.tool, "A tool that may be called; no other is")->type_name("NAME");
  app.add_option("--arguments", words.tool_arguments, "Its arguments")->type_name("JSON");
  add_choice(app, "--profile", words.profile, kProfiles,
             "safe (few requests; default for a URL) or full (default for a command)");
}

Status take_time_scale(double factor) {
  if (std::isnan(factor)) {  // No range shuts it out.
    return trouble(fmt::format("--time-scale: Value nan not in range 1 to {}", kMostTimeScale));
  }
  set_time_scale(factor);
  return {};
}

Status finish(RunOptions& run, const RunWords& words, const std::vector<std::string>& command) {
  if (auto good = take_time_scale(words.time_scale); !good) return good;
  run.budget = std::chrono::seconds(words.budget_s);
  if (run.out.empty()) run.out = default_folder();
  if (auto good = take_headers(run, words); !good) return good;
  if (auto good = take_secrets(run, words); !good) return good;
  run.again = driven_with(run, words);
  if (auto good = check_resolve(run); !good) return good;
  if (auto good = take_tool(run, words); !good) return good;
  if (auto good = take_revisions(run); !good) return good;
  if (auto good = take_shard(run, words); !good) return good;
  return take_implementation(run, words, command);
}

}  // namespace tailrace
