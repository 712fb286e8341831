// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/pcap_words.h"

#include "harness/cli/choice.h"
#include "harness/cli/driving_words.h"

namespace tailrace {

const std::map<std::string, Format> kPcapFormats = {{"console", Format::kConsole},
                                                    {"json", Format::kJson}};

void add_pcap(CLI::App& app, CommandLine& line) {
  CLI::App& pcap = *app.add_subcommand("pcap", "Explain the waits in a capture file");
  pcap.add_option("file", line.pcap.files, "Capture files, also .gz and .zst; - is standard input")
      ->type_name("FILE");
  add_live(pcap, line);
  // Bound to the variable it would be set to false where it is not given.
  pcap.add_flag_function("--join,!--no-join",
                         [&line](std::int64_t count) { line.pcap.join = count > 0; },
                         "All files are one capture, as those are that tcpdump -C named");
  pcap.add_option("--filter", line.pcap.filter, "Only these packets, as tcpdump takes it")
      ->type_name("EXPRESSION");
  pcap.add_option("--server", line.pcap.server, "Which side is the server")
      ->type_name("ADDR:PORT");
  pcap.add_option("--threads", line.pcap.threads,
                  "2: a file is read on two threads (default where there are processors)")
      ->type_name("N")
      ->check(CLI::Range(1, 2));
  pcap.add_option("--annotate", line.pcap.annotate,
                  "Write the capture back, with a comment on each packet of a finding")
      ->type_name("OUT.pcapng");
  pcap.add_option("--out", line.pcap.out, "A run folder, for `tailrace report` and `diff`")
      ->type_name("DIR");
  pcap.add_option("--only", line.pcap.only, "Scenarios to judge the packets by (see list)")
      ->type_name("WORD")
      ->allow_extra_args(false);
  pcap.add_flag("--list-scenarios", line.pcap.list_scenarios,
                "Print those that packets alone can answer");
  pcap.add_flag("-q,--quiet", line.quiet, "No progress on standard error");
  add_choice(pcap, "--format", line.format, kPcapFormats, "Form of the report on standard output");
  pcap.callback([&line] { line.command = Command::kPcap; });
}

}  // namespace tailrace
