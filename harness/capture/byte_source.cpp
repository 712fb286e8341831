// SPDX-License-Identifier: Apache-2.0
#include "harness/capture/byte_source.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace tailrace {
namespace {

using namespace std::literals;

constexpr std::size_t kStreamBuffer = 256 << 10;

class Descriptor final : public ByteSource {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  ~Descriptor() override { ::close(descriptor_); }

  std::size_t read(std::span<std::byte> into) override {
    for (;;) {
      const ssize_t got = ::read(descriptor_, into.data(), into.size());
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno == EINTR) continue;
      is_cut_ = true;
      return 0;
    }
  }
  bool is_cut() const override { return is_cut_; }

 private:
  int descriptor_;
  bool is_cut_ = false;
};

class After final : public ByteSource {
 public:
  After(std::string first, std::unique_ptr<ByteSource> rest)
      : first_(std::move(first)), rest_(std::move(rest)) {}

  std::size_t read(std::span<std::byte> into) override {
    if (taken_ == first_.size()) return rest_->read(into);
    const std::size_t size = std::min(into.size(), first_.size() - taken_);
    std::memcpy(into.data(), first_.data() + taken_, size);
    taken_ += size;
    return size;
  }
  bool is_cut() const override { return rest_->is_cut(); }

 private:
  std::string first_;
  std::size_t taken_ = 0;
  std::unique_ptr<ByteSource> rest_;
};

ssize_t read_cookie(void* cookie, char* into, std::size_t size) {
  auto& source = *static_cast<ByteSource*>(cookie);
  return static_cast<ssize_t>(source.read(std::as_writable_bytes(std::span(into, size))));
}

}  // namespace

Packing packing_of(std::string_view start) {
  if (start.starts_with("\x1f\x8b"sv)) return Packing::kGzip;
  if (start.starts_with("\x28\xb5\x2f\xfd"sv)) return Packing::kZstandard;
  return Packing::kPlain;
}

std::unique_ptr<ByteSource> bytes_of(int descriptor) {
  return std::make_unique<Descriptor>(descriptor);
}

std::unique_ptr<ByteSource> bytes_after(std::string first, std::unique_ptr<ByteSource> rest) {
  return std::make_unique<After>(std::move(first), std::move(rest));
}

std::string first_bytes(ByteSource& source, std::size_t most) {
  std::string first(most, '\0');
  std::size_t got = 0;
  while (got < most) {
    const std::size_t more = source.read(std::as_writable_bytes(std::span(first).subspan(got)));
    if (more == 0) break;
    got += more;
  }
  first.resize(got);
  return first;
}

std::FILE* stream_over(ByteSource& source) {
  cookie_io_functions_t functions{};
  functions.read = &read_cookie;
  std::FILE* stream = ::fopencookie(&source, "rb", functions);
  if (stream != nullptr) std::setvbuf(stream, nullptr, _IOFBF, kStreamBuffer);
  return stream;
}

}  // namespace tailrace
