// SPDX-License-Identifier: Apache-2.0
#include "harness/capture/capture_files.h"

#include <algorithm>
#include <map>
#include <utility>

namespace tailrace {
namespace {

// A file without packets adds nothing wherever it stands.
Result<RealTime> first_time_of(const std::string& path) {
  auto file = PcapFile::open(path);
  if (!file) return std::unexpected(file.error());
  const auto packet = (*file)->next();
  if (!packet) return std::unexpected(packet.error());
  return *packet ? (*packet)->time : RealTime{};
}

// The name without packing and number; "" where it has no extension before them.
std::string stem_of(std::string name) {
  for (const std::string_view packing : {".gz", ".zst"}) {
    if (name.ends_with(packing)) name.resize(name.size() - packing.size());
  }
  name.resize(name.find_last_not_of("0123456789") + 1);
  const auto slash = name.find_last_of('/');
  const auto dot = name.find_last_of('.');
  const bool has_extension =
      dot != std::string::npos && (slash == std::string::npos || dot > slash + 1) && dot > 0 &&
      dot + 1 < name.size();
  return has_extension ? name : "";
}

}  // namespace

Result<std::unique_ptr<CaptureFiles>> CaptureFiles::open(std::vector<std::string> paths,
                                                         const std::string& filter) {
  if (paths.size() > 1) {
    std::vector<std::pair<RealTime, std::string>> begun;
    for (std::string& path : paths) {
      if (path == "-") return trouble("standard input cannot be one of several files joined");
      const auto time = first_time_of(path);
      if (!time) return std::unexpected(time.error());
      begun.emplace_back(*time, std::move(path));
    }
    std::stable_sort(begun.begin(), begun.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::transform(begun.begin(), begun.end(), paths.begin(),
                   [](auto& entry) { return std::move(entry.second); });
  }
  std::unique_ptr<CaptureFiles> files(new CaptureFiles(std::move(paths), filter));
  if (auto opened = files->open_next(); !opened) return std::unexpected(opened.error());
  return files;
}

Status CaptureFiles::open_next() {
  const std::string& path = paths_.at(parts_.size());
  auto file = PcapFile::open(path);
  if (!file) return std::unexpected(file.error());
  if (!filter_.empty()) {
    if (auto good = (*file)->filter(filter_); !good) return good;
  }
  const std::uint64_t before = parts_.empty() ? 0 : parts_.back().first.value - 1 +
                                                        parts_.back().frames;
  parts_.push_back({path, {static_cast<std::uint32_t>(before + 1)}});
  file_ = std::move(*file);
  begins_ = true;
  return {};
}

// Packets of one capture come in order but for what kernels and writers mix up.
void CaptureFiles::note_overlap(RealTime begins) {
  constexpr Nanos kMixedUp = std::chrono::milliseconds(10);
  if (parts_.size() < 2 || !overlap_.empty() || last_ - begins <= kMixedUp) return;
  overlap_ = parts_[parts_.size() - 2].path + " and " + parts_.back().path;
}

Result<std::optional<Packet>> CaptureFiles::next() {
  Result<std::optional<Packet>> packet(std::in_place, std::in_place);
  for (;;) {
    const bool taken = file_->take(**packet);
    Part& part = parts_.back();
    part.frames = file_->frames();  // Also those that the filter left out.
    if (taken) {
      if (std::exchange(begins_, false)) note_overlap((*packet)->time);
      last_ = (*packet)->time;
      (*packet)->frame.value += part.first.value - 1;
      return packet;
    }
    if (parts_.size() == paths_.size()) break;
    truncated_ = truncated();
    dropped_ = dropped();
    if (auto opened = open_next(); !opened) return std::unexpected(opened.error());
  }
  packet->reset();
  return packet;
}

std::vector<std::vector<std::string>> grouped_by_capture(const std::vector<std::string>& paths) {
  std::vector<std::vector<std::string>> groups;
  std::map<std::string, std::size_t> place;
  for (const std::string& path : paths) {
    const std::string stem = stem_of(path);
    const auto known = place.find(stem);
    if (stem.empty() || known == place.end() ||
        std::ranges::find(groups[known->second], path) != groups[known->second].end()) {
      if (!stem.empty()) place[stem] = groups.size();
      groups.push_back({path});
    } else {
      groups[known->second].push_back(path);
    }
  }
  return groups;
}

}  // namespace tailrace
