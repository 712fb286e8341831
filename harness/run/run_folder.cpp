// SPDX-License-Identifier: Apache-2.0
#include "harness/run/run_folder.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "harness/base/file.h"
#include "harness/record/fact.h"

namespace tailrace {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRunSchema = "tailrace.run/1";
constexpr std::size_t kMostOutput = 64 << 20;  // Bytes: a flood for each scenario fills no disk.

// One JSON value a line; a last line without its end, as a crash leaves it, is left out.
Result<std::vector<Json>> read_lines(const std::string& path) {
  const auto text = read_whole(path);
  if (!text) return std::unexpected(text.error());
  std::vector<Json> lines;
  for (std::size_t begin = 0;;) {
    const auto end = text->find('\n', begin);
    if (end == std::string::npos) return lines;
    auto json = parse_json(std::string_view(*text).substr(begin, end - begin));
    if (!json) {
      return trouble(path + ":" + std::to_string(lines.size() + 1) + ": " + json.error().what);
    }
    lines.push_back(std::move(*json));
    begin = end + 1;
  }
}

Json to_json(const CaptureOutcome& capture) {
  Json json;
  json.set("why_none", capture.why_none);
  json.set("required", capture.required);
  json.set("written", capture.written);
  json.set("dropped", capture.dropped);
  json.set("marker_seen", capture.marker_seen);
  return json;
}

CaptureOutcome capture_from(const Json& json) {
  CaptureOutcome capture;
  capture.why_none = json["why_none"].as_string();
  capture.required = json["required"].as_bool();
  capture.written = static_cast<std::uint64_t>(json["written"].as_int());
  capture.dropped = static_cast<std::uint64_t>(json["dropped"].as_int());
  capture.marker_seen = json["marker_seen"].as_bool();
  return capture;
}

DrivenScenario driven_from(const Json& json) {
  DrivenScenario run;
  run.id = json["id"].as_string();
  run.revision = json["revision"].as_string();
  run.mode = json["mode"].as_string();
  run.history = json["history"].as_string();
  run.repeat = static_cast<int>(json["repeat"].as_int(1));
  run.ms = json["ms"].as_double();
  return run;
}

// Error: names the member that is no time.
Result<ClockSample> clock_from(const Json& json) {
  Nanos times[3];
  constexpr const char* kNames[] = {"before", "real", "after"};
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    const Json& value = json[kNames[i]];
    if (!value.is_int() || value.as_int() < 0 || value.as_int() > kLatestTime.count()) {
      return trouble(std::string("clocks.jsonl: '") + kNames[i] + "' is no time");
    }
    times[i] = Nanos(value.as_int());
  }
  return ClockSample{{times[0]}, {times[1]}, {times[2]}};
}

}  // namespace

Status stays_inside(const std::string& path) {
  const fs::path steps(path);
  const auto is_up = [](const fs::path& step) { return step == ".."; };
  const bool inside =
      !path.empty() && !steps.is_absolute() && std::ranges::none_of(steps, is_up);
  return inside ? Status() : trouble("'" + path + "' leads out of the run's folder");
}

std::string why_no_run(const std::string& path) {
  std::error_code failure;
  const auto there = fs::status(path, failure);
  std::string why = "it holds neither results.json nor run.json";
  if (!fs::exists(there)) {
    why = failure && there.type() != fs::file_type::not_found ? failure.message()
                                                              : "there is nothing of that name";
  } else if (!fs::is_directory(there)) {
    why = "it is a file";
  } else if (fs::directory_iterator(path, failure); failure) {
    why = failure.message();
  }
  const bool holds_capture = fs::exists(fs::path(path) / "capture.pcap", failure);
  return "'" + path + "' is no run's folder: " + why + ". `tailrace server` and `tailrace "
         "client` make one, and `tailrace pcap --out DIR`" +
         (holds_capture ? "; of the capture in this one tells: tailrace pcap " + path : "");
}

Result<RunFolder> RunFolder::create(const std::string& path) {
  std::error_code failure;
  const bool there = fs::exists(path, failure);
  if (there && !fs::is_empty(path, failure)) {
    return trouble("the run's folder '" + path + "' exists already; name another with --out");
  }
  fs::create_directories(fs::path(path) / "histories", failure);
  if (failure) return trouble("cannot create '" + path + "': " + failure.message());
  return RunFolder(path, !there);
}

Result<RunFolder> RunFolder::open(const std::string& path) {
  std::error_code failure;
  if (path.empty() || !fs::exists(fs::path(path) / "run.json", failure)) {
    return trouble(!path.empty() && fs::exists(fs::path(path) / "results.json", failure)
                       ? "'" + path + "' holds no run.json, of which it could be judged again: "
                         "tailrace report tells what its results.json says"
                       : why_no_run(path));
  }
  return RunFolder(path);
}

