// SPDX-License-Identifier: Apache-2.0
#include "harness/base/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace tailrace {
namespace {

#ifdef _WIN32
constexpr int kAlways = O_BINARY | O_NOINHERIT;
#else
constexpr int kAlways = O_CLOEXEC;
#endif
constexpr int kPermissions = 0644;
constexpr std::size_t kPiece = 16 << 10;  // Of a read, on the stack.

int flags_of(Creation creation) {
  switch (creation) {
    case Creation::kEmpty:
      return O_TRUNC;
    case Creation::kNew:
      return O_EXCL | O_APPEND;
    case Creation::kAppend:
      break;
  }
  return O_APPEND;
}

}  // namespace

int open_to_read(const std::string& path) {
  return ::open(path.c_str(), O_RDONLY | kAlways);
}

int open_to_write(const std::string& path, Creation creation) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | flags_of(creation) | kAlways, kPermissions);
}

Result<std::string> read_whole(const std::string& path) {
  const int file = open_to_read(path);
  const auto unreadable = [&](int why) {
    return system_trouble("cannot read '" + path + "'", why);
  };
  if (file < 0) return unreadable(errno);
  std::string whole;
  std::array<char, kPiece> piece;
  for (;;) {
    const auto got = ::read(file, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got > 0) whole.append(piece.data(), static_cast<std::size_t>(got));
    if (got > 0) continue;
    const int why = errno;
    ::close(file);
    if (got < 0) return unreadable(why);
    return whole;
  }
}

int write_whole(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(file, bytes.data(), bytes.size());
    if (wrote < 0 && errno != EINTR) return errno;
    if (wrote > 0) bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return 0;
}

Status replace_whole(const std::string& path, std::string_view bytes) {
  // What is no plain file stays what it is: a device, a pipe, a link to another place.
  std::error_code unknown;
  const auto known = std::filesystem::symlink_status(path, unknown);
  const bool in_place = std::filesystem::exists(known) && !std::filesystem::is_regular_file(known);
  const std::string written = in_place ? path : path + ".new";
  const int file = open_to_write(written, Creation::kEmpty);
  if (file < 0) return system_trouble("cannot write '" + path + "'", errno);
  int failure = write_whole(file, bytes);
  if (::close(file) != 0 && failure == 0) failure = errno;
  if (in_place && failure == 0) return {};
  if (failure == 0 && std::rename(written.c_str(), path.c_str()) != 0) failure = errno;
  if (failure == 0) return {};
  if (!in_place) ::unlink(written.c_str());
  return system_trouble("cannot write '" + path + "'", failure);
}

}  // namespace tailrace
