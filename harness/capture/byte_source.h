// SPDX-License-Identifier: Apache-2.0
// ByteSource: the bytes of a capture file as they come, unpacked where the file is gzip (RFC 1952)
// or Zstandard (RFC 8878). One thread at a time. Nothing but one buffer is held, so a file that
// unpacks to a thousand times its size costs time alone.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "harness/base/result.h"

namespace tailrace {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // How much of `into` was filled; 0 is the end.
  virtual std::size_t read(std::span<std::byte> into) = 0;
  // The next bytes where they stand, valid until the next call; null where they do not stand
  // together: then read() has them.
  virtual const std::byte* lend(std::size_t) { return nullptr; }
  // Whether it ended before its own end: cut, or broken inside.
  virtual bool is_cut() const { return false; }
};

enum class Packing : std::uint8_t { kPlain, kGzip, kZstandard };
// By the first bytes of a file, which tell more than its name.
Packing packing_of(std::string_view start);

// A file descriptor's bytes; it is closed at the end.
std::unique_ptr<ByteSource> bytes_of(int descriptor);
// `first`, then the bytes of `rest`.
std::unique_ptr<ByteSource> bytes_after(std::string first, std::unique_ptr<ByteSource> rest);
// The same with a buffer, for who reads a few bytes at a time.
std::unique_ptr<ByteSource> buffered(std::unique_ptr<ByteSource> source);
std::unique_ptr<ByteSource> gunzipped(std::unique_ptr<ByteSource> packed);
std::unique_ptr<ByteSource> unzstandard(std::unique_ptr<ByteSource> packed);

// The first bytes of a source, at most `most`, taken out of it.
std::string first_bytes(ByteSource& source, std::size_t most);

// As much of `into` as there is; less is the end.
std::size_t fill(ByteSource& source, std::span<std::byte> into);

}  // namespace tailrace
