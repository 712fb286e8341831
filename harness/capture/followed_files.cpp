// SPDX-License-Identifier: Apache-2.0
#include "harness/capture/followed_files.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace tailrace {
namespace {

std::optional<struct stat> about(const std::string& path) {
  struct stat told {};
  if (::stat(path.c_str(), &told) != 0) return std::nullopt;
  return told;
}

bool is_older(const timespec& a, const timespec& b) {
  return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}

// The file in which the writer of `path` has gone on; "" while it has not. In a ring files of these
// names are there from the round before: they are older than what is written to now.
std::string begun_after(const std::string& path) {
  const auto now = about(path);
  if (!now) return "";
  for (std::string& name : names_after(path)) {
    const auto next = about(name);
    if (!next || next->st_ino == now->st_ino || !S_ISREG(next->st_mode)) continue;
    if (next->st_size > 0 && !is_older(next->st_mtim, now->st_mtim)) return std::move(name);
  }
  return "";
}

class Followed final : public ByteSource {
 public:
  Followed(int file, int changes, const std::string& path, CaptureWatch& watch, std::string& next,
           bool& ended)
      : file_(bytes_of(file)),
        descriptor_(file),
        changes_(changes),
        path_(path),
        watch_(watch),
        next_(next),
        ended_(ended) {}
  ~Followed() override { ::close(changes_); }

  std::size_t read(std::span<std::byte> into) override {
    for (;;) {
      // Looked for before the last read: what the writer added before it went on is still read.
      if (next_.empty()) next_ = begun_after(path_);
      const std::size_t got = file_->read(into);
      if (got == 0 && next_.empty() && is_begun_anew()) next_ = path_;
      if (got != 0 || file_->is_cut() || !next_.empty()) return got;
      if (!watch_.wait(changes_)) {
        ended_ = true;
        return 0;
      }
      std::array<char, 4096> events;  // What they say is seen in the files.
      (void)::read(changes_, events.data(), events.size());
    }
  }
  bool is_cut() const override { return file_->is_cut(); }

 private:
  // By a writer that started again on its name: shorter than what was read, or another file.
  bool is_begun_anew() const {
    struct stat own {};
    if (::fstat(descriptor_, &own) != 0) return false;
    if (own.st_size < ::lseek(descriptor_, 0, SEEK_CUR)) return true;
    const auto named = about(path_);
    return named && named->st_ino != own.st_ino && S_ISREG(named->st_mode) && named->st_size > 0;
  }

  std::unique_ptr<ByteSource> file_;
  int descriptor_;  // Its own.
  int changes_;  // Readable when the file was written to, or another one came beside it.
  std::string path_;
  CaptureWatch& watch_;
  std::string& next_;
  bool& ended_;
};

Result<std::unique_ptr<ByteSource>> followed(const std::string& path, CaptureWatch& watch,
                                             std::string& next, bool& ended) {
  if (path == "-") {
    return trouble("standard input is read as it comes: tailrace pcap -, without --follow");
  }
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return system_trouble("cannot follow '" + path + "'", errno);
  struct stat told {};
  const bool is_regular = ::fstat(file, &told) == 0 && S_ISREG(told.st_mode);
  const int changes = is_regular ? ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC) : -1;
  if (changes < 0 || ::inotify_add_watch(changes, path.c_str(), IN_MODIFY) < 0) {
    const int why = errno;
    if (changes >= 0) ::close(changes);
    ::close(file);
    if (!is_regular) return trouble("cannot follow '" + path + "': it is no regular file");
    return system_trouble("cannot follow '" + path + "'", why);
  }
  const auto slash = path.find_last_of('/');
  const std::string folder = slash == path.npos ? "." : path.substr(0, slash + 1);
  (void)::inotify_add_watch(changes, folder.c_str(), IN_CREATE | IN_MODIFY | IN_MOVED_TO);
  return std::make_unique<Followed>(file, changes, path, watch, next, ended);
}

}  // namespace

std::vector<std::string> names_after(const std::string& path) {
  const std::string stem = path.substr(0, path.find_last_not_of("0123456789") + 1);
  const auto dot = stem.find_last_of('.');
  const auto slash = stem.find_last_of('/');
  // As grouped_by_capture() has it: the number stands behind an extension.
  if (dot == stem.npos || dot + 1 == stem.size()) return {};
  if (slash != stem.npos && dot < slash) return {};
  std::string number = path.substr(stem.size());
  // Without -W the first file has no number; else all are as long.
  if (number.empty()) return {stem + "1"};
  const std::string first(number.size(), '0');
  std::size_t nines = 0;  // At its end.
  while (nines < number.size() && number[number.size() - 1 - nines] == '9') ++nines;
  if (nines == number.size()) {
    number = std::string(1, '1').append(first);
  } else {
    ++number[number.size() - 1 - nines];
    std::fill(number.end() - static_cast<std::ptrdiff_t>(nines), number.end(), '0');
  }
  return {stem + number, stem + first};
}

Result<std::unique_ptr<FollowedFiles>> FollowedFiles::open(const std::string& path,
                                                           const std::string& filter,
                                                           CaptureWatch& watch) {
  std::unique_ptr<FollowedFiles> files(new FollowedFiles(filter, watch));
  if (auto opened = files->open_file(path); !opened) return std::unexpected(opened.error());
  return files;
}

Status FollowedFiles::open_file(const std::string& path) {
  next_.clear();
  auto bytes = followed(path, watch_, next_, ended_);
  if (!bytes) return std::unexpected(bytes.error());
  auto file = PcapFile::read(std::move(*bytes), path);
  if (!file) return std::unexpected(file.error());
  if (!filter_.empty()) {
    if (auto good = (*file)->filter(filter_); !good) return good;
  }
  const std::uint64_t before =
      parts_.empty() ? 0 : parts_.back().first.value - 1 + parts_.back().frames;
  parts_.push_back({path, {static_cast<std::uint32_t>(before + 1)}});
  file_ = std::move(*file);
  return {};
}

Result<std::optional<Packet>> FollowedFiles::next() {
  for (;;) {
    auto packet = file_->next();
    if (!packet) return packet;
    CaptureFiles::Part& part = parts_.back();
    part.frames = file_->frames();
    if (*packet) {
      (*packet)->frame.value += part.first.value - 1;
      return packet;
    }
    if (next_.empty()) return packet;
    dropped_ = dropped();
    const std::string path = next_;
    if (auto opened = open_file(path); !opened) return std::unexpected(opened.error());
  }
}

}  // namespace tailrace
