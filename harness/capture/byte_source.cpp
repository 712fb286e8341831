// SPDX-License-Identifier: Apache-2.0
#include "harness/capture/byte_source.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace tailrace {
namespace {

using namespace std::literals;

// A call of the system costs little beside it, and it leaves a processor's cache to others.
constexpr std::size_t kBuffer = 64 << 10;

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

class Buffered final : public ByteSource {
 public:
  explicit Buffered(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

  std::size_t read(std::span<std::byte> into) override {
    if (at_ == size_) {
      if (into.size() >= buffer_.size()) return source_->read(into);
      at_ = 0;
      size_ = source_->read(buffer_);
    }
    const std::size_t size = std::min(into.size(), size_ - at_);
    std::memcpy(into.data(), buffer_.data() + at_, size);
    at_ += size;
    return size;
  }
  const std::byte* lend(std::size_t size) override {
    if (size_ - at_ < size) return nullptr;
    at_ += size;
    return buffer_.data() + at_ - size;
  }
  bool is_cut() const override { return source_->is_cut(); }

 private:
  std::unique_ptr<ByteSource> source_;
  std::vector<std::byte> buffer_ = std::vector<std::byte>(kBuffer);
  std::size_t at_ = 0, size_ = 0;
};

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

std::unique_ptr<ByteSource> buffered(std::unique_ptr<ByteSource> source) {
  return std::make_unique<Buffered>(std::move(source));
}

std::size_t fill(ByteSource& source, std::span<std::byte> into) {
  std::size_t got = 0;
  while (got < into.size()) {
    const std::size_t more = source.read(into.subspan(got));
    if (more == 0) break;
    got += more;
  }
  return got;
}

std::string first_bytes(ByteSource& source, std::size_t most) {
  std::string first(most, '\0');
  first.resize(fill(source, std::as_writable_bytes(std::span(first))));
  return first;
}

}  // namespace tailrace
