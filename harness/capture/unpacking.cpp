// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>
#include <zstd.h>

#include <array>

#include "harness/capture/byte_source.h"

namespace tailrace {
namespace {

constexpr std::size_t kPackedBuffer = 64 << 10;
// Of Zstandard: 128 MiB, what `zstd --long` asks for. A frame that asks for more is refused.
constexpr int kMostWindowLog = 27;

// The packed bytes, as far as they were read.
class Packed {
 public:
  explicit Packed(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}
  // False: there are no more.
  bool fill() {
    if (at_ < size_) return true;
    at_ = 0;
    size_ = source_->read(buffer_);
    return size_ != 0;
  }
  std::byte* data() { return buffer_.data() + at_; }
  std::size_t size() const { return size_ - at_; }
  void consume(std::size_t bytes) { at_ += bytes; }
  bool is_cut() const { return source_->is_cut(); }

 private:
  std::unique_ptr<ByteSource> source_;
  std::array<std::byte, kPackedBuffer> buffer_;
  std::size_t at_ = 0, size_ = 0;
};

class Gunzipped final : public ByteSource {
 public:
  explicit Gunzipped(std::unique_ptr<ByteSource> packed) : packed_(std::move(packed)) {
    constexpr int kGzipOnly = 16;
    is_over_ = ::inflateInit2(&state_, MAX_WBITS + kGzipOnly) != Z_OK;
    is_cut_ = is_over_;
  }
  ~Gunzipped() override { ::inflateEnd(&state_); }

  std::size_t read(std::span<std::byte> into) override {
    state_.next_out = reinterpret_cast<Bytef*>(into.data());
    state_.avail_out = static_cast<uInt>(into.size());
    while (!is_over_ && state_.avail_out == into.size()) step();
    return into.size() - state_.avail_out;
  }
  bool is_cut() const override { return is_cut_ || packed_.is_cut(); }

 private:
  void step() {
    if (!packed_.fill()) {
      is_over_ = true;
      is_cut_ = is_inside_;
      return;
    }
    state_.next_in = reinterpret_cast<Bytef*>(packed_.data());
    state_.avail_in = static_cast<uInt>(packed_.size());
    const int done = ::inflate(&state_, Z_NO_FLUSH);
    packed_.consume(packed_.size() - state_.avail_in);
    is_inside_ = true;
    if (done == Z_STREAM_END) {
      // Another member may follow; padding behind the last one is no member.
      is_inside_ = false;
      had_member_ = true;
      ::inflateReset(&state_);
    } else if (done != Z_OK && done != Z_BUF_ERROR) {
      is_over_ = true;
      is_cut_ = !had_member_ || state_.total_out != 0;
    }
  }

  Packed packed_;
  z_stream state_{};
  bool is_over_ = false, is_cut_ = false, is_inside_ = false, had_member_ = false;
};

class Unzstandard final : public ByteSource {
 public:
  explicit Unzstandard(std::unique_ptr<ByteSource> packed)
      : packed_(std::move(packed)), state_(::ZSTD_createDStream(), &::ZSTD_freeDStream) {
    is_over_ = is_cut_ =
        !state_ || ::ZSTD_isError(::ZSTD_initDStream(state_.get())) != 0 ||
        ::ZSTD_isError(::ZSTD_DCtx_setParameter(state_.get(), ZSTD_d_windowLogMax,
                                                kMostWindowLog)) != 0;
  }

  std::size_t read(std::span<std::byte> into) override {
    ZSTD_outBuffer out{into.data(), into.size(), 0};
    while (!is_over_ && out.pos == 0) step(out);
    return out.pos;
  }
  bool is_cut() const override { return is_cut_ || packed_.is_cut(); }

 private:
  void step(ZSTD_outBuffer& out) {
    // What is left inside the library comes without further input.
    const bool filled = packed_.fill();
    ZSTD_inBuffer in{packed_.data(), filled ? packed_.size() : 0, 0};
    const std::size_t wanted = ::ZSTD_decompressStream(state_.get(), &out, &in);
    packed_.consume(in.pos);
    if (::ZSTD_isError(wanted) != 0) {
      is_over_ = is_cut_ = true;
      return;
    }
    if (filled || out.pos != 0) is_inside_ = wanted != 0;
    if (!filled && out.pos == 0) {
      is_over_ = true;
      is_cut_ = is_inside_;
    }
  }

  Packed packed_;
  std::unique_ptr<ZSTD_DStream, decltype(&::ZSTD_freeDStream)> state_;
  bool is_over_ = false, is_cut_ = false, is_inside_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> gunzipped(std::unique_ptr<ByteSource> packed) {
  return std::make_unique<Gunzipped>(std::move(packed));
}

std::unique_ptr<ByteSource> unzstandard(std::unique_ptr<ByteSource> packed) {
  return std::make_unique<Unzstandard>(std::move(packed));
}

}  // namespace tailrace