void RunFolder::discard() {
  std::error_code failure;
  const fs::path folder(path_), histories = folder / "histories";
  std::vector<fs::path> probes;  // What the revision was asked with; the error says what came.
  for (const auto& entry : fs::directory_iterator(histories, failure)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("probe@") && !name.starts_with("discover@")) return;
    probes.push_back(entry.path());
  }
  for (const fs::path& probe : probes) fs::remove(probe, failure);
  fs::remove(histories, failure);
  for (const char* name : {"run.json", "runs.jsonl", "capture.pcap", "cured.pcap", "clocks.jsonl",
                           "output.txt"}) {
    fs::remove(folder / name, failure);
  }
  if (made_) fs::remove(folder, failure);  // Nor is what others put there touched.
}

std::string RunFolder::history_name(const DrivenScenario& run) {
  std::string name = run.id + "@" + run.revision + "." + run.mode;
  if (run.repeat > 1) name += "." + std::to_string(run.repeat);
  std::replace(name.begin(), name.end(), '/', '_');
  return "histories/" + name + ".jsonl";
}

Status RunFolder::write_run(const RunRecord& about, const CaptureOutcome& capture,
                            std::size_t planned) {
  Json json;
  json.set("schema", std::string(kRunSchema));
  json.set("about", tailrace::to_json(about));
  json.set("capture", to_json(capture));
  json.set("planned", planned);
  if (auto kept = replace_whole(file("run.json"), to_pretty_text(json)); !kept) return kept;
  return add_lines("runs.jsonl", "");  // Who is interrupted before one ended has none of its lines.
}

void RunFolder::keep_output(std::string_view text) {
  const std::scoped_lock lock(mutex_);
  if (text.empty() || output_kept_ >= kMostOutput) return;
  std::ofstream out(file("output.txt"), std::ios::binary | std::ios::app);
  out << text.substr(0, kMostOutput - output_kept_);
  output_kept_ += text.size();
  if (output_kept_ >= kMostOutput) out << "\n[what was printed later is left out]\n";
}

Status RunFolder::append_line(const std::string& name, const Json& line) {
  return add_lines(name, to_text(line) + "\n");
}

Status RunFolder::add_lines(const std::string& name, std::string_view lines) {
  const std::scoped_lock lock(mutex_);
  const std::string path = file(name);
  const int fd = open_to_write(path, Creation::kAppend);
  if (fd < 0) return system_trouble("cannot write '" + path + "'", errno);
  const int failure = write_whole(fd, lines);
  ::close(fd);
  if (failure != 0) return system_trouble("cannot write '" + path + "'", failure);
  return {};
}

Status RunFolder::add(const DrivenScenario& run) {
  Json json;
  json.set("id", run.id);
  json.set("revision", run.revision);
  json.set("mode", run.mode);
  json.set("history", run.history);
  json.set("repeat", run.repeat);
  json.set("ms", run.ms);
  return append_line("runs.jsonl", json);
}

Status RunFolder::set_aside(const std::string& history) {
  std::error_code failure;
  std::filesystem::rename(file(history), file(history + ".aside"), failure);
  if (failure) return trouble(file(history) + ": " + failure.message());
  return {};
}

Status RunFolder::add(const ClockSample& sample) {
  Json json;
  json.set("before", std::int64_t{sample.before.since_boot.count()});
  json.set("real", std::int64_t{sample.real.since_epoch.count()});
  json.set("after", std::int64_t{sample.after.since_boot.count()});
  return append_line("clocks.jsonl", json);
}

Result<RunFolder::Contents> RunFolder::read() const {
  const auto text = read_whole(file("run.json"));
  if (!text) return std::unexpected(text.error());
  const auto json = parse_json(*text);
  if (!json) return trouble(file("run.json") + ": " + json.error().what);
  if ((*json)["schema"].as_string() != kRunSchema) {
    return trouble(file("run.json") + ": not of the schema " + std::string(kRunSchema));
  }
  auto about = run_record_from((*json)["about"]);
  if (!about) return trouble(file("run.json") + ": about: " + about.error().what);
  Contents contents;
  contents.about = std::move(*about);
  const std::int64_t planned = (*json)["planned"].as_int();
  contents.planned = static_cast<std::size_t>(std::max<std::int64_t>(planned, 0));
  contents.capture = capture_from((*json)["capture"]);
  std::error_code failure;
  const bool has_histories = !fs::is_empty(file("histories"), failure) && !failure;
  if (!fs::exists(file("runs.jsonl"), failure) && has_histories &&
      fs::exists(file("results.json"), failure)) {
    return trouble(file("runs.jsonl") + " is missing: it tells which scenario each history is of; "
                   "tailrace report tells what results.json says");
  }
  if (fs::exists(file("runs.jsonl"), failure)) {
    const auto lines = read_lines(file("runs.jsonl"));
    if (!lines) return std::unexpected(lines.error());
    for (const Json& line : *lines) contents.runs.push_back(driven_from(line));
  }
  if (fs::exists(file("clocks.jsonl"), failure)) {
    const auto lines = read_lines(file("clocks.jsonl"));
    if (!lines) return std::unexpected(lines.error());
    for (const Json& line : *lines) {
      const auto clock = clock_from(line);
      if (!clock) return std::unexpected(clock.error());
      contents.clocks.push_back(*clock);
    }
  }
  return contents;
}

}  // namespace tailrace
