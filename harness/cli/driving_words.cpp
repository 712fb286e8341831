// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/driving_words.h"

#include <map>

#include "harness/cli/choice.h"
#include "harness/cli/folder_words.h"

namespace tailrace {
namespace {

constexpr std::string_view kExamples = R"(
Examples:
  tailrace server http://127.0.0.1:3000/mcp        judge a running server, politely
  tailrace server -- ./my-server --port {port}     start it, judge it, watch its processes
  tailrace client -- ./my-client                   judge a client; it gets our URL last
  tailrace server --only 'delayed_ack.*' -- ./my-server {port}
  tailrace init server -- ./my-server --port {port}
  tailrace judge RUN_DIR                           judge a recorded run again, without a network
  tailrace pair --server './my-server {port}' --client './my-client {url}'
  tailrace pcap trace.pcapng                       explain every wait in a capture
  tailrace explain error_terminal.server_ends_stream_after_error
  tailrace report RUN_DIR --format html > report.html
  tailrace baseline write RUN_DIR --out known.json
  tailrace diff RUN_A RUN_B                        what a new version breaks and mends
  tailrace completion bash > /etc/bash_completion.d/tailrace)";

const std::map<std::string, Side> kRoles = {{"server", Side::kServer}, {"client", Side::kClient}};

const std::map<std::string, std::string> kPipelines = {
    {"github", "github"}, {"gitlab", "gitlab"}, {"jenkins", "jenkins"}};

void add_output_options(CLI::App& app, CommandLine& line) {
  app.add_flag("-q,--quiet", line.quiet, "No progress on standard error");
  add_report_options(app, line);
}

void add_run(CLI::App& app, CommandLine& line, RunWords& words) {
  CLI::App& server = *app.add_subcommand("server", "Judge a server: a URL, or -- COMMAND");
  add_server_options(server, line.run, words);
  add_run_options(server, line.run, words);
  add_output_options(server, line);
  CLI::App& client = *app.add_subcommand("client", "Judge a client: -- COMMAND");
  add_run_options(client, line.run, words);
  client.get_option("--jobs")->description("Scenarios at once (default: 4)");
  add_output_options(client, line);
  server.callback([&line] { line.command = Command::kRun; });
  client.callback([&line] {
    line.command = Command::kRun;
    line.run.under_test = Side::kClient;
  });
}

void add_init(CLI::App& app, CommandLine& line) {
  CLI::App& init = *app.add_subcommand(
      "init", "Write tailrace.json for what is in this folder, or for -- COMMAND");
  add_choice(init, "role", line.run.under_test, kRoles, "What it is");
  init.add_option("--out", line.file, "The manifest's file (default: tailrace.json)")
      ->type_name("FILE");
  add_choice(init, "--ci", line.pipeline, kPipelines, "Write its pipeline too");
  init.add_option("--program-url", line.program_url,
                  "Where that pipeline fetches the static program from")
      ->type_name("URL");
  init.add_flag("--schema", line.schema, "Print the JSON Schema of a manifest, and write nothing");
  init.callback([&line] { line.command = Command::kInit; });
}

}  // namespace

std::string_view examples() {
  return kExamples;
}

void add_driving(CLI::App& app, CommandLine& line, DrivingWords& words) {
  add_run(app, line, words.run);
  add_pair(app, line, words.pair);
  add_init(app, line);
}

void add_live(CLI::App& pcap, CommandLine& line) {
  pcap.add_option("--interface", line.pcap.interface,
                  "Capture from here until Ctrl-C instead of reading files")
      ->type_name("IF");
  pcap.add_flag("--follow", line.pcap.follow, "The file is still being written: until Ctrl-C");
}

Status finish_driving(CommandLine& line, const DrivingWords& words) {
  line.run.shuffle_seed = words.run.seed;
  if (line.command == Command::kPair) return finish_pair(line, words.pair);
  if (line.command == Command::kRun) return finish(line.run, words.run, line.words);
  return {};
}

bool is_left_out(std::string_view) {
  return false;
}

}  // namespace tailrace
