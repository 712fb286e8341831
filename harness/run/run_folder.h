// SPDX-License-Identifier: Apache-2.0
// RunFolder: the files of one run, and all that is needed to judge it again without a network.
//   run.json        what was run, how and with which rights; written first
//   runs.jsonl      one line for each scenario that was driven, as it ends
//   histories/      one history for each
//   capture.pcap    headers of all packets (with --keep-pcap whole packets)
//   clocks.jsonl    samples of both clocks
//   output.txt      the implementation's output, bounded
//   results.json    the judgement
// Thread-safe.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "harness/base/time.h"
#include "harness/record/run_record.h"

namespace tailrace {

// What is known of a scenario's run beside its history.
struct DrivenScenario {
  std::string id, revision, mode, history;
  int repeat = 1;
  double ms = 0;
};

struct CaptureOutcome {
  std::string why_none;  // "" when the run was captured.
  bool required = false;
  std::uint64_t written = 0, dropped = 0;
  bool marker_seen = false;
};

// Why a path is no run's folder, what would be one, and what makes one. It looks at files.
std::string why_no_run(const std::string& path);

// A record may be somebody else's: its paths must not lead out of its folder. Error: names it.
Status stays_inside(const std::string& path);

class RunFolder {
 public:
  // Creates the folder, which must not exist or be empty. Error: names it.
  static Result<RunFolder> create(const std::string& path);
  static Result<RunFolder> open(const std::string& path);
  // Of a run that never came to a scenario: takes away what create() and the run put there, so that
  // the next one may have the name. Does nothing where a scenario's history stands in it.
  void discard();
  RunFolder(RunFolder&& other) noexcept : path_(std::move(other.path_)), made_(other.made_) {}

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  // Relative to the folder; unique for (id, revision, mode, repeat).
  static std::string history_name(const DrivenScenario& run);

  // `planned`: scenarios that are to be driven. One that is interrupted has driven fewer.
  Status write_run(const RunRecord& about, const CaptureOutcome& capture, std::size_t planned);
  Status add(const DrivenScenario& run);
  // A history that is driven again keeps its facts under another name, "....aside".
  Status set_aside(const std::string& history);
  Status add(const ClockSample& sample);
  // Appends what an instance of the implementation printed to output.txt, which is bounded.
  void keep_output(std::string_view text);

  struct Contents {
    RunRecord about;  // Without scenarios
    std::size_t planned = 0;
    CaptureOutcome capture;
    std::vector<DrivenScenario> runs;
    std::vector<ClockSample> clocks;
  };
  Result<Contents> read() const;

 private:
  explicit RunFolder(std::string path, bool made = false) : path_(std::move(path)), made_(made) {}
  Status append_line(const std::string& name, const Json& line);
  Status add_lines(const std::string& name, std::string_view lines);

  std::string path_;
  bool made_;  // By create().
  std::mutex mutex_;                // Over the files that grow.
  std::size_t output_kept_ = 0;     // Bytes
};

}  // namespace tailrace
